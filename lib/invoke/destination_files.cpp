#include "invoke/destination_files.h"

#include "aws/arn.h"
#include "base/try.h"
#include "os/file.h"

#include <algorithm>
#include <cctype>
#include <fstream>

#include <fmt/format.h>

namespace samara::invoke {

std::filesystem::path DestinationFiles::file_of(std::string_view arn) const {
    const auto parts = aws::parse_arn(arn);
    std::string name =
        parts ? fmt::format(
                    "{}-{}", parts->service, parts->resource.substr(parts->resource.rfind(':') + 1))
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
    TRY(os::make_folders(folder_));
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
