#include "gateway/gateway_response.h"

#include "base/strings.h"
#include "gateway/json_writer.h"
#include "gateway/response.h"

#include <array>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

struct Row {
    Refusal refusal;
    std::string_view type; ///< gateway response type of a REST API
    int rest_status;
    std::string_view rest_message;
    int http_status;
    std::string_view http_message;
};

constexpr std::string_view forbidden = "User is not authorized to access this resource";
constexpr std::string_view rest_error = "Internal server error";
constexpr std::string_view http_error = "Internal Server Error";
constexpr std::string_view bad_signature =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";

constexpr std::array rows{
    Row{Refusal::missing_authentication_token,
        "MISSING_AUTHENTICATION_TOKEN",
        403,
        "Missing Authentication Token",
        404,
        "Not Found"},
    Row{Refusal::unauthorized, "UNAUTHORIZED", 401, "Unauthorized", 401, "Unauthorized"},
    Row{Refusal::access_denied, "ACCESS_DENIED", 403, forbidden, 403, "Forbidden"},
    Row{Refusal::invalid_api_key, "INVALID_API_KEY", 403, "Forbidden", 403, "Forbidden"},
    Row{Refusal::authorizer_failure, "AUTHORIZER_FAILURE", 500, rest_error, 500, http_error},
    Row{Refusal::authorizer_configuration_error,
        "AUTHORIZER_CONFIGURATION_ERROR",
        500,
        rest_error,
        500,
        http_error},
    Row{Refusal::bad_integration_response, "DEFAULT_5XX", 502, rest_error, 500, http_error},
    Row{Refusal::integration_failure,
        "INTEGRATION_FAILURE",
        502,
        rest_error,
        503,
        "Service Unavailable"},
    Row{Refusal::integration_timeout,
        "INTEGRATION_TIMEOUT",
        504,
        "Endpoint request timed out",
        503,
        "Service Unavailable"},
    Row{Refusal::invalid_signature, "INVALID_SIGNATURE", 403, bad_signature, 403, "Forbidden"},
    Row{Refusal::invalid_security_token,
        "ACCESS_DENIED",
        403,
        "The security token included in the request is invalid.",
        403,
        "Forbidden"},
    Row{Refusal::signature_expired, "EXPIRED_TOKEN", 403, "Signature expired", 403, "Forbidden"},
    Row{Refusal::request_too_large,
        "REQUEST_TOO_LARGE",
        413,
        "Request Too Long",
        413,
        "Request Entity Too Large"},
};

const Row& row_of(Refusal refusal) {
    for (const Row& row : rows) {
        if (row.refusal == refusal) {
            return row;
        }
    }
    return rows.front();
}

/// The type's own customisation, else that of its class.
const GatewayResponse* customised(const Api& api, const Row& row) {
    for (const std::string_view type :
         {row.type,
          row.rest_status < 500 ? std::string_view("DEFAULT_4XX")
                                : std::string_view("DEFAULT_5XX")}) {
        if (const auto found = api.gateway_responses.find(type);
            found != api.gateway_responses.end()) {
            return &found->second;
        }
    }
    return nullptr;
}

std::string quoted(std::string_view text) {
    std::string json;
    JsonWriter(json).text(text);
    return json;
}

/// Gateway responses know variables, no directives: $context.x and $stageVariables.x.
std::string fill_in(std::string text, const Row& row, const Call* call) {
    text = base::replace_all(text, "$context.error.messageString", quoted(row.rest_message));
    text = base::replace_all(text, "$context.error.message", row.rest_message);
    text = base::replace_all(text, "$context.error.responseType", row.type);
    text = base::replace_all(text, "$context.error.validationErrorString", "");
    if (call == nullptr) {
        return text;
    }
    text = base::replace_all(text, "$context.requestId", call->request_id);
    text = base::replace_all(text, "$context.httpMethod", call->request.method);
    text = base::replace_all(text, "$context.path", call->request.path());
    text = base::replace_all(text, "$context.stage", call->api.stage);
    return text;
}

std::string header_value(const std::string& value, const Call* call) {
    constexpr std::string_view from_request = "method.request.header.";
    if (value.rfind(from_request, 0) == 0) {
        return call == nullptr
                   ? std::string()
                   : std::string(call->header(std::string_view(value).substr(from_request.size())));
    }
    return value;
}

} // namespace

net::HttpResponse refuse(Refusal refusal, const Api* api, const Call* call) {
    const Row& row = row_of(refusal);
    if (api != nullptr && api->kind == ApiKind::http) {
        return message_response(row.http_status, row.http_message);
    }
    net::HttpResponse response = message_response(row.rest_status, row.rest_message);
    const GatewayResponse* custom = api == nullptr ? nullptr : customised(*api, row);
    if (custom == nullptr) {
        return response;
    }
    response.status = custom->status.value_or(response.status);
    if (!custom->templates.empty()) {
        const auto json = custom->templates.find(std::string_view("application/json"));
        const auto& [type, text] =
            json == custom->templates.end() ? *custom->templates.begin() : *json;
        response.body = fill_in(text, row, call);
        response.headers = {{"Content-Type", type}};
    }
    for (const net::HttpHeader& header : custom->headers) {
        response.headers.push_back({header.name, header_value(header.value, call)});
    }
    return response;
}

} // namespace samara::gateway
