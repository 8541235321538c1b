// The tables of tests/golden/gateway: what AWS documents, row by row.

#include "data/write.h"
#include "gateway/access/cors.h"
#include "gateway/access/policy.h"
#include "gateway/message/event.h"
#include "gateway/message/response.h"
#include "gateway/read/openapi.h"
#include "support/read_request.h"
#include "unit/gateway/golden_rows.h"
#include "unit/gateway/golden_table.h"

namespace samara::gateway {
namespace {

Route route_of(const std::string& key) {
    Route route;
    const std::size_t blank = key.find(' ');
    route.method = blank == std::string::npos ? "ANY" : key.substr(0, blank);
    route.path = blank == std::string::npos ? key : key.substr(blank + 1);
    return route;
}

ApiKind kind_of(const data::Value& row) {
    return data::text_of(row, "kind") == "rest" ? ApiKind::rest : ApiKind::http;
}

TEST(Golden, Routes) {
    for (const data::Value& row : table("routes.json")) {
        Api api;
        api.kind = kind_of(row);
        for (const std::string& key : data::texts_of(row.find("routes"))) {
            api.routes.push_back(route_of(key));
        }
        const Router router(api);
        for (const data::Value& one : items(member(row, "cases"))) {
            const std::string request = data::text_of(one, "request");
            SCOPED_TRACE(request);
            const std::size_t blank = request.find(' ');
            const auto match =
                router.match(request.substr(0, blank), std::string_view(request).substr(blank + 1));
            const std::string selected = match ? route_key(*match->route) : "";
            EXPECT_EQ(selected, data::text_of(one, "selects"));
            data::Map parameters;
            if (match) {
                for (const auto& [name, value] : match->parameters) {
                    parameters.set(name, data::Value(value));
                }
            }
            const data::Value* expected = one.find("parameters");
            EXPECT_EQ(
                data::Value(parameters),
                expected == nullptr ? data::Value(data::Map()) : *expected);
        }
    }
}

TEST(Golden, Events) {
    for (const data::Value& row : table("events.json")) {
        SCOPED_TRACE(data::text_of(row, "name"));
        Api api;
        api.id = "Api";
        api.kind = kind_of(row);
        api.stage = data::text_of(row, "stage");
        api.binary_media_types = data::texts_of(row.find("binary_media_types"));
        if (const data::Value* variables = row.find("stage_variables")) {
            for (const data::Entry& entry : *variables->as_map()) {
                api.stage_variables.emplace_back(entry.key, entry.value.text());
            }
        }
        api.routes.push_back(route_of(data::text_of(row, "route")));
        std::string text;
        for (const std::string& line : data::texts_of(row.find("request"))) {
            text += line + "\r\n";
        }
        auto parsed = test::read_request(text + "\r\n");
        ASSERT_TRUE(parsed);
        net::HttpRequest& request = *parsed;
        request.body = bytes_of(row, "body");
        request.remote_address = "127.0.0.1";
        const Router router(api);
        const auto match = router.match(request.method, request.path());
        ASSERT_TRUE(match);
        Call call{request, api, *match};
        call.request_id = "request-id";
        call.extended_request_id = "extended-id";
        call.trace_id = "Root=1-2-3";
        call.port = 3000;
        call.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1584039838123));
        const std::string format = data::text_of(row, "format");
        const std::string event = format == "2.0"   ? event_v2(call)
                                  : format == "1.0" ? event_v1(call)
                                                    : authorizer_event(call, {}, {}, "arn");
        const auto value = data::read_json(event, "event");
        ASSERT_TRUE(value) << event;
        if (const data::Value* exactly = row.find("exactly")) {
            EXPECT_EQ(*value, *exactly) << event;
        }
        if (const data::Value* part = row.find("contains")) {
            EXPECT_TRUE(contains(*value, *part)) << data::write_json(*value, 2);
        }
        for (const std::string& missing : data::texts_of(row.find("lacks"))) {
            EXPECT_EQ(value->find(missing), nullptr) << missing;
        }
    }
}

TEST(Golden, Responses) {
    for (const data::Value& row : table("responses.json")) {
        SCOPED_TRACE(data::text_of(row, "name"));
        invoke::Response result;
        result.payload = data::write_json(member(row, "result"));
        const std::string format = data::text_of(row, "format");
        const auto response =
            format == "2.0"
                ? response_v2(result)
                : response_v1(result, {format == "rest", row.find("decode") == nullptr});
        if (row.find("refused") != nullptr) {
            EXPECT_FALSE(response);
            continue;
        }
        ASSERT_TRUE(response) << response.error().message;
        EXPECT_EQ(response->status, *member(row, "status").as_integer());
        EXPECT_EQ(lines_of(response->headers), data::texts_of(row.find("headers")));
        EXPECT_EQ(response->body, data::text_of(row, "body"));
    }
}

TEST(Golden, Policies) {
    for (const data::Value& row : table("policies.json")) {
        const std::string resource = data::text_of(row, "resource");
        for (const data::Value& one : items(member(row, "cases"))) {
            SCOPED_TRACE(data::text_of(one, "name"));
            data::Map document;
            document.set("Statement", member(one, "statements"));
            if (const data::Value* version = one.find("version")) {
                document.set("Version", *version);
            }
            PolicyQuestion question{"execute-api:Invoke", resource};
            const std::string address = data::text_of(row, "address");
            const ConditionKeys keys = condition_keys(address, "curl/8.0", "", false, {});
            question.keys = address.empty() ? nullptr : &keys;
            const std::string account = data::text_of(one, "account");
            if (row.find("address") != nullptr) {
                question.account = account;
            }
            const auto verdict = evaluate_policy(data::Value(document), question);
            std::string said = "error";
            if (verdict) {
                said = *verdict == Verdict::allowed  ? "allowed"
                       : *verdict == Verdict::denied ? "denied"
                                                     : "denied explicitly";
            }
            EXPECT_EQ(said, data::text_of(one, "verdict"));
        }
    }
}

TEST(Golden, CorsHeaders) {
    for (const data::Value& row : table("cors.json")) {
        const Cors cors = read_cors(member(row, "cors"));
        for (const data::Value& one : items(member(row, "cases"))) {
            SCOPED_TRACE(data::text_of(one, "name"));
            net::HttpRequest request;
            if (one.find("origin") != nullptr) {
                request.headers.push_back({"Origin", data::text_of(one, "origin")});
            }
            net::HttpResponse response{200, {{"access-control-allow-origin", "from-function"}}, {}};
            if (*member(one, "preflight").as_boolean()) {
                request.method = "OPTIONS";
                request.headers.push_back({"Access-Control-Request-Method", "GET"});
                EXPECT_TRUE(is_preflight(request));
                response = preflight_response(cors, request);
                EXPECT_EQ(response.status, 204);
            } else {
                request.method = "GET";
                EXPECT_FALSE(is_preflight(request));
                apply_cors(cors, request, response);
            }
            EXPECT_EQ(lines_of(response.headers), data::texts_of(one.find("headers")));
        }
    }
}

} // namespace
} // namespace samara::gateway
