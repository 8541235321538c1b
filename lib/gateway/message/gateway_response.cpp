#include "gateway/message/gateway_response.h"

#include "base/json_writer.h"
#include "gateway/message/context.h"
#include "gateway/message/request_value.h"
#include "gateway/message/response.h"

#include <array>

namespace samara::gateway {

namespace {

struct Row {
    Refusal refusal;
    std::string_view type; ///< gateway response type of a REST API
    int rest_status;
    std::string_view rest_message;
    std::string_view rest_error; ///< x-amzn-ErrorType, by which clients of AWS name what happened
    int http_status;
    std::string_view http_message;
    /// AWS's status of the type where the original has another one: it is that of a response which
    /// is customised without a status. 0: the same.
    int type_status = 0;
};

constexpr std::string_view forbidden = "User is not authorized to access this resource";
constexpr std::string_view rest_failure = "Internal server error";
constexpr std::string_view http_failure = "Internal Server Error";
constexpr std::string_view server_error = "InternalServerErrorException";
constexpr std::string_view bad_signature =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";

// clang-format off
constexpr std::array rows{
    Row{Refusal::missing_authentication_token, "MISSING_AUTHENTICATION_TOKEN",
        403, "Missing Authentication Token", "MissingAuthenticationTokenException",
        404, "Not Found"},
    Row{Refusal::unauthorized, "UNAUTHORIZED",
        401, "Unauthorized", "UnauthorizedException",
        401, "Unauthorized"},
    Row{Refusal::access_denied, "ACCESS_DENIED",
        403, forbidden, "AccessDeniedException",
        403, "Forbidden"},
    Row{Refusal::invalid_api_key, "INVALID_API_KEY",
        403, "Forbidden", "ForbiddenException",
        403, "Forbidden"},
    Row{Refusal::authorizer_failure, "AUTHORIZER_FAILURE",
        500, rest_failure, "AuthorizerConfigurationException",
        500, http_failure},
    Row{Refusal::authorizer_configuration_error, "AUTHORIZER_CONFIGURATION_ERROR",
        500, rest_failure, "AuthorizerConfigurationException",
        500, http_failure},
    Row{Refusal::bad_request_parameters, "BAD_REQUEST_PARAMETERS",
        400, "Missing required request parameters", "BadRequestException",
        400, "Bad Request"},
    Row{Refusal::bad_request_body, "BAD_REQUEST_BODY",
        400, "Invalid request body", "BadRequestException",
        400, "Bad Request"},
    Row{Refusal::bad_integration_response, "DEFAULT_5XX",
        502, rest_failure, server_error,
        500, http_failure},
    Row{Refusal::integration_failure, "INTEGRATION_FAILURE",
        502, rest_failure, server_error,
        503, "Service Unavailable", 504},
    Row{Refusal::integration_timeout, "INTEGRATION_TIMEOUT",
        504, "Endpoint request timed out", server_error,
        503, "Service Unavailable"},
    Row{Refusal::invalid_signature, "INVALID_SIGNATURE",
        403, bad_signature, "InvalidSignatureException",
        403, "Forbidden"},
    Row{Refusal::invalid_security_token, "ACCESS_DENIED",
        403, "The security token included in the request is invalid.", "UnrecognizedClientException",
        403, "Forbidden"},
    Row{Refusal::signature_expired, "EXPIRED_TOKEN",
        403, "Signature expired", "InvalidSignatureException",
        403, "Forbidden"},
    Row{Refusal::request_too_large, "REQUEST_TOO_LARGE",
        413, "Request Too Long", "RequestEntityTooLargeException",
        413, "Request Entity Too Large"},
    Row{Refusal::unsupported_media_type, "UNSUPPORTED_MEDIA_TYPE",
        415, "Unsupported Media Type", "BadRequestException",
        415, "Unsupported Media Type"},
    Row{Refusal::throttled, "THROTTLED",
        429, "Too Many Requests", "TooManyRequestsException",
        429, "Too Many Requests"},
    Row{Refusal::quota_exceeded, "QUOTA_EXCEEDED",
        429, "Limit Exceeded", "LimitExceededException",
        429, "Limit Exceeded"},
    Row{Refusal::function_throttled, "INTEGRATION_FAILURE",
        500, rest_failure, server_error,
        503, "Service Unavailable", 504},
    Row{Refusal::api_configuration_error, "API_CONFIGURATION_ERROR",
        500, rest_failure, server_error,
        500, http_failure},
};

// clang-format on

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
    const auto& known = api.gateway_responses;
    auto found = known.find(row.type);
    if (found == known.end()) {
        found = known.find(std::string_view(row.rest_status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"));
    }
    return found == known.end() ? nullptr : &found->second;
}

std::string quoted(std::string_view text) {
    std::string json;
    base::JsonWriter(json).text(text);
    return json;
}

/// One refused request.
struct Refused {
    const Call& call;
    const Row& row;
    std::string_view message;
    std::string_view validation_error;

    /// The value of "context.error.message", "stageVariables.x" and the like; nothing when
    /// `variable` is no such name.
    [[nodiscard]] std::optional<std::string> value(std::string_view variable) const {
        if (variable == "context.error.message") {
            return std::string(message);
        }
        if (variable == "context.error.messageString") {
            return quoted(message);
        }
        if (variable == "context.error.responseType") {
            return std::string(row.type);
        }
        if (variable == "context.error.validationErrorString") {
            return std::string(validation_error);
        }
        if (is_request_expression(variable)) {
            return request_value(call, variable);
        }
        return std::nullopt;
    }
};

/// Templates of gateway responses have variables and no directives.
std::string fill_in(std::string_view text, const Refused& refused) {
    std::string filled;
    while (!text.empty()) {
        const std::size_t dollar = std::min(text.find('$'), text.size());
        filled.append(text.substr(0, dollar));
        text.remove_prefix(dollar);
        if (text.empty()) {
            break;
        }
        const std::string_view name = leading_name(text.substr(1));
        const auto value = refused.value(name);
        filled.append(value ? *value : "$");
        text.remove_prefix(value ? 1 + name.size() : 1);
    }
    return filled;
}

/// 'static' stands in quotes, as a rule: SAM writes what the template has. All else is a mapping.
std::string header_value(std::string_view value, const Refused& refused) {
    if (value.size() >= 2 && value.front() == '\'' && value.back() == '\'') {
        return std::string(value.substr(1, value.size() - 2));
    }
    return refused.value(value).value_or(std::string(value));
}

void set_header(net::HttpResponse& response, const std::string& name, std::string value) {
    if (value.empty() || !net::is_valid_header(name, value)) {
        return; // what the request has not, or what would break the answer
    }
    std::erase_if(response.headers, [&](const net::HttpHeader& header) {
        return net::equal_ignoring_case(header.name, name);
    });
    response.headers.push_back({name, std::move(value)});
}

net::HttpResponse customise(const GatewayResponse& custom, const Refused& refused) {
    const Row& row = refused.row;
    net::HttpResponse response = message_response(
        custom.status.value_or(row.type_status != 0 ? row.type_status : row.rest_status),
        refused.message);
    if (!custom.templates.empty()) {
        const auto json = custom.templates.find(std::string_view("application/json"));
        const auto& [type, text] =
            json == custom.templates.end() ? *custom.templates.begin() : *json;
        response.body = fill_in(text, refused);
        response.headers = {{"Content-Type", type}};
    }
    for (const net::HttpHeader& header : custom.headers) {
        set_header(response, header.name, header_value(header.value, refused));
    }
    return response;
}

/// docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html, urls-auth.html
net::HttpResponse refuse_url(const Row& row) {
    struct Answer {
        int status;
        std::string_view message;
        std::string_view error;
    };

    const Answer answer =
        row.refusal == Refusal::function_throttled
            ? Answer{429, "Rate Exceeded.", "TooManyRequestsException"}
        : row.http_status == 413 ? Answer{413, "Request Too Long", "RequestTooLargeException"}
        : row.http_status < 500  ? Answer{403, "Forbidden", "AccessDeniedException"}
                                 : Answer{502, "Internal Server Error", ""};
    net::HttpResponse response{answer.status, {{"Content-Type", "application/json"}}, {}};
    base::JsonWriter(response.body).begin_object().member("Message", answer.message).end_object();
    if (!answer.error.empty()) {
        response.headers.push_back({"x-amzn-ErrorType", std::string(answer.error)});
    }
    return response;
}

} // namespace

int status_of(Refusal refusal, ApiKind kind) {
    const Row& row = row_of(refusal);
    return kind == ApiKind::http ? row.http_status : row.rest_status;
}

net::HttpResponse refuse(Refusal refusal, const Call& call, const RefusalDetail& detail) {
    const Row& row = row_of(refusal);
    if (call.api.function_url) {
        return refuse_url(row);
    }
    if (call.api.kind == ApiKind::http) {
        return message_response(row.http_status, row.http_message);
    }
    if (call.refusal != nullptr) {
        *call.refusal = {row.type, detail.validation_error};
    }
    const Refused refused{
        call,
        row,
        detail.message.empty() ? row.rest_message : std::string_view(detail.message),
        detail.validation_error};
    const GatewayResponse* custom = customised(call.api, row);
    net::HttpResponse response = custom == nullptr
                                     ? message_response(row.rest_status, refused.message)
                                     : customise(*custom, refused);
    response.headers.push_back({"x-amzn-ErrorType", std::string(row.rest_error)});
    return response;
}

} // namespace samara::gateway
