#pragma once

#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

/// What the kernel's table of processes tells of others (proc(5)).
namespace samara::os {

struct ProcessStat {
    pid_t group = 0;
    std::string started; ///< clock ticks since the machine started, as the kernel writes it
};

/// Nothing when there is no such process, or only its zombie.
std::optional<ProcessStat> process_stat(pid_t pid);

/// Every process that can be seen, zombies too.
void for_each_process(const std::function<void(pid_t)>& visit);

/// Whether any process of the group still runs.
bool group_runs(pid_t group);

} // namespace samara::os
