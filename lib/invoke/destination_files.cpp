#include "invoke/destination_files.h"

#include "base/strings.h"
#include "os/file.h"

#include <algorithm>
#include <cctype>
#include <fstream>

#include <fmt/format.h>

namespace samara::invoke {

std::filesystem::path DestinationFiles::file_of(std::string_view arn) const {
    // arn:partition:service:region:account:resource; a name for what is none of that form.
    const auto parts = base::split(arn, ':');
    constexpr std::size_t service = 2;
    constexpr std::size_t resource = 5;
    std::string name = parts.size() > resource ? fmt::format("{}-{}", parts[service], parts.back())
                                               : std::string(arn);
    std::replace_if(
        name.begin(),
        name.end(),
        [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_' && c != '.'; },
        '-');
    return folder_ / (name + ".jsonl");
}

base::Result<std::filesystem::path>
DestinationFiles::append(std::string_view arn, std::string_view line) {
    const std::filesystem::path path = file_of(arn);
    const std::lock_guard lock(mutex_);
    if (auto made = os::make_folders(folder_); !made) {
        return base::fail(std::move(made).error());
    }
    std::ofstream file(path, std::ios::app);
    file << line << '\n';
    file.close();
    if (!file) {
        return base::fail(
            fmt::format("cannot write {}", path.string()),
            "name another folder with --destinations-dir");
    }
    return path;
}

} // namespace samara::invoke
