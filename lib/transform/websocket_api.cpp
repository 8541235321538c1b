#include "transform/api_domain.h"
#include "transform/expanders.h"
#include "transform/intrinsics.h"
#include "transform/logical_id.h"
#include "transform/resource.h"

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
constexpr std::string_view created_by = "websocketapi:createdBy";

void copy(const Properties& from, std::string_view name, Map& to, std::string_view as = {}) {
    if (const Value* value = from.find(name)) {
        to.set(as.empty() ? name : as, *value);
    }
}

/// "$connect" is Connect, "send" is Send: what a route adds to logical ids.
std::string id_part(std::string_view name) {
    std::string part = alphanumeric(name);
    if (!part.empty() && part[0] >= 'a' && part[0] <= 'z') {
        part[0] = static_cast<char>(part[0] - 'a' + 'A');
    }
    return part;
}

/// The ARN by which API Gateway calls a function.
Value invocation_uri(std::string_view variable, const Value& function) {
    return make_sub(
        fmt::format(
            "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/"
            "${{{}}}/invocations",
            variable),
        Map{{std::string(variable), function}});
}

/// Who may connect.
struct Auth {
    std::string type; ///< empty: not said
    std::optional<Properties> custom;
};

std::optional<Auth> read_auth(const Resource& api) {
    Auth auth;
    const auto given = api.below("Auth");
    if (!given) {
        return api.find("Auth") == nullptr ? std::optional(auth) : std::nullopt;
    }
    if (!given->check("WebSocketApiAuth")) {
        return std::nullopt;
    }
    auth.type = (*given)["AuthType"].text();
    if (auth.type != "CUSTOM" && auth.type != "AWS_IAM" && auth.type != "NONE") {
        given->error("AuthType", "AuthType is CUSTOM, AWS_IAM or NONE");
        return std::nullopt;
    }
    if ((given->find("AuthArn") != nullptr) != (auth.type == "CUSTOM")) {
        given->error(
            "AuthArn",
            auth.type == "CUSTOM" ? "AuthType CUSTOM needs AuthArn, the authorizer's function"
                                  : "only AuthType CUSTOM has an AuthArn");
        return std::nullopt;
    }
    const Value* routes = api.find("Routes");
    if (auth.type != "NONE" && routes->find(connect) == nullptr) {
        given->error("", "Auth is checked when a client connects, but there is no route $connect");
        return std::nullopt;
    }
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
    copy(auth, "InvokeRole", authorizer, "AuthorizerCredentialsArn");
    copy(auth, "IdentitySource", authorizer);
    copy(auth, "Name", authorizer);
    api.emit(id, "AWS::ApiGatewayV2::Authorizer", std::move(authorizer));
    if (auth.find("InvokeRole") != nullptr) {
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
        stage.is_string() ? stage.text() : "${__Stage__}",
        name);
    return Map{
        {"Action", "lambda:InvokeFunction"},
        {"FunctionName", function},
        {"Principal", "apigateway.amazonaws.com"},
        {"SourceArn",
         stage.is_string() ? make_sub(text) : make_sub(text, Map{{"__Stage__", stage}})}};
}

bool emit_route(
    const Resource& api,
    const Properties& route,
    std::string_view name,
    const Value& stage,
    const Auth& auth) {
    const bool own_name =
        name != connect && name != "$disconnect" && name != "$default" && name.starts_with('$');
    if (own_name || alphanumeric(name).empty()) {
        route.error(
            "",
            fmt::format("{} is not a route", name),
            "routes of API Gateway are $connect, $disconnect and $default");
        return false;
    }
    if (!route.check("WebSocketApiRoute")) {
        return false;
    }
    if (name != connect && route.find("RequestParameters") != nullptr) {
        route.error("RequestParameters", "only the route $connect has RequestParameters");
        return false;
    }
    const std::string prefix = api.logical_id() + id_part(name);
    Map integration{
        {"ApiId", make_ref(api.logical_id())},
        {"IntegrationType", "AWS_PROXY"},
        {"IntegrationUri", invocation_uri("FunctionArn", route["FunctionArn"])}};
    copy(route, "IntegrationTimeout", integration, "TimeoutInMillis");
    Map properties{{"ApiId", make_ref(api.logical_id())}, {"RouteKey", name}};
    for (const char* property :
         {"ApiKeyRequired",
          "ModelSelectionExpression",
          "OperationName",
          "RequestModels",
          "RequestParameters",
          "RouteResponseSelectionExpression"}) {
        copy(route, property, properties);
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

std::string emit_stage(const Resource& api, const Value& name, const Map& tags) {
    Map stage{{"ApiId", make_ref(api.logical_id())}, {"StageName", name}, {"AutoDeploy", true}};
    for (const char* property :
         {"AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageVariables"}) {
        copy(api, property, stage);
    }
    stage.set("Tags", tags);
    std::string id = fmt::format("{}{}Stage", api.logical_id(), id_part(name.text()));
    api.emit(id, "AWS::ApiGatewayV2::Stage", std::move(stage));
    api.context().refer(api.logical_id(), "Stage", id);
    return id;
}

} // namespace

void expand_websocket_api(Resource& api) {
    if (!api.check("WebSocketApi")) {
        return;
    }
    const auto routes = api.below("Routes");
    if (!routes || routes->map().empty()) {
        api.error("Routes", "a WebSocket API needs at least one route", "e.g. $default");
        return;
    }
    const std::string_view addresses = api["IpAddressType"].text();
    if (!addresses.empty() && addresses != "ipv4" && addresses != "dualstack") {
        api.error("IpAddressType", "IpAddressType is ipv4 or dualstack");
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
        copy(api, property, properties);
    }
    api.emit_main(api.logical_id(), "AWS::ApiGatewayV2::Api", std::move(properties));
    const Value* given_stage = api.find("StageName");
    const Value stage_name = given_stage == nullptr ? Value("default") : *given_stage;
    for (const data::Entry& entry : routes->map()) {
        if (const auto route = routes->below(entry.key)) {
            emit_route(api, *route, entry.key, stage_name, *auth);
        }
    }
    if (auth->custom) {
        emit_authorizer(api, *auth->custom);
    }
    const bool* propagate = api["PropagateTags"].as_boolean();
    const Map stage_tags =
        propagate != nullptr && *propagate ? tags : Map{{std::string(created_by), "SAM"}};
    const std::string stage = emit_stage(api, stage_name, stage_tags);
    emit_domain_v2(api, stage, {stage_tags, false, false});
}

} // namespace samara::transform
