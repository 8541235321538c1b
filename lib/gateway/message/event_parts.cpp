#include "gateway/message/event_parts.h"

#include "base/strings.h"
#include "gateway/message/media_type.h"

namespace samara::gateway {

void add(Multiple& pairs, std::string_view name, std::string value, bool fold) {
    for (auto& [known, values] : pairs) {
        if (fold ? net::equal_ignoring_case(known, name) : known == name) {
            values.push_back(std::move(value));
            return;
        }
    }
    pairs.push_back({std::string(name), {std::move(value)}});
}

void write(
    base::JsonWriter& json,
    std::string_view single,
    std::string_view multiple,
    const Multiple& pairs) {
    json.key(single).begin_object();
    for (const auto& [name, values] : pairs) {
        json.member(name, values.back());
    }
    json.end_object();
    json.key(multiple).begin_object();
    for (const auto& [name, values] : pairs) {
        json.key(name).begin_list();
        for (const std::string& value : values) {
            json.text(value);
        }
        json.end_list();
    }
    json.end_object();
}

void write_path_parameters(base::JsonWriter& json, const Call& call) {
    json.key("pathParameters").begin_object();
    for (const auto& [name, value] : call.match.parameters) {
        json.member(name, event_parameter(call, value));
    }
    json.end_object();
}

void write_stage_variables(base::JsonWriter& json, const Api& api) {
    json.key("stageVariables").begin_object();
    for (const auto& [name, value] : api.stage_variables) {
        json.member(name, value);
    }
    json.end_object();
}

void write_no_cognito(base::JsonWriter& json) {
    for (const std::string_view name :
         {"principalOrgId",
          "cognitoAmr",
          "cognitoAuthenticationProvider",
          "cognitoAuthenticationType",
          "cognitoIdentityId",
          "cognitoIdentityPoolId"}) {
        json.key(name).null();
    }
}

bool is_text_body(const Call& call) {
    return is_text(call.header("Content-Type")) && call.header("Content-Encoding").empty() &&
           base::is_utf8(call.request.body);
}

} // namespace samara::gateway
