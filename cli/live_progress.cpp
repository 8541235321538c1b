#include "live_progress.h"

#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

namespace samara::cli {

namespace {

constexpr std::chrono::milliseconds interval(100);
constexpr std::chrono::milliseconds worth_showing(500); // what is done at once would flicker

} // namespace

std::vector<std::string> progress_lines(
    const std::vector<build::Progress::Running>& running,
    std::chrono::steady_clock::time_point now) {
    std::vector<std::string> lines;
    for (const build::Progress::Running& job : running) {
        const auto age = now - job.since;
        if (age >= worth_showing) {
            lines.push_back(fmt::format(
                "{}: {} ({} s)",
                job.names,
                job.step.empty() ? "waiting" : job.step,
                std::chrono::duration_cast<std::chrono::seconds>(age).count()));
        }
    }
    return lines;
}

LiveProgress::LiveProgress(Console& console, std::shared_ptr<const build::Progress> progress)
    : console_(console) {
    if (!console.is_live()) {
        return;
    }
    thread_ = std::jthread([&console, progress = std::move(progress)](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        while (!wake.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) {
            if (stop.stop_requested()) {
                break;
            }
            console.live(progress_lines(progress->running(), std::chrono::steady_clock::now()));
        }
    });
}

LiveProgress::~LiveProgress() {
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
        console_.live({});
    }
}

} // namespace samara::cli
