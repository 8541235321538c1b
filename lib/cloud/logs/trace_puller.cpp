#include "cloud/logs/trace_puller.h"

#include "aws_client/xml.h"
#include "data/accessors.h"
#include "data/write.h"

#include <algorithm>
#include <map>
#include <set>

namespace samara::cloud {

using aws_client::AwsResult;
using aws_client::Session;

namespace {

/// As many as X-Ray gives at once.
constexpr std::size_t most_traces = 5;

double seconds(Moment moment) {
    constexpr double milliseconds_a_second = 1000;
    return static_cast<double>(
               std::chrono::floor<std::chrono::milliseconds>(moment).time_since_epoch().count()) /
           milliseconds_a_second;
}

class XRayPuller : public Puller {
public:
    XRayPuller(Session& session, const LogQuery& query, const LogReceiver& receive)
        : Puller("X-Ray"), session_(session), query_(query), receive_(receive) {}

protected:
    /// A call for the query's time.
    [[nodiscard]] aws_client::Call call_for(std::string_view operation) const {
        const auto now =
            std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
        aws_client::Call call{.service = "xray", .operation = operation};
        call.input.set("StartTime", seconds(query_.begin));
        call.input.set("EndTime", seconds(query_.follow ? now : query_.end.value_or(now)));
        return call;
    }

    AwsResult<void>
    pages(aws_client::Call call, const std::function<void(const data::Value& page)>& read) {
        return aws_client::for_each_page(
            session_, std::move(call), "NextToken", "NextToken", [&](const data::Value& page) {
                read(page);
                return !session_.cancel().cancelled();
            });
    }

    [[nodiscard]] const LogReceiver& receive() const { return receive_; }

private:
    Session& session_;
    const LogQuery& query_;
    const LogReceiver& receive_;
};

class TracePuller : public XRayPuller {
public:
    using XRayPuller::XRayPuller;

    AwsResult<bool> pull() override {
        std::vector<std::string> fresh;
        aws_client::Call call = call_for("GetTraceSummaries");
        call.input.set("TimeRangeType", "TraceId");
        AWS_TRY(pages(std::move(call), [&](const data::Value& page) {
            for (const data::Value& summary : aws_client::list_of(&page, "TraceSummaries")) {
                const std::string id = data::text_of(summary, "Id");
                const std::int64_t revision =
                    data::integer_of(summary.find("Revision")).value_or(0);
                const auto known = revisions_.find(id);
                if (data::is_true(summary.find("IsPartial")) ||
                    (known != revisions_.end() && known->second >= revision)) {
                    continue;
                }
                revisions_[id] = revision;
                fresh.push_back(id);
            }
        }));
        for (std::size_t at = 0; at < fresh.size(); at += most_traces) {
            data::List ids;
            for (std::size_t i = at; i < std::min(at + most_traces, fresh.size()); ++i) {
                ids.emplace_back(fresh[i]);
            }
            aws_client::Call batch{.service = "xray", .operation = "BatchGetTraces"};
            batch.input.set("TraceIds", std::move(ids));
            AWS_TRY(pages(std::move(batch), [&](const data::Value& page) {
                for (const data::Value& trace : aws_client::list_of(&page, "Traces")) {
                    receive().trace(trace, revisions_[data::text_of(trace, "Id")]);
                }
            }));
        }
        return !fresh.empty();
    }

private:
    std::map<std::string, std::int64_t> revisions_; // of what was given
};

class GraphPuller : public XRayPuller {
public:
    using XRayPuller::XRayPuller;

    AwsResult<bool> pull() override {
        bool any = false;
        AWS_TRY(pages(call_for("GetServiceGraph"), [&](const data::Value& page) {
            const data::Value* services = page.find("Services");
            if (services == nullptr || !services->is_list() || services->as_list()->empty()) {
                return;
            }
            any = true;
            if (given_.insert(data::write_json(*services)).second) {
                receive().graph(page);
            }
        }));
        return any;
    }

private:
    std::set<std::string> given_;
};

} // namespace

void add_trace_pullers(
    Pullers& pullers, Session& session, const LogQuery& query, const LogReceiver& receive) {
    pullers.push_back(std::make_unique<TracePuller>(session, query, receive));
    pullers.push_back(std::make_unique<GraphPuller>(session, query, receive));
}

} // namespace samara::cloud
