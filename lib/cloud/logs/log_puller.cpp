#include "cloud/logs/log_puller.h"

#include "cloud/logs/puller.h"
#include "cloud/logs/trace_puller.h"
#include "data/accessors.h"

#include <algorithm>
#include <mutex>

namespace samara::cloud {

using aws_client::AwsResult;
using aws_client::Session;

namespace {

std::int64_t milliseconds(Moment moment) {
    return std::chrono::floor<std::chrono::milliseconds>(moment).time_since_epoch().count();
}

/// Later calls begin behind what has come.
class GroupPuller : public Puller {
public:
    GroupPuller(
        Session& session, const LogQuery& query, std::string group, const LogReceiver& receive)
        : Puller("CloudWatch Logs"), session_(session), query_(query), group_(std::move(group)),
          receive_(receive), begin_(milliseconds(query.begin)) {}

    AwsResult<bool> pull() override {
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
                    receive_.event(event);
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
    const LogReceiver one_at_a_time{
        .event =
            [&](const data::Value& event) {
                const std::lock_guard lock(mutex);
                receive.event(event);
            },
        .trace =
            [&](const data::Value& trace, std::int64_t revision) {
                const std::lock_guard lock(mutex);
                receive.trace(trace, revision);
            },
        .graph =
            [&](const data::Value& graph) {
                const std::lock_guard lock(mutex);
                receive.graph(graph);
            }};
    Pullers pullers;
    for (const std::string& group : query.groups) {
        pullers.push_back(std::make_unique<GroupPuller>(session, query, group, one_at_a_time));
    }
    if (query.traces) {
        add_trace_pullers(pullers, session, query, one_at_a_time);
    }
    return run_pullers(session, pullers, query.follow, log);
}

} // namespace samara::cloud
