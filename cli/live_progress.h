#pragma once

#include "build/progress.h"
#include "console.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace samara::cli {

/// "A, B: Running PythonPipBuilder:ResolveDependencies (3 s)", a line for each job.
std::vector<std::string> progress_lines(
    const std::vector<build::Progress::Running>& running,
    std::chrono::steady_clock::time_point now);

/// Shows below everything else what a build is at, until it goes. On a terminal only.
class LiveProgress {
public:
    LiveProgress(Console& console, std::shared_ptr<const build::Progress> progress);
    LiveProgress(const LiveProgress&) = delete;
    LiveProgress& operator=(const LiveProgress&) = delete;
    LiveProgress(LiveProgress&&) = delete;
    LiveProgress& operator=(LiveProgress&&) = delete;
    ~LiveProgress();

private:
    Console& console_;
    std::jthread thread_;
};

} // namespace samara::cli
