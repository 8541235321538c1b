#include "os/process_table.h"

#include "base/strings.h"
#include "os/file.h"

#include <charconv>
#include <csignal>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace samara::os {

std::optional<ProcessStat> process_stat(pid_t pid) {
    const auto stat = read_file(fmt::format("/proc/{}/stat", pid));
    if (!stat) {
        return std::nullopt;
    }
    // The name in field 2 may hold anything, ")" too; field 3 follows its last one.
    const std::size_t name_end = stat->rfind(')');
    if (name_end == std::string::npos || name_end + 2 >= stat->size()) {
        return std::nullopt;
    }
    const auto fields = base::split(std::string_view(*stat).substr(name_end + 2), ' ');
    constexpr std::size_t group = 2; // field 5, counted from field 3
    constexpr std::size_t started = 19;
    if (fields.size() <= started || fields[0] == "Z" || fields[0] == "X") {
        return std::nullopt;
    }
    ProcessStat result;
    std::from_chars(
        fields[group].data(), fields[group].data() + fields[group].size(), result.group);
    result.started = std::string(fields[started]);
    return result;
}

void for_each_process(const std::function<void(pid_t)>& visit) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        pid_t pid = 0;
        const auto [rest, failed] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (failed == std::errc{} && rest == name.data() + name.size()) {
            visit(pid);
        }
    }
}

bool group_runs(pid_t group) {
    if (::kill(-group, 0) != 0) {
        return false;
    }
    bool runs = false; // a zombie has a group, too
    for_each_process([&](pid_t pid) {
        const auto stat = runs ? std::nullopt : process_stat(pid);
        runs = runs || (stat && stat->group == group);
    });
    return runs;
}

} // namespace samara::os
