#include "base/strings.h"
#include "gateway/openapi.h"
#include "gateway/read_text.h"

#include <algorithm>
#include <charconv>
#include <string>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

constexpr std::chrono::milliseconds rest_timeout{29'000};
constexpr std::chrono::milliseconds http_timeout{30'000};

/// "${stageVariables.name}" replaced by the stage's values.
std::string with_stage_variables(std::string uri, const TextPairs& variables) {
    for (const auto& [name, value] : variables) {
        uri = base::replace_all(uri, fmt::format("${{stageVariables.{}}}", name), value);
    }
    return uri;
}

Integration
read_lambda(const data::Value& integration, const Functions& functions, const Api& api) {
    const std::string uri = with_stage_variables(
        !either_text(integration, "uri").empty() ? either_text(integration, "uri")
                                                 : text_of(integration, "IntegrationUri"),
        api.stage_variables);
    const Functions::Function* function = functions.find_uri(uri);
    if (function == nullptr) {
        return UnsupportedIntegration{
            fmt::format("no function of this template is at integration URI '{}'", uri)};
    }
    const std::string version = either_text(integration, "payloadFormatVersion");
    LambdaIntegration lambda{
        function->id,
        api.kind == ApiKind::rest || version == "1.0" || version == "1" ? PayloadFormat::v1
                                                                        : PayloadFormat::v2,
        api.kind == ApiKind::rest ? rest_timeout : http_timeout,
        function->timeout};
    const data::Value* timeout = either(integration, "timeoutInMillis");
    if (timeout != nullptr && timeout->is_integer() && *timeout->as_integer() > 0) {
        lambda.timeout =
            std::min(lambda.timeout, std::chrono::milliseconds(*timeout->as_integer()));
    }
    return lambda;
}

/// A template without references or directives is its own output.
bool is_plain(std::string_view velocity) {
    return velocity.find_first_of("$#") == std::string_view::npos;
}

/// The only response of a mock integration, or the one called "default".
const data::Value* mock_response(const data::Value& integration) {
    const data::Value* responses = either(integration, "responses");
    if (responses == nullptr) {
        return nullptr;
    }
    if (const data::Value* fallback = responses->find("default")) {
        return fallback;
    }
    const data::Map* map = responses->as_map();
    return map != nullptr && map->size() == 1 ? &map->begin()->value : nullptr;
}

Integration read_mock(const data::Value& integration) {
    const data::Value* response = mock_response(integration);
    if (response == nullptr) {
        return UnsupportedIntegration{"mock integrations with several responses come later"};
    }
    MockIntegration mock;
    const std::string status = text_of(*response, "statusCode");
    std::from_chars(status.data(), status.data() + status.size(), mock.response.status);
    constexpr std::string_view header_prefix = "method.response.header.";
    const data::Value* parameters = response->find("responseParameters");
    if (parameters != nullptr && parameters->is_map()) {
        for (const data::Entry& entry : *parameters->as_map()) {
            const std::string value = data::scalar_text(entry.value);
            if (entry.key.rfind(header_prefix, 0) != 0) {
                continue;
            }
            // Literals stand between single quotes; anything else maps a request value. SAM writes
            // the CORS values of a template as they are, with or without quotes.
            const bool quoted = value.size() >= 2 && value.front() == '\'' && value.back() == '\'';
            if (!quoted && value.rfind("integration.", 0) == 0) {
                return UnsupportedIntegration{"mapped response parameters come later"};
            }
            mock.response.headers.push_back(
                {entry.key.substr(header_prefix.size()),
                 quoted ? value.substr(1, value.size() - 2) : value});
        }
    }
    const data::Value* templates = response->find("responseTemplates");
    if (templates != nullptr && templates->is_map() && !templates->as_map()->empty()) {
        const data::Entry& first = *templates->as_map()->begin();
        if (!is_plain(first.value.text())) {
            return UnsupportedIntegration{"mapping templates (VTL) come later"};
        }
        mock.response.body = first.value.text();
        mock.response.headers.push_back({"Content-Type", first.key});
    }
    return mock;
}

} // namespace

Integration
read_integration(const data::Value* integration, const Functions& functions, const Api& api) {
    if (integration == nullptr || !integration->is_map()) {
        return UnsupportedIntegration{"No function defined for resource method", 502};
    }
    std::string type = base::to_lower(either_text(*integration, "type"));
    if (type.empty()) {
        type = base::to_lower(text_of(*integration, "IntegrationType"));
    }
    if (type == "aws_proxy" && either_text(*integration, "integrationSubtype").empty()) {
        return read_lambda(*integration, functions, api);
    }
    if (type == "mock") {
        return read_mock(*integration);
    }
    if (type == "aws_proxy") {
        return UnsupportedIntegration{fmt::format(
            "service integration {} is not served locally",
            either_text(*integration, "integrationSubtype"))};
    }
    return UnsupportedIntegration{
        fmt::format("integration type '{}' is not served locally yet", type)};
}

Cors read_cors(const data::Value& cors) {
    Cors read;
    read.origins = texts_of(either(cors, "allowOrigins"));
    read.methods = texts_of(either(cors, "allowMethods"));
    read.headers = texts_of(either(cors, "allowHeaders"));
    read.expose_headers = texts_of(either(cors, "exposeHeaders"));
    std::sort(read.methods.begin(), read.methods.end());
    const data::Value* max_age = either(cors, "maxAge");
    if (max_age != nullptr && max_age->is_integer()) {
        read.max_age = *max_age->as_integer();
    }
    read.credentials = is_true(either(cors, "allowCredentials"));
    return read;
}

} // namespace samara::gateway
