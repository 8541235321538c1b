#include "engine/sandbox/memory_guard.h"

#include "base/strings.h"
#include "os/file.h"
#include "os/unique_fd.h"
#include "os/wait.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

using namespace std::chrono_literals;

constexpr auto look_interval = 20ms;
// While there is too much in use: whoever holds it is killed, or lets go, and then the room is to
// come back at once.
constexpr auto close_interval = 1ms;
constexpr int close_looks = 100;
// How far memory may go over before it is looked at: less would be a mark at each page or so.
constexpr std::uint64_t tolerance = 4U << 20U;
// What a process may allocate between reading the usage and limiting it to that.
constexpr std::uint64_t race_margin = 1U << 20U;

std::uint64_t parse(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::uint64_t read_number(const fs::path& file) {
    return parse(os::read_file(file).value_or("0"));
}

// Everything in files, tmpfs included: what is not /tmp of it can be taken back at any time.
std::uint64_t read_cache(const fs::path& folder, std::string_view key) {
    const std::string stat = os::read_file(folder / "memory.stat").value_or("");
    for (const std::string_view line : base::split(stat, '\n')) {
        if (line.starts_with(key)) {
            return parse(line.substr(key.size()));
        }
    }
    return 0;
}

bool write_number(const fs::path& file, std::uint64_t number) {
    const os::UniqueFd control(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    const std::string text = std::to_string(number);
    return ::write(control.get(), text.data(), text.size()) > 0;
}

class Watch {
public:
    explicit Watch(const ControlGroup& group)
        : folder_(group.memory_folder()), unified_(group.unified()),
          usage_(folder_ / (unified_ ? "memory.current" : "memory.usage_in_bytes")),
          limit_(folder_ / (unified_ ? "memory.max" : "memory.limit_in_bytes")),
          memory_(group.limits().memory_bytes.value_or(0)),
          most_(memory_ + group.limits().temporary_bytes) {}

    void run(const os::Cancellation& stop) {
        while (true) {
            look();
            // Setting the mark takes the kernel some 15 ms; what passes before is seen after.
            const std::uint64_t marked = allowed_;
            const os::UniqueFd mark = unified_ ? os::UniqueFd() : set_mark(marked);
            look();
            // Beside a cache the time counts as well: when that shrinks, the mark lies too high.
            const bool exact =
                mark.valid() && !limited_ && allowed_ == marked && marked == memory_ + tolerance;
            const bool close = over_looks_ > 0 && over_looks_ < close_looks;
            const auto next =
                std::chrono::steady_clock::now() + (close ? close_interval : look_interval);
            if (os::wait_readable(mark.get(), stop, exact ? os::Deadline() : next) ==
                os::Wake::cancelled) {
                return;
            }
        }
    }

private:
    // Readable once the usage passes the mark in either direction (version 1 only,
    // Documentation/admin-guide/cgroup-v1/memory.rst, "Memory thresholds").
    [[nodiscard]] os::UniqueFd set_mark(std::uint64_t bytes) const {
        os::UniqueFd event(::eventfd(0, EFD_CLOEXEC));
        const os::UniqueFd usage(::open(usage_.c_str(), O_RDONLY | O_CLOEXEC));
        const os::UniqueFd control(
            ::open((folder_ / "cgroup.event_control").c_str(), O_WRONLY | O_CLOEXEC));
        const std::string line = fmt::format("{} {} {}", event.get(), usage.get(), bytes);
        if (::write(control.get(), line.data(), line.size()) < 0) {
            event.reset();
        }
        return event;
    }

    void look() {
        while (true) {
            // In this order: a file that grows in between makes the memory smaller, not larger.
            const std::uint64_t usage = read_number(usage_);
            const std::uint64_t cache = read_cache(folder_, unified_ ? "file " : "cache ");
            // A cache that comes and goes by little moves no mark.
            allowed_ = memory_ + tolerance + (cache < tolerance ? 0 : cache);
            if (usage <= memory_ + tolerance + cache) {
                over_looks_ = 0;
                if (limited_) {
                    limited_ = !write_number(limit_, most_);
                }
                return;
            }
            if (++over_looks_ % 2 == 0) {
                return;
            }
            take_room(usage); // and look at once whether that was late
        }
    }

    // Leaves no room above the present usage: who allocates next is killed. A limit below the usage
    // would kill at once in version 2, and is refused in version 1 (hence the attempts). If it has
    // fallen since it was looked at, what is allowed remains.
    void take_room(std::uint64_t usage) {
        constexpr int attempts = 10;
        for (int i = 0; i < attempts; ++i) {
            limited_ = true;
            const std::uint64_t limit = std::max(std::min(usage, read_number(usage_)), allowed_);
            if (write_number(limit_, std::min(most_, limit + race_margin))) {
                return;
            }
            usage = most_;
        }
    }

    fs::path folder_;
    bool unified_;
    fs::path usage_;
    fs::path limit_;
    std::uint64_t memory_;
    std::uint64_t most_;
    std::uint64_t allowed_ = memory_ + tolerance;
    int over_looks_ = 0;
    bool limited_ = false; ///< the limit is not at `most_`
};

} // namespace

MemoryGuard::MemoryGuard(const ControlGroup& group)
    : thread_([watch = Watch(group), stop = stop_]() mutable { watch.run(stop); }) {}

MemoryGuard::~MemoryGuard() {
    stop_.cancel();
    thread_.join();
}

} // namespace samara::engine::sandbox
