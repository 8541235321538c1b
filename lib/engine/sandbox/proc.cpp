#include "engine/sandbox/proc.h"

#include <array>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

// Some kernels have only some of them.
constexpr std::array covered_folders{
    "acpi", "asound", "bus", "driver", "fs", "irq", "pressure", "scsi"};
constexpr std::array covered_files{
    "interrupts",
    "kcore",
    "keys",
    "key-users",
    "kmsg",
    "latency_stats",
    "mtrr",
    "sched_debug",
    "sysrq-trigger",
    "timer_list",
    "timer_stats",
};

// Whether its mode keeps everybody out but root.
bool is_roots_alone(const fs::path& path) {
    struct stat status {};

    return ::stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

} // namespace

void add_proc(Bubblewrap& bubblewrap, const Identity& identity, const fs::path& empty) {
    bubblewrap.option("--proc", "/proc");
    bubblewrap.mounted("/proc");
    std::error_code error;
    for (const char* name : covered_folders) {
        const fs::path path = fs::path("/proc") / name;
        if (fs::is_directory(path, error) && !fs::is_empty(path, error)) {
            bubblewrap.bind_read_only(empty, path);
        }
    }
    const bool root_outside = !identity.unprivileged && ::geteuid() == 0;
    for (const char* name : covered_files) {
        const fs::path path = fs::path("/proc") / name;
        if (fs::exists(path, error) && (root_outside || !is_roots_alone(path))) {
            bubblewrap.bind_read_only("/dev/null", path);
        }
    }
    bubblewrap.bind_read_only("/proc/sys", "/proc/sys"); // everybody may write some of it
}

} // namespace samara::engine::sandbox
