#include "gateway/read/openapi.h"

#include "aws/api_gateway_limits.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "gateway/read/description.h"
#include "gateway/read/diagnostics.h"
#include "gateway/read/read_validation.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

constexpr std::string_view any_method = "x-amazon-apigateway-any-method";
constexpr std::array<std::string_view, 8> methods{
    "get", "put", "post", "delete", "options", "head", "patch", "trace"};

constexpr std::string_view default_path = "$default";

// As a route has it: "/$default" and "$default" are one.
std::string path_of(const std::string& key) {
    if (key == default_path || key == "/$default") {
        return std::string(default_path);
    }
    return key.starts_with('/') ? key : "/" + key;
}

base::Diagnostic warning(std::string message, const Api& api, const base::Location& where) {
    return diagnose(base::Severity::warning, std::move(message), api.id, where);
}

struct Reading {
    const data::Value& document;
    const serving::Functions& functions;
    Api& api;
    base::Diagnostics& diagnostics;
    std::set<std::string, std::less<>> key_schemes = {}; ///< that ask for an API key
};

/// Has the route ask for an authorizer that opens for nobody.
void close(std::string_view why, Api& api, Access& access) {
    access.authorizer = why;
    api.authorizers.try_emplace(
        access.authorizer, Authorizer{access.authorizer, UnsupportedAuthorizer{access.authorizer}});
}

/// What a requirement such as {"MyAuthorizer": ["scope"]} asks for, added to `access`.
void add_requirement(const data::Value& requirement, Reading& reading, Access& access) {
    Api& api = reading.api;
    const data::Map* schemes = requirement.as_map();
    if (schemes == nullptr) {
        close("a requirement of 'security' has to be a map", api, access);
        return;
    }
    bool of_this = false; // whether the requirement has named an authorizer
    for (const data::Entry& scheme : *schemes) {
        if (scheme.key == "NONE" && !api.authorizers.contains(scheme.key)) {
            continue; // SAM's word for a route without authorizer
        }
        if (reading.key_schemes.contains(scheme.key)) {
            access.api_key = true;
            continue;
        }
        if (access.authorizer.empty()) {
            access.authorizer = scheme.key;
            access.scopes = data::texts_of(&scheme.value);
        } else if (of_this) {
            close("API Gateway knows no route with two authorizers at once", api, access);
        }
        of_this = true;
        // A name without a definition closes the route instead of opening it.
        api.authorizers.try_emplace(
            scheme.key,
            Authorizer{
                scheme.key,
                UnsupportedAuthorizer{
                    fmt::format("authorizer '{}' is not defined in the API", scheme.key)}});
    }
}

/// A `security` that is there and cannot be understood closes the route, too.
Access read_access(const data::Value* security, Reading& reading) {
    Access access;
    if (security == nullptr || security->is_null()) {
        return access;
    }
    if (!security->is_list()) {
        close("'security' has to be a list of requirements", reading.api, access);
        return access;
    }
    for (const data::Value& requirement : *security->as_list()) {
        add_requirement(requirement, reading, access);
    }
    return access;
}

