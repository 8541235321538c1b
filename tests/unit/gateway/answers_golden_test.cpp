// The tables of tests/golden/gateway that tell what a client gets, and a function: each group has a
// template, and cases of one request.

#include "data/write.h"
#include "gateway/gateway.h"
#include "gateway/read/apis.h"
#include "gateway/read/function_urls.h"
#include "unit/gateway/golden_rows.h"
#include "unit/gateway/golden_table.h"

#include <map>

#include <fmt/format.h>

namespace samara::gateway {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

class Answers : public testing::Test {
protected:
    static AuthorizationOptions authorization() {
        AuthorizationOptions options;
        options.iam =
            std::make_shared<const aws_client::IamCredentials>(*aws_client::parse_credentials(
                "[me]\naws_access_key_id=AK\naws_secret_access_key=s\n", "f"));
        return options;
    }

    /// The gateway of a group: its APIs, or the URLs of its functions.
    void serve(const data::Value& group) {
        const auto resources = data::read_yaml(data::text_of(group, "template"), "template.yaml");
        ASSERT_TRUE(resources) << base::to_string(resources.error());
        base::Diagnostics diagnostics;
        std::vector<Api> apis = data::text_of(group, "serves") == "urls"
                                    ? read_function_urls(*resources, diagnostics)
                                    : read_apis(*resources, {}, diagnostics);
        for (Api& api : apis) {
            for (Route& route : api.routes) {
                shorten(group, route.integration);
            }
        }
        GatewayOptions options;
        options.authorization = authorization();
        options.log =
            base::Log([this](base::LogLevel, std::string_view line) { told_.emplace_back(line); });
        options.access_log = [this](const serving::AccessRecord& record) { logged_ = record; };
        gateway_ = std::make_unique<Gateway>(
            std::move(apis),
            [this](const invoke::Request& request) { return call(request); },
            std::move(options));
    }

    /// Times that nobody wants to wait for.
    static void shorten(const data::Value& group, Integration& integration) {
        auto* lambda = std::get_if<LambdaIntegration>(&integration);
        if (const auto idle = data::integer_of(group.find("idle_ms")); lambda != nullptr && idle) {
            lambda->idle_timeout = std::chrono::milliseconds(*idle);
        }
    }

    base::Result<invoke::Response> call(const invoke::Request& request) {
        events_[request.function] = request.payload;
        const data::Value& reply = member(*case_, request.function);
        invoke::Response response;
        response.status = static_cast<int>(data::integer_of(reply.find("invoke")).value_or(200));
        response.function_error = data::text_of(reply, "error");
        response.request_id = data::text_of(reply, "request_id");
        const data::Value* result = reply.find("result");
        response.payload =
            result == nullptr ? data::text_of(reply, "payload") : data::write_json(*result);
        const data::List& writes = items(member(reply, "writes"));
        if (request.stream != nullptr && !writes.empty()) {
            request.stream->begin(data::text_of(reply, "content_type"));
            for (const data::Value& piece : writes) { // a number: so many blanks
                const auto blanks = data::integer_of(&piece);
                request.stream->write(
                    blanks ? std::string(static_cast<std::size_t>(*blanks), ' ')
                           : std::string(piece.text()));
            }
        }
        return response;
    }

    static net::HttpRequest request_of(const data::Value& row) {
        net::HttpRequest request;
        const std::string asked = data::text_of(row, "request");
        const std::size_t blank = asked.find(' ');
        request.method = asked.substr(0, blank);
        request.target = asked.substr(blank + 1);
        request.body = bytes_of(row, "body");
        request.remote_address = "10.0.0.9";
        request.headers = {{"Host", "localhost:3000"}};
        add_headers(row, request);
        return request;
    }

    /// The answer with all of its body; what of a stream has not come whole is told.
    net::HttpResponse ask(const data::Value& row) {
        case_ = &row;
        told_.clear();
        events_.clear();
        logged_ = {};
        net::HttpResponse response = gateway_->handle(request_of(row));
        if (response.stream) {
            const bool whole = response.stream([&](const std::string& bytes) {
                response.body += bytes;
                return true;
            });
            response.body += whole ? "" : "|cut off";
        }
        if (response.answered) {
            response.answered();
        }
        return response;
    }

