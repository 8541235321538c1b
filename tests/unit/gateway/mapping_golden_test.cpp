// The tables of tests/golden/gateway about payloads and parameters on their way.

#include "gateway/integration/content_handling.h"
#include "gateway/integration/parameter_mapping.h"
#include "gateway/read/parameter_mapping.h"
#include "gateway/route/router.h"
#include "unit/gateway/golden_table.h"

namespace samara::gateway {
namespace {

ContentHandling handling_of(const std::string& text) {
    return text == "CONVERT_TO_BINARY" ? ContentHandling::to_binary
           : text == "CONVERT_TO_TEXT" ? ContentHandling::to_text
                                       : ContentHandling::none;
}

TEST(Golden, ContentHandling) {
    for (const data::Value& row : table("content_handling.json")) {
        SCOPED_TRACE(data::text_of(row, "name"));
        Api api;
        api.kind = data::text_of(row, "kind") == "http" ? ApiKind::http : ApiKind::rest;
        api.binary_media_types = data::texts_of(row.find("binary_media_types"));
        const std::string type = data::text_of(row, "content_type");
        const net::HttpRequest request{
            "POST",
            "/",
            {{"Content-Type", type}, {"Accept", data::text_of(row, "accept")}},
            {},
            {}};
        const Route route;
        const Router::Match match{&route, {}, {}};
        const Call call{request, api, match};
        const ContentHandling handling = handling_of(data::text_of(row, "handling"));
        const auto converted = data::text_of(row, "direction") == "request"
                                   ? converted_request(call, handling, bytes_of(row, "given"))
                                   : converted_answer(call, handling, type, bytes_of(row, "given"));
        EXPECT_EQ(converted.has_value(), row.find("refused") == nullptr);
        if (converted) {
            EXPECT_EQ(*converted, bytes_of(row, "gets"));
        } else {
            EXPECT_EQ(converted.error().refusal, Refusal::api_configuration_error);
        }
    }
}

/// The mapping of a row as an OpenAPI extension has it.
std::shared_ptr<const ParameterMapping>
mapping_of(const data::Value& row, std::vector<std::string>& refused) {
    const bool response = row.find("response") != nullptr;
    const data::Value& change = member(row, "change");
    return read_parameter_mapping(
        response ? data::Map{{"responseParameters", data::Map{{"200", change}}}}
                 : data::Map{{"requestParameters", change}},
        refused);
}

TEST(Golden, ParameterMapping) {
    Api api;
    api.stage_variables = {{"team", "red"}};
    Route route;
    route.method = "POST";
    route.path = "/pets/{id}";
    api.routes = {route};
    const Router router(api);
    const net::HttpRequest request{
        "POST", "/pets/7?q=x%20y&r=1", {{"X-A", "1"}}, R"({"pet": {"name": "Rex"}})", {}};
    const auto match = router.match("POST", "/pets/7");
    ASSERT_TRUE(match);
    const Call call{request, api, *match};
    for (const data::Value& row : table("parameter_mapping.json")) {
        SCOPED_TRACE(data::text_of(row, "name"));
        std::vector<std::string> refused;
        const auto mapping = mapping_of(row, refused);
        EXPECT_EQ(refused.empty(), row.find("refused") == nullptr);
        if (!refused.empty()) {
            continue;
        }
        ASSERT_TRUE(mapping);
        if (row.find("response") != nullptr) {
            net::HttpResponse response{200, request.headers, request.body};
            map_response(call, *mapping, response);
            EXPECT_EQ(response.status, *member(row, "status").as_integer());
            EXPECT_EQ(lines_of(response.headers), data::texts_of(row.find("headers")));
            continue;
        }
        const net::HttpRequest mapped = mapped_request(call, *mapping);
        const data::Value* headers = row.find("headers");
        EXPECT_EQ(
            lines_of(mapped.headers),
            headers == nullptr ? lines_of(request.headers) : data::texts_of(headers));
        const std::string target = data::text_of(row, "target");
        EXPECT_EQ(mapped.target, target.empty() ? request.target : target);
    }
}

TEST(Golden, ParameterMappingOfResources) {
    std::vector<std::string> refused;
    const auto mapping = read_parameter_mapping(
        *data::read_json(
            R"({"RequestParameters": {"append:header.x": "1"}, "ResponseParameters": {"404": {
                "ResponseParameters": [{"Destination": "overwrite:statuscode", "Source": "410"},
                                       {"Destination": "append:query", "Source": "1"}]}, "4xx": {}}})",
            "integration"),
        refused);
    EXPECT_THAT(refused, testing::ElementsAre("'append:query'", "status '4xx'"));
    ASSERT_TRUE(mapping);
    EXPECT_EQ(mapping->request.size(), 1U);
    ASSERT_EQ(mapping->responses.at(404).size(), 1U);
    EXPECT_EQ(mapping->responses.at(404).front().value, "410");
}

} // namespace
} // namespace samara::gateway