void read_operation(
    const data::Entry& item, std::string method, const data::Entry& operation, Reading& reading) {
    Route route;
    route.method = std::move(method);
    route.path = path_of(item.key);
    if (!item.key.starts_with('/') && item.key != default_path) {
        reading.diagnostics.push_back(warning(
            fmt::format(
                "AWS refuses the path '{}', which does not begin with a slash; it is served at {}",
                item.key,
                route.path),
            reading.api,
            item.key_where));
    }
    route.where = operation.key_where;
    const data::Value* integration = operation.value.find("x-amazon-apigateway-integration");
    if (integration != nullptr) {
        integration = &resolve(reading.document, *integration);
    }
    route.integration = read_integration(integration, reading.functions, reading.api);
    if (std::string told = add_parameter_mapping(integration, reading.api, route); !told.empty()) {
        reading.diagnostics.push_back(warning(std::move(told), reading.api, route.where));
    }
    const data::Value* security = operation.value.find("security");
    const bool has_own = security != nullptr && !security->is_null();
    route.access = read_access(has_own ? security : reading.document.find("security"), reading);
    const data::Value* auth = operation.value.find("x-amazon-apigateway-auth");
    const data::Value* auth_type = auth == nullptr ? nullptr : auth->find("type");
    if (auth != nullptr && !auth->is_null() &&
        (auth_type == nullptr || !data::is_scalar(auth_type))) {
        close(
            "x-amazon-apigateway-auth of the route cannot be evaluated", reading.api, route.access);
    }
    if (auth != nullptr && data::text_of(*auth, "type") == "AWS_IAM" &&
        route.access.authorizer.empty()) {
        route.access.authorizer = "AWS_IAM";
        reading.api.authorizers.try_emplace("AWS_IAM", Authorizer{"AWS_IAM", IamAuthorizer{}});
    }
    if (reading.api.kind == ApiKind::rest) {
        route.operation_name = data::text_of(operation.value, "operationId");
        if (auto validation = read_validation(reading.document, item.value, operation.value)) {
            route.validation = std::move(*validation);
        } else {
            reading.diagnostics.push_back(
                warning(unchecked(route, validation.error()), reading.api, route.where));
        }
    }
    if (auto complaint = complaint_of(route)) {
        reading.diagnostics.push_back(warning(std::move(*complaint), reading.api, route.where));
    }
    reading.api.routes.push_back(std::move(route));
}

// "*" is what some write for ANY. What else has an integration is no method that there is.
void read_unknown_method(const data::Entry& item, const data::Entry& operation, Reading& reading) {
    if (operation.value.find("x-amazon-apigateway-integration") == nullptr) {
        return;
    }
    const bool any = operation.key == "*";
    reading.diagnostics.push_back(warning(
        fmt::format(
            "API Gateway has no method {}: {} {}",
            base::to_upper(operation.key),
            path_of(item.key),
            any ? "answers to any method, as with ANY" : "does not answer to it"),
        reading.api,
        operation.key_where));
    if (any) {
        read_operation(item, "ANY", operation, reading);
    }
}

void read_paths(const data::Value& body, Reading& reading) {
    for (const data::Entry& item : data::members_of(body.find("paths"))) {
        for (const data::Entry& operation : data::members_of(&item.value)) {
            const std::string name = base::to_lower(operation.key);
            if (name == any_method) {
                read_operation(item, "ANY", operation, reading);
            } else if (std::find(methods.begin(), methods.end(), name) != methods.end()) {
                read_operation(item, base::to_upper(name), operation, reading);
            } else {
                read_unknown_method(item, operation, reading);
            }
        }
    }
}

/// Whether the scheme asks for an API key: the header x-api-key without an authorizer to look at
/// it. docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
bool is_key_scheme(const data::Value& scheme) {
    return data::text_of(scheme, "type") == "apiKey" &&
           net::equal_ignoring_case(data::text_of(scheme, "name"), "x-api-key") &&
           scheme.find("x-amazon-apigateway-authorizer") == nullptr &&
           scheme.find("x-amazon-apigateway-authtype") == nullptr;
}

void read_authorizers(const data::Value& body, Reading& reading) {
    const data::Value* components = body.find("components");
    const data::Value* schemes =
        components != nullptr ? components->find("securitySchemes") : nullptr;
    for (const data::Value* definitions : {body.find("securityDefinitions"), schemes}) {
        for (const data::Entry& scheme : data::members_of(definitions)) {
            if (reading.api.kind == ApiKind::rest && is_key_scheme(scheme.value)) {
                reading.key_schemes.insert(scheme.key);
                continue;
            }
            Authorizer authorizer =
                read_security_scheme(scheme.key, scheme.value, reading.functions, reading.api);
            if (const auto* closed = std::get_if<UnsupportedAuthorizer>(&authorizer.method)) {
                reading.diagnostics.push_back(warning(
                    closed->reason + "; its routes answer 501",
                    reading.api,
                    scheme.key_where.known() ? scheme.key_where.place : scheme.value.where()));
            }
            reading.api.authorizers.insert_or_assign(scheme.key, std::move(authorizer));
        }
    }
    // The name that SAM gives it does without a definition.
    if (reading.api.kind == ApiKind::rest && !reading.api.authorizers.contains("api_key")) {
        reading.key_schemes.insert("api_key");
    }
}

} // namespace

