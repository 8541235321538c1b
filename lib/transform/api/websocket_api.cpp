#include "base/strings.h"
#include "transform/api/api_domain.h"
#include "transform/api/openapi.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/core/resource.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

// AWS::Serverless::WebSocketApi to AWS::ApiGatewayV2 Api, Stage, and for every route Route,
// Integration and permission.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-websocketapi.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view connect = "$connect";
constexpr std::string_view default_stage = "default";
constexpr std::string_view created_by = "websocketapi:createdBy";

/// "$connect" is Connect, "sendIt" is Sendit: what a route adds to logical ids.
std::string id_part(std::string_view name) {
    std::string part = base::to_lower(alphanumeric(name));
    if (!part.empty() && part[0] >= 'a' && part[0] <= 'z') {
        part[0] = static_cast<char>(part[0] - 'a' + 'A');
    }
    return part;
}

/// The ARN by which API Gateway calls a function.
Value invocation_uri(std::string_view variable, const Value& function) {
    return make_sub(
        invocations_arn("${AWS::Partition}", fmt::format("${{{}}}", variable)),
        Map{{std::string(variable), function}});
}

constexpr std::array<std::string_view, 5> auth_properties{
    "AuthArn", "AuthType", "IdentitySource", "InvokeRole", "Name"};

/// Who may connect.
struct Auth {
    std::string type; ///< empty: not said
    std::optional<Properties> custom;
};

std::optional<Auth> read_auth(const Resource& api) {
    Auth auth;
    if (api.given("Auth") == nullptr) {
        return auth;
    }
    const auto given = api.below("Auth");
    if (!given) {
        return std::nullopt;
    }
    if (api.find("Routes")->find(connect) == nullptr) {
        given->error("", "Auth is checked when a client connects, but there is no route $connect");
        return std::nullopt;
    }
    for (const data::Entry& entry : given->map()) {
        if (std::find(auth_properties.begin(), auth_properties.end(), entry.key) ==
            auth_properties.end()) {
            given->warning(
                entry.key,
                fmt::format("there is no property {}: AWS's transform does not read it", entry.key),
                fmt::format("Auth has {}", fmt::join(auth_properties, ", ")));
        }
    }
    const std::string type = base::to_upper((*given)["AuthType"].text());
    if (type != "CUSTOM" && type != "AWS_IAM" && type != "NONE") {
        given->error("AuthType", "AuthType is CUSTOM, AWS_IAM or NONE");
        return std::nullopt;
    }
    if (type == "CUSTOM" && given->given("AuthArn") == nullptr) {
        given->error("AuthArn", "AuthType CUSTOM needs AuthArn, the authorizer's function");
        return std::nullopt;
    }
    if (type != "CUSTOM" && given->map().size() > 1) {
        given->error("", fmt::format("AuthType {} goes with no other property", type));
        return std::nullopt;
    }
    // AWS's transform looks the name up as it is written, and takes any other for NONE.
    const bool as_written = (*given)["AuthType"].text() == type;
    auth.type = as_written ? type : "NONE";
    if (auth.type == "CUSTOM") {
        auth.custom = *given;
    }
    return auth;
}

void emit_authorizer(const Resource& api, const Properties& auth) {
    const std::string id = api.logical_id() + "ConnectAuthorizer";
    Map authorizer{
        {"ApiId", make_ref(api.logical_id())},
        {"AuthorizerType", "REQUEST"},
        {"AuthorizerUri", invocation_uri("AuthArn", auth["AuthArn"])},
        {"Name", id}};
    auth.copy_to(authorizer, "InvokeRole", "AuthorizerCredentialsArn");
    auth.copy_to(authorizer, "IdentitySource");
    if (const Value* name = auth.given("Name")) {
        authorizer.set("Name", *name);
    }
    api.emit(id, "AWS::ApiGatewayV2::Authorizer", std::move(authorizer));
    if (auth.given("InvokeRole") != nullptr) {
        return; // API Gateway calls with that role
    }
    api.emit(
        api.logical_id() + "AuthorizerPermission",
        "AWS::Lambda::Permission",
        Map{{"Action", "lambda:InvokeFunction"},
            {"FunctionName", auth["AuthArn"]},
            {"Principal", "apigateway.amazonaws.com"},
            {"SourceArn",
             make_sub(
                 "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
                 "${__ApiId__}/authorizers/*",
                 Map{{"__ApiId__", make_ref(api.logical_id())}})}});
}