    static void check_answer(const data::Value& row, const net::HttpResponse& response) {
        EXPECT_EQ(response.status, data::integer_of(row.find("status")).value_or(200))
            << response.body;
        if (row.find("answer") != nullptr || row.find("answer_base64") != nullptr) {
            EXPECT_EQ(response.body, bytes_of(row, "answer"));
        }
        for (const data::Entry& header : data::members_of(row.find("answer_headers"))) {
            const std::string* value = net::find_header(response.headers, header.key);
            if (header.value.is_null()) {
                EXPECT_EQ(value, nullptr) << header.key;
            } else {
                EXPECT_EQ(value == nullptr ? "none" : *value, std::string(header.value.text()))
                    << header.key;
            }
        }
    }

    /// What each function was given: a part of it, what it has not, or that it was not called.
    void check_events(const data::Value& row) {
        for (const data::Entry& expected : data::members_of(row.find("events"))) {
            const auto known = events_.find(expected.key);
            if (expected.value.is_null()) {
                EXPECT_EQ(known, events_.end()) << expected.key << " was called";
                continue;
            }
            ASSERT_NE(known, events_.end()) << expected.key << " was not called";
            const auto event = data::read_json(known->second, "event");
            ASSERT_TRUE(event);
            EXPECT_TRUE(contains(*event, expected.value)) << known->second;
        }
        const auto event = data::read_json(events_["Fn"], "event");
        for (const std::string& path : data::texts_of(row.find("lacks"))) {
            const std::size_t stop = path.find('.');
            const data::Value* found = event ? event->find(path.substr(0, stop)) : nullptr;
            if (stop != std::string::npos && found != nullptr) {
                found = found->find(path.substr(stop + 1));
            }
            EXPECT_EQ(found, nullptr) << path;
        }
    }

    void check_told(const data::Value& row) {
        const std::string told = data::text_of(row, "told");
        if (told.empty()) {
            EXPECT_THAT(told_, IsEmpty());
        } else {
            EXPECT_THAT(told_, Contains(HasSubstr(told)));
        }
        if (const std::string line = data::text_of(row, "line"); !line.empty()) {
            EXPECT_EQ(logged_.line, line);
        }
        if (const std::string pattern = data::text_of(row, "matches"); !pattern.empty()) {
            EXPECT_THAT(logged_.line, MatchesRegex(pattern));
        }
        if (const std::string text = data::text_of(row, "text_line"); !text.empty()) {
            EXPECT_THAT(to_string(logged_, serving::AccessLogFormat::text), MatchesRegex(text));
        }
        if (const std::string json = data::text_of(row, "json_line"); !json.empty()) {
            EXPECT_THAT(to_string(logged_, serving::AccessLogFormat::json), MatchesRegex(json));
        }
        if (const std::string why = data::text_of(row, "logged"); !why.empty()) {
            EXPECT_THAT(logged_.error, HasSubstr(why));
        }
    }

    void run(const std::string& name) {
        for (const data::Value& group : table(name)) {
            if (group.find("asks") != nullptr) {
                continue; // the Lambda API, or the quotas of invoke/
            }
            for (const data::Value& row : items(member(group, "cases"))) {
                SCOPED_TRACE(data::text_of(group, "page"));
                SCOPED_TRACE(data::text_of(row, "name"));
                serve(group); // nothing is kept from one to the next
                check_answer(row, ask(row));
                check_events(row);
                check_told(row);
            }
        }
    }

    const data::Value* case_ = nullptr; // that is asked
    std::unique_ptr<Gateway> gateway_;
    std::vector<std::string> told_;
    std::map<std::string, std::string> events_; // by function
    serving::AccessRecord logged_;
};

TEST_F(Answers, OfAuthorizers) {
    run("authorizers.json");
}

TEST_F(Answers, OfBinaryBodies) {
    run("binary_bodies.json");
}

TEST_F(Answers, OfFunctionUrls) {
    run("function_urls.json");
}

TEST_F(Answers, ThatAreStreamed) {
    run("streaming.json");
}

TEST_F(Answers, InAccessLogs) {
    run("access_log.json");
}

TEST_F(Answers, PastTheLimitsOfConcurrency) {
    run("concurrency.json");
}

} // namespace
} // namespace samara::gateway