std::optional<std::string> complaint_of(const Route& route) {
    const auto* unsupported = std::get_if<UnsupportedIntegration>(&route.integration);
    if (unsupported == nullptr || unsupported->told) {
        return std::nullopt;
    }
    return fmt::format(
        "{} {}: {}; it answers {}",
        route.method,
        route.path,
        unsupported->reason,
        unsupported->status);
}

GatewayResponse read_gateway_response(const data::Value& response) {
    GatewayResponse read;
    const auto status = data::integer_of(either(response, "statusCode"));
    if (status && *status >= 100 && *status <= 599) {
        read.status = static_cast<int>(*status);
    }
    constexpr std::string_view prefix = "gatewayresponse.header.";
    for (const data::Entry& entry : data::members_of(either(response, "responseParameters"))) {
        if (entry.key.starts_with(prefix)) {
            read.headers.push_back(
                {entry.key.substr(prefix.size()), data::scalar_text(entry.value)});
        }
    }
    for (const data::Entry& entry : data::members_of(either(response, "responseTemplates"))) {
        read.templates.emplace(entry.key, data::scalar_text(entry.value));
    }
    return read;
}

void read_compression_size(
    const data::Value& properties,
    std::string_view name,
    Api& api,
    base::Diagnostics& diagnostics) {
    const data::Value* value = properties.find(name);
    if (api.kind != ApiKind::rest || value == nullptr || value->is_null()) {
        return;
    }
    const auto size = data::integer_of(value);
    if (!size || *size < 0 || *size > aws::api_gateway::largest_compression_size) {
        diagnostics.push_back(diagnose(
            base::Severity::warning,
            fmt::format(
                "{} has to be a number of bytes from 0 to {}; nothing is compressed",
                name,
                aws::api_gateway::largest_compression_size),
            api.id,
            value->where()));
        return;
    }
    api.minimum_compression_size = static_cast<std::size_t>(*size);
}

void read_openapi(
    const data::Value& body,
    const serving::Functions& functions,
    Api& api,
    base::Diagnostics& diagnostics) {
    if (!body.is_map()) {
        diagnostics.push_back(diagnose(
            base::Severity::error,
            fmt::format(
                "the definition of API '{}' has to be a map, not {}",
                api.id,
                data::kind_name(body.kind())),
            api.id,
            body.where()));
        return;
    }
    Reading reading{body, functions, api, diagnostics};
    read_authorizers(body, reading);
    read_paths(body, reading);
    if (const data::Value* cors = body.find("x-amazon-apigateway-cors");
        cors != nullptr && cors->is_map()) {
        api.cors = read_cors(*cors);
    }
    for (std::string& type : data::texts_of(body.find("x-amazon-apigateway-binary-media-types"))) {
        api.binary_media_types.push_back(base::replace_all(type, "~1", "/"));
    }
    read_compression_size(body, "x-amazon-apigateway-minimum-compression-size", api, diagnostics);
    if (data::text_of(body, "x-amazon-apigateway-api-key-source") == "AUTHORIZER") {
        api.key_from_authorizer = true;
    }
    if (const data::Value* policy = body.find("x-amazon-apigateway-policy")) {
        api.policy = *policy;
    }
    for (const data::Entry& entry :
         data::members_of(body.find("x-amazon-apigateway-gateway-responses"))) {
        api.gateway_responses.insert_or_assign(entry.key, read_gateway_response(entry.value));
    }
}

} // namespace samara::gateway