/// The permission of the API to call the function of one route, at its stage.
Map route_permission(
    const Resource& api, std::string_view name, const Value& stage, const Value& function) {
    const std::string text = fmt::format(
        "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{}.ApiId}}/"
        "{}/{}",
        api.logical_id(),
        stage.is_string() ? stage.text() : "${__StageName__}",
        name);
    return Map{
        {"Action", "lambda:InvokeFunction"},
        {"FunctionName", function},
        {"Principal", "apigateway.amazonaws.com"},
        {"SourceArn",
         stage.is_string() ? make_sub(text) : make_sub(text, Map{{"__StageName__", stage}})}};
}

bool emit_route(
    const Resource& api,
    const Properties& route,
    std::string_view name,
    const Value& stage,
    const Auth& auth) {
    const bool own = name == connect || name == "$disconnect" || name == "$default";
    if (!own && (name.empty() || alphanumeric(name) != name)) {
        route.error(
            "",
            fmt::format("{} is not a route", name),
            "a route's key has letters and digits only; those of API Gateway are $connect, "
            "$disconnect and $default");
        return false;
    }
    if (!route.check("WebSocketApiRoute")) {
        return false;
    }
    if (name != connect && route.given("RequestParameters") != nullptr) {
        route.error("RequestParameters", "only the route $connect has RequestParameters");
        return false;
    }
    const std::string prefix = api.logical_id() + id_part(name);
    Map integration{
        {"ApiId", make_ref(api.logical_id())},
        {"IntegrationType", "AWS_PROXY"},
        {"IntegrationUri", invocation_uri("FunctionArn", route["FunctionArn"])}};
    route.copy_to(integration, "IntegrationTimeout", "TimeoutInMillis");
    Map properties{{"ApiId", make_ref(api.logical_id())}, {"RouteKey", name}};
    for (const char* property :
         {"ApiKeyRequired",
          "ModelSelectionExpression",
          "OperationName",
          "RequestModels",
          "RouteResponseSelectionExpression"}) {
        route.copy_to(properties, property);
    }
    if (const Value* parameters = route.given("RequestParameters")) {
        properties.set("RequestParameters", *parameters);
    }
    if (name == connect && !auth.type.empty()) {
        properties.set("AuthorizationType", auth.type);
        if (auth.custom) {
            properties.set("AuthorizerId", make_ref(api.logical_id() + "ConnectAuthorizer"));
        }
    }
    properties.set(
        "Target", make_join("/", List{"integrations", make_ref(prefix + "Integration")}));
    api.emit(prefix + "Route", "AWS::ApiGatewayV2::Route", std::move(properties));
    api.emit(prefix + "Integration", "AWS::ApiGatewayV2::Integration", std::move(integration));
    api.emit(
        prefix + "Permission",
        "AWS::Lambda::Permission",
        route_permission(api, name, stage, route["FunctionArn"]));
    return true;
}

std::string stage_id(const Resource& api, const Value& name) {
    // "default", the default, is not $default, which HTTP APIs have.
    const std::string_view part = name.text() == default_stage ? "Default" : name.text();
    return fmt::format("{}{}Stage", api.logical_id(), part);
}

std::string
emit_stage(const Resource& api, const Value& name, const Map& tags, const List& routes) {
    Map stage{{"ApiId", make_ref(api.logical_id())}, {"StageName", name}, {"AutoDeploy", true}};
    for (const char* property :
         {"AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageVariables"}) {
        api.copy_to(stage, property);
    }
    stage.set("Tags", tags);
    std::string id = stage_id(api, name);
    // Settings of routes are refused before there are those routes.
    Map attributes;
    if (api.given("RouteSettings") != nullptr) {
        attributes.set("DependsOn", routes);
    }
    api.emit(id, "AWS::ApiGatewayV2::Stage", std::move(stage), std::move(attributes));
    api.context().refer(api.logical_id(), "Stage", id);
    return id;
}

