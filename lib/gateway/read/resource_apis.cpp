#include "gateway/read/resource_apis.h"

#include "base/strings.h"
#include "gateway/read/diagnostics.h"
#include "gateway/read/openapi.h"
#include "gateway/read/owned_resources.h"
#include "gateway/read/read_validation.h"

#include <fmt/format.h>

namespace samara::gateway {

namespace {

void warn(base::Diagnostics& diagnostics, std::string message, const data::Entry& entry) {
    diagnostics.push_back(
        diagnose(base::Severity::warning, std::move(message), entry.key, entry.key_where));
}

/// An authorizer resource, in the shape that read_security_scheme knows.
void add_authorizer(
    const Owned& owned,
    const serving::Functions& functions,
    Api& api,
    base::Diagnostics& diagnostics) {
    data::Map settings;
    for (const data::Entry& property : *owned.properties.as_map()) {
        settings.set(property.key, property.value);
    }
    const std::string type = text_of(
        owned.properties, api.kind == ApiKind::rest && !api.websocket ? "Type" : "AuthorizerType");
    settings.set("type", type);
    data::Map scheme;
    scheme.set("x-amazon-apigateway-authorizer", data::Value(std::move(settings)));
    Authorizer authorizer =
        read_security_scheme(owned.entry.key, data::Value(std::move(scheme)), functions, api);
    if (const auto* closed = std::get_if<UnsupportedAuthorizer>(&authorizer.method)) {
        warn(diagnostics, closed->reason + "; its routes answer 501", owned.entry);
    }
    api.authorizers.insert_or_assign(owned.entry.key, std::move(authorizer));
}

Access read_access(const data::Value& properties, Api& api) {
    Access access;
    access.scopes = texts_of(properties.find("AuthorizationScopes"));
    access.api_key = is_true(properties.find("ApiKeyRequired"));
    for (const char* name : {"AuthorizationType", "AuthorizerId", "ApiKeyRequired"}) {
        if (!is_scalar(properties.find(name))) {
            const std::string reason = fmt::format("{} of the route cannot be evaluated", name);
            access.authorizer = reason;
            api.authorizers.try_emplace(reason, Authorizer{reason, UnsupportedAuthorizer{reason}});
            return access;
        }
    }
    const std::string type = text_of(properties, "AuthorizationType");
    if (type.empty() || type == "NONE") {
        return access;
    }
    if (type == "AWS_IAM") {
        access.authorizer = type;
        api.authorizers.try_emplace(type, Authorizer{type, IamAuthorizer{}});
        return access;
    }
    access.authorizer = text_of(properties, "AuthorizerId");
    if (access.authorizer.empty()) {
        access.authorizer = type; // no authorizer named: closed, below
    }
    api.authorizers.try_emplace(
        access.authorizer,
        Authorizer{
            access.authorizer,
            UnsupportedAuthorizer{
                fmt::format("authorizer '{}' is not in the template", access.authorizer)}});
    return access;
}

void add_route(Api& api, Route route, const data::Entry& entry, base::Diagnostics& diagnostics) {
    if (auto complaint = complaint_of(route)) {
        warn(diagnostics, std::move(*complaint), entry);
    }
    api.routes.push_back(std::move(route));
}

/// A route by its key: "GET /users/{id}", "$default".
Route route_of(const std::string& key) {
    const std::size_t blank = key.find(' ');
    Route route;
    route.method = blank == std::string::npos ? "ANY" : key.substr(0, blank);
    route.path = blank == std::string::npos ? key : key.substr(blank + 1);
    return route;
}

void add_http_route(
    const data::Map& resources,
    const Owned& owned,
    const serving::Functions& functions,
    Api& api,
    base::Diagnostics& diagnostics) {
    Route route = route_of(text_of(owned.properties, "RouteKey"));
    route.where = owned.entry.key_where;
    // "integrations/<id>", where <id> is the logical id after Ref is evaluated.
    std::string target = text_of(owned.properties, "Target");
    target = target.substr(target.rfind('/') + 1);
    const data::Value* resource = resources.find(target);
    const data::Value* integration = resource == nullptr ? nullptr : resource->find("Properties");
    route.integration = read_integration(integration, functions, api);
    if (std::string told = add_parameter_mapping(integration, api, route); !told.empty()) {
        warn(diagnostics, std::move(told), owned.entry);
    }
    route.access = read_access(owned.properties, api);
    route.responds = !text_of(owned.properties, "RouteResponseSelectionExpression").empty();
    add_route(api, std::move(route), owned.entry, diagnostics);
}

/// Quick create: an AWS::ApiGatewayV2::Api with a Target has one route to it.
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop.html
void add_quick_route(
    const data::Map& resources,
    const serving::Functions& functions,
    Api& api,
    base::Diagnostics& diagnostics) {
    const data::Entry& entry = *resources.find_entry(api.id);
    const data::Value* properties = entry.value.find("Properties");
    const std::string target = properties == nullptr ? "" : text_of(*properties, "Target");
    if (target.empty()) {
        return;
    }
    const bool url = target.starts_with("http://") || target.starts_with("https://");
    const data::Value integration = data::Map{
        {"type", url ? "http_proxy" : "aws_proxy"},
        {"uri", target},
        {"payloadFormatVersion", "2.0"}};
    const std::string key = text_of(*properties, "RouteKey");
    Route route = route_of(key.empty() ? "$default" : key);
    route.where = entry.key_where;
    route.integration = read_integration(&integration, functions, api);
    add_route(api, std::move(route), entry, diagnostics);
}

/// The path of an AWS::ApiGateway::Resource; its parents up to the API's root joined. Empty for the
/// root itself.
std::string resource_path(const data::Map& resources, const std::string& id) {
    std::string path;
    std::string current = id;
    for (int depth = 0; depth < 64; ++depth) { // a cycle is no path
        const data::Value* resource = resources.find(current);
        if (resource == nullptr || text_of(*resource, "Type") != "AWS::ApiGateway::Resource") {
            break;
        }
        const data::Value* properties = resource->find("Properties");
        if (properties == nullptr) {
            break;
        }
        path.insert(0, "/" + text_of(*properties, "PathPart"));
        current = text_of(*properties, "ParentId");
    }
    return path;
}

void add_method(
    const data::Map& resources,
    const Owned& owned,
    const serving::Functions& functions,
    Api& api,
    base::Diagnostics& diagnostics) {
    Route route;
    route.where = owned.entry.key_where;
    route.method = text_of(owned.properties, "HttpMethod");
    route.path = resource_path(resources, text_of(owned.properties, "ResourceId"));
    if (route.path.empty()) {
        route.path = "/";
    }
    route.integration = read_integration(owned.properties.find("Integration"), functions, api);
    route.access = read_access(owned.properties, api);
    route.operation_name = text_of(owned.properties, "OperationName");
    if (auto validation = read_validation(resources, owned.properties)) {
        route.validation = std::move(*validation);
    } else {
        warn(diagnostics, unchecked(route, validation.error()), owned.entry);
    }
    add_route(api, std::move(route), owned.entry, diagnostics);
}

} // namespace

void add_resource_routes(
    const data::Map& resources,
    const serving::Functions& functions,
    Api& api,
    base::Diagnostics& diagnostics) {
    if (api.kind == ApiKind::rest && !api.websocket) {
        for_each_owned(resources, api, "AWS::ApiGateway::Authorizer", [&](const Owned& owned) {
            add_authorizer(owned, functions, api, diagnostics);
        });
        for_each_owned(resources, api, "AWS::ApiGateway::Method", [&](const Owned& owned) {
            add_method(resources, owned, functions, api, diagnostics);
        });
        for_each_owned(resources, api, "AWS::ApiGateway::GatewayResponse", [&](const Owned& owned) {
            api.gateway_responses.insert_or_assign(
                text_of(owned.properties, "ResponseType"), read_gateway_response(owned.properties));
        });
        return;
    }
    for_each_owned(resources, api, "AWS::ApiGatewayV2::Authorizer", [&](const Owned& owned) {
        add_authorizer(owned, functions, api, diagnostics);
    });
    if (!api.websocket) {
        add_quick_route(resources, functions, api, diagnostics);
    }
    for_each_owned(resources, api, "AWS::ApiGatewayV2::Route", [&](const Owned& owned) {
        add_http_route(resources, owned, functions, api, diagnostics);
    });
}

} // namespace samara::gateway
