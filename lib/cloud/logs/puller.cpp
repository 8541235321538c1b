#include "cloud/logs/puller.h"

#include "cloud/at_once.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsResult;
using aws_client::Session;

namespace {

bool is_throttled(const aws_client::AwsError& error) {
    return error.code == "ThrottlingException" || error.code == "ThrottledException";
}

/// Until `ended` is set, among others.
AwsResult<void>
follow_one(Session& session, Puller& puller, const base::Log& log, const std::atomic<bool>& ended) {
    constexpr int most_empty_polls = 1000;
    std::chrono::seconds pause{1};
    for (int empty = 0; empty < most_empty_polls && !ended;) {
        const auto any = puller.pull();
        if (session.cancel().cancelled()) {
            return {};
        }
        if (any) {
            empty = *any ? 0 : empty + 1;
        } else if (is_throttled(any.error())) {
            constexpr std::chrono::seconds longest{256};
            log.warning(fmt::format("{} is asked too often: asking more slowly", puller.service()));
            pause = std::min(
                longest, pause.count() == 1 ? std::chrono::seconds(2) : pause * pause.count());
        } else {
            return aws_client::aws_fail(any.error());
        }
        for (std::chrono::seconds waited{0}; waited < pause && !ended; ++waited) {
            if (!session.pause(std::chrono::seconds(1))) {
                return {};
            }
        }
    }
    return {};
}

} // namespace

AwsResult<void>
run_pullers(Session& session, const Pullers& pullers, bool follow, const base::Log& log) {
    std::vector<AwsResult<void>> results(pullers.size());
    if (follow) {                       // each takes its time, so each has a thread
        std::atomic<bool> ended{false}; // one that fails ends them all
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < pullers.size(); ++i) {
            threads.emplace_back([&, i] {
                results[i] = follow_one(session, *pullers[i], log, ended);
                ended = ended || !results[i];
            });
        }
    } else {
        for_each_at_once(pullers.size(), [&](std::size_t i) {
            if (auto any = pullers[i]->pull(); !any) {
                results[i] = aws_client::aws_fail(std::move(any).error());
            }
        });
    }
    for (auto& result : results) {
        AWS_TRY(std::move(result));
    }
    return {};
}

} // namespace samara::cloud