/// What AWS's transform refuses of the API as a whole.
bool check_api(const Resource& api) {
    const Value* addresses = api.find("IpAddressType");
    if (addresses != nullptr && !is_intrinsic(*addresses) && addresses->text() != "ipv4" &&
        addresses->text() != "dualstack") {
        api.error("IpAddressType", "IpAddressType is ipv4 or dualstack");
        return false;
    }
    if (api["StageName"].text() == "$default") {
        api.error("StageName", "a stage of a WebSocket API cannot be $default", "e.g. default");
        return false;
    }
    if (alphanumeric(api["StageName"].text()) != api["StageName"].text()) {
        // AWS names the stage that would come of it.
        api.for_resource(stage_id(api, api["StageName"]))
            .error("StageName", "the name of a stage has letters and digits only");
        return false;
    }
    if (is_given(api["Domain"].find("MutualTlsAuthentication"))) {
        api.error(
            "Domain",
            "domains of WebSocket APIs have no MutualTlsAuthentication",
            "leave it out, or use an HTTP API");
        return false;
    }
    return true;
}

} // namespace

void expand_websocket_api(Resource& api) {
    // Of a WebSocket API's attributes AWS's transform keeps but DependsOn, and hands nothing on.
    for (const char* name :
         {"Condition", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "Metadata"}) {
        Value* attribute = api.whole().find(name);
        if (attribute == nullptr || attribute->is_null()) {
            continue;
        }
        api.warning(
            "",
            fmt::format("AWS's transform drops {} of a WebSocket API", name),
            "what it generates is without it");
        *attribute = nullptr;
    }
    if (!api.check("WebSocketApi")) {
        return;
    }
    for (const char* name : {"Auth", "Routes"}) {
        if (Value* given = api.find(name)) {
            *given = api.context().parameters().resolve_references(*given);
        }
    }
    const auto routes = api.below("Routes");
    if (!routes || routes->map().empty()) {
        api.error("Routes", "a WebSocket API needs at least one route", "e.g. $default");
        return;
    }
    if (!check_api(api)) {
        return;
    }
    const auto auth = read_auth(api);
    if (!auth) {
        return;
    }
    Map tags;
    if (const Map* own = api.map_at("Tags")) {
        tags = *own;
    }
    tags.set(created_by, "SAM");
    Map properties{{"ProtocolType", "WEBSOCKET"}, {"Name", api.logical_id()}, {"Tags", tags}};
    for (const char* property :
         {"Name",
          "Description",
          "RouteSelectionExpression",
          "ApiKeySelectionExpression",
          "DisableExecuteApiEndpoint",
          "DisableSchemaValidation",
          "IpAddressType"}) {
        api.copy_to(properties, property);
    }
    api.emit_main(api.logical_id(), "AWS::ApiGatewayV2::Api", std::move(properties));
    const Value* given_stage = api.find("StageName");
    const Value stage_name = given_stage == nullptr ? Value(default_stage) : *given_stage;
    List route_ids;
    for (const data::Entry& entry : routes->map()) {
        if (entry.value.is_null()) {
            routes->wrong_kind(entry.key, "a map");
        }
        const auto route = routes->below(entry.key);
        if (route && emit_route(api, *route, entry.key, stage_name, *auth)) {
            route_ids.emplace_back(api.logical_id() + id_part(entry.key) + "Route");
        }
    }
    if (auth->custom) {
        emit_authorizer(api, *auth->custom);
    }
    const Map stage_tags =
        api.given("PropagateTags") != nullptr ? tags : Map{{std::string(created_by), "SAM"}};
    const std::string stage = emit_stage(api, stage_name, stage_tags, route_ids);
    emit_domain_v2(api, stage, {stage_tags, false, false});
}

} // namespace samara::transform
