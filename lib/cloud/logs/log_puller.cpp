#include "cloud/logs/log_puller.h"

#include "cloud/at_once.h"
#include "data/accessors.h"

#include <atomic>
#include <mutex>
#include <thread>

namespace samara::cloud {

using aws_client::AwsResult;
using aws_client::Session;

namespace {

std::int64_t milliseconds(Moment moment) {
    return std::chrono::floor<std::chrono::milliseconds>(moment).time_since_epoch().count();
}

bool is_throttled(const aws_client::AwsError& error) {
    return error.code == "ThrottlingException";
}

class GroupPuller {
public:
    GroupPuller(
        Session& session, const LogQuery& query, std::string group, const LogReceiver& receive)
        : session_(session), query_(query), group_(std::move(group)), receive_(receive),
          begin_(milliseconds(query.begin)) {}

    /// Whether there was anything. Later calls begin behind what has come.
    AwsResult<bool> pull() {
        aws_client::Call call{.service = "logs", .operation = "FilterLogEvents"};
        call.input.set("logGroupName", group_);
        call.input.set("interleaved", true);
        call.input.set("startTime", begin_);
        if (query_.end && !query_.follow) {
            call.input.set("endTime", milliseconds(*query_.end));
        }
        if (!query_.pattern.empty()) {
            call.input.set("filterPattern", query_.pattern);
        }
        bool any = false;
        const auto done = aws_client::for_each_page(
            session_, std::move(call), "nextToken", "nextToken", [&](const data::Value& page) {
                const data::Value* events = page.find("events");
                if (events == nullptr || events->as_list() == nullptr) {
                    return true;
                }
                for (const data::Value& event : *events->as_list()) {
                    any = true;
                    receive_(event);
                    const auto time = data::integer_of(event.find("timestamp")).value_or(0);
                    begin_ = std::max(begin_, time + 1);
                }
                return !session_.cancel().cancelled();
            });
        if (!done && done.error().code != "ResourceNotFoundException") {
            return aws_client::aws_fail(done.error());
        }
        return any;
    }

    /// Until `ended` is set, among others.
    AwsResult<void> follow(const base::Log& log, const std::atomic<bool>& ended) {
        constexpr int most_empty_polls = 1000;
        std::chrono::seconds pause{1};
        for (int empty = 0; empty < most_empty_polls && !ended;) {
            const auto any = pull();
            if (session_.cancel().cancelled()) {
                return {};
            }
            if (any) {
                empty = *any ? 0 : empty + 1;
            } else if (is_throttled(any.error())) {
                constexpr std::chrono::seconds longest{256};
                log.warning("CloudWatch Logs is asked too often: asking more slowly");
                pause = std::min(
                    longest, pause.count() == 1 ? std::chrono::seconds(2) : pause * pause.count());
            } else {
                return aws_client::aws_fail(any.error());
            }
            for (std::chrono::seconds waited{0}; waited < pause && !ended; ++waited) {
                if (!session_.pause(std::chrono::seconds(1))) {
                    return {};
                }
            }
        }
        return {};
    }

private:
    Session& session_;
    const LogQuery& query_;
    std::string group_;
    const LogReceiver& receive_;
    std::int64_t begin_;
};

} // namespace

AwsResult<void> pull_logs(
    Session& session, const LogQuery& query, const LogReceiver& receive, const base::Log& log) {
    std::mutex mutex;
    const LogReceiver one_at_a_time = [&](const data::Value& event) {
        const std::lock_guard lock(mutex);
        receive(event);
    };
    std::vector<AwsResult<void>> results(query.groups.size());
    std::atomic<bool> ended{false}; // one that fails ends them all
    const auto pull = [&](std::size_t i) {
        GroupPuller puller(session, query, query.groups[i], one_at_a_time);
        if (query.follow) {
            results[i] = puller.follow(log, ended);
            ended = ended || !results[i];
        } else if (auto any = puller.pull(); !any) {
            results[i] = aws_client::aws_fail(std::move(any).error());
        }
    };
    if (query.follow) { // each takes its time, so each has a thread
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < query.groups.size(); ++i) {
            threads.emplace_back([&pull, i] { pull(i); });
        }
    } else {
        for_each_at_once(query.groups.size(), pull);
    }
    for (auto& result : results) {
        AWS_TRY(std::move(result));
    }
    return {};
}

} // namespace samara::cloud
