#include "transform/api_domain.h"
#include "transform/api_paths.h"
#include "transform/expanders.h"
#include "transform/http_api_auth.h"
#include "transform/intrinsics.h"
#include "transform/logical_id.h"
#include "transform/openapi.h"
#include "transform/resource.h"

#include <array>

#include <fmt/format.h>

// AWS::Serverless::HttpApi to AWS::ApiGatewayV2::Api and AWS::ApiGatewayV2::Stage.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-httpapi.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view created_by = "httpapi:createdBy";
constexpr std::string_view cors_key = "x-amazon-apigateway-cors";

Map tags_of(const Resource& api) {
    Map tags;
    if (const Map* own = api.map_at("Tags")) {
        tags = *own;
    }
    tags.set(created_by, "SAM");
    return tags;
}

// CorsConfiguration's names with a small first letter; `true` allows every origin.
std::optional<Value> cors_extension(const Resource& api, const Value& cors) {
    if (const bool* all = cors.as_boolean()) {
        return *all ? std::optional<Value>(Map{{"allowOrigins", List{"*"}}}) : std::nullopt;
    }
    if (const auto condition = as_if(cors)) {
        const auto branch = [&](const Value& value) {
            return value.is_map() && !is_intrinsic(value)
                       ? cors_extension(api, value).value_or(value)
                       : value;
        };
        Value result(Map{
            {"Fn::If",
             List{
                 condition->condition,
                 branch(condition->then_value),
                 branch(condition->else_value)}}});
        return result;
    }
    if (is_intrinsic(cors)) {
        return cors;
    }
    if (!cors.is_map()) {
        api.wrong_kind("CorsConfiguration", "a map, or true");
        return std::nullopt;
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> names{{
        {"AllowHeaders", "allowHeaders"},
        {"AllowMethods", "allowMethods"},
        {"AllowOrigins", "allowOrigins"},
        {"ExposeHeaders", "exposeHeaders"},
        {"AllowCredentials", "allowCredentials"},
        {"MaxAge", "maxAge"},
    }};
    Map extension;
    for (const auto& [from, to] : names) {
        const Value* value = cors.find(from);
        const bool off =
            value != nullptr && value->as_boolean() != nullptr && !*value->as_boolean();
        if (value != nullptr && !value->is_null() && !off) {
            extension.set(to, *value);
        }
    }
    return Value(std::move(extension));
}

void add_cors(const Resource& api, Map& body) {
    const Value* cors = api.find("CorsConfiguration");
    if (cors == nullptr) {
        return;
    }
    if (auto extension = cors_extension(api, *cors)) {
        body.set(cors_key, std::move(*extension));
    }
}

void add_tags(Map& body, const Map& tags) {
    Value& list = body["tags"];
    if (!list.is_list()) {
        list = List{};
    }
    for (const data::Entry& tag : tags) {
        list.as_list()->emplace_back(
            Map{{"name", tag.key}, {"x-amazon-apigateway-tag-value", tag.value}});
    }
}

// The default authorizer, for every operation that says nothing of its own.
void secure_paths(const HttpAuth& auth, Map& paths) {
    if (auth.default_authorizer.empty()) {
        return;
    }
    const HttpAuthorizer& authorizer = auth.authorizers.at(auth.default_authorizer);
    each_operation(
        paths, [&](const std::string& /*path*/, const std::string& method, Map& operation) {
            if (method != "options" && method != "parameters") {
                secure_operation(operation, auth.default_authorizer, authorizer.scopes);
            }
        });
}

void add_schemes(const HttpAuth& auth, Map& body) {
    if (auth.authorizers.empty()) {
        return;
    }
    Value& components = body["components"];
    if (!components.is_map()) {
        components = Map{};
    }
    Value& schemes = (*components.as_map())["securitySchemes"];
    if (!schemes.is_map()) {
        schemes = Map{};
    }
    for (const auto& [name, authorizer] : auth.authorizers) {
        schemes.as_map()->set(name, authorizer.scheme);
    }
}

// An operation whose event said NONE carries an empty list until here.
void drop_open_security(Map& paths) {
    each_operation(
        paths, [](const std::string& /*path*/, const std::string& /*method*/, Map& operation) {
            const Value* security = operation.find("security");
            if (security != nullptr && security->is_list() && security->as_list()->size() == 1 &&
                security->as_list()->front().find("NONE") != nullptr) {
                operation.erase("security");
            }
        });
}

void add_authorizer_permissions(const Resource& api, const HttpAuth& auth) {
    for (const auto& [name, authorizer] : auth.authorizers) {
        if (!authorizer.needs_permission) {
            continue;
        }
        api.emit(
            fmt::format("{}{}AuthorizerPermission", api.logical_id(), name),
            "AWS::Lambda::Permission",
            Map{{"Action", "lambda:InvokeFunction"},
                {"FunctionName", *authorizer.function_arn},
                {"Principal", "apigateway.amazonaws.com"},
                {"SourceArn",
                 make_sub(
                     "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId_"
                     "_}/authorizers/*",
                     Map{{"__ApiId__", make_ref(api.logical_id())}})}});
    }
}

// FailOnWarnings makes API Gateway refuse "$default" as a path that does not begin with a slash.
void rename_default_path(Map& paths) {
    Map renamed;
    for (data::Entry& entry : paths) {
        if (entry.key == default_path) {
            entry.key = "/$default";
        }
        renamed.set(std::move(entry));
    }
    paths = std::move(renamed);
}

std::optional<Value> make_body(const Resource& api, const HttpAuth& auth, const Map& tags) {
    const Value* definition = api.find("DefinitionBody");
    if (definition == nullptr) {
        return std::nullopt;
    }
    Value body = *definition;
    Map* map = body.as_map();
    Value* paths = body.find("paths");
    if (map == nullptr || is_intrinsic(body)) {
        return body;
    }
    const Value* version = body.find("openapi");
    if (version == nullptr || paths == nullptr || !paths->is_map() ||
        !data::scalar_text(*version).starts_with("3")) {
        api.error(
            "DefinitionBody",
            "DefinitionBody of an HTTP API must be OpenAPI 3 with paths",
            "add openapi: 3.0.1 and paths");
        return std::nullopt;
    }
    if (const Value* listed = body.find("tags"); listed != nullptr && !listed->is_list()) {
        api.context().error("tags of an OpenAPI document must be a list", {}, listed->where());
        return std::nullopt;
    }
    secure_paths(auth, *paths->as_map());
    drop_open_security(*paths->as_map());
    wrap_conditional_paths(api.context(), api.logical_id(), *paths->as_map());
    add_schemes(auth, *map); // from here on members are added, and `paths` is no longer valid
    add_cors(api, *map);
    add_tags(*map, tags);
    if (const Value* disabled = api.find("DisableExecuteApiEndpoint")) {
        if (disabled->is_string() || disabled->is_list()) {
            api.wrong_kind("DisableExecuteApiEndpoint", "true or false");
        } else {
            Value& servers = (*map)["servers"];
            if (!servers.is_list()) {
                servers = List{Map{}};
            }
            const Map setting{{"disableExecuteApiEndpoint", *disabled}};
            for (Value& server : *servers.as_list()) {
                server.as_map()->set("x-amazon-apigateway-endpoint-configuration", setting);
            }
        }
    }
    return body;
}

std::string emit_stage(const Resource& api, const Map& tags) {
    const Value* name = api.find("StageName");
    Map stage{
        {"ApiId", make_ref(api.logical_id())},
        {"StageName", name == nullptr ? Value(default_path) : *name}};
    for (const std::string_view property :
         {"AccessLogSettings", "RouteSettings", "StageVariables", "DefaultRouteSettings"}) {
        if (const Value* value = api.find(property)) {
            stage.set(property, *value);
        }
    }
    // A definition that is an intrinsic function cannot be tagged, and then nothing is.
    if (const Value* body = api.find("DefinitionBody"); body == nullptr || !is_intrinsic(*body)) {
        stage.set("Tags", tags);
    }
    stage.set("AutoDeploy", true);
    std::string part;
    if (name == nullptr || name->text() == default_path) {
        part = "ApiGatewayDefault";
    } else if (name->is_string()) {
        part = alphanumeric(name->text());
    } else if (const Value* parameter = argument_of(*name, "Ref"); parameter != nullptr) {
        part = alphanumeric(parameter->text());
    }
    std::string id = fmt::format("{}{}Stage", api.logical_id(), part);
    api.context().refer(api.logical_id(), "Stage", id);
    api.emit(id, "AWS::ApiGatewayV2::Stage", std::move(stage));
    return id;
}

} // namespace

void expand_http_api(Resource& api) {
    if (!api.check("HttpApi")) {
        return;
    }
    const bool has_body = api.find("DefinitionBody") != nullptr;
    if (const Value* uri = api.find("DefinitionUri"); uri != nullptr) {
        for (const std::string_view property :
             {"Tags", "DisableExecuteApiEndpoint", "CorsConfiguration", "Auth"}) {
            if (!has_body && api.find(property) != nullptr) {
                api.error(
                    property,
                    fmt::format(
                        "{} needs DefinitionBody: it cannot be added to a document in S3",
                        property),
                    "write the document as DefinitionBody");
                return;
            }
        }
    }
    const std::optional<HttpAuth> auth = read_http_auth(api);
    if (!auth) {
        return;
    }
    const Map tags = tags_of(api);
    Map properties;
    if (auto body = make_body(api, *auth, tags)) {
        const Value* strict = api.find("FailOnWarnings");
        if (strict != nullptr) {
            properties.set("FailOnWarnings", *strict);
            if (strict->as_boolean() != nullptr && *strict->as_boolean() &&
                body->find("paths") != nullptr) {
                rename_default_path(*body->find("paths")->as_map());
            }
        }
        properties.set("Body", std::move(*body));
    } else if (const Value* uri = api.find("DefinitionUri")) {
        properties.set("BodyS3Location", *uri);
    } else {
        return;
    }
    for (const std::string_view property : {"Name", "Description"}) {
        if (const Value* value = api.find(property)) {
            properties.set(property, *value);
        }
    }
    api.emit_main(api.logical_id(), "AWS::ApiGatewayV2::Api", std::move(properties));
    const std::string stage = emit_stage(api, tags);
    add_authorizer_permissions(api, *auth);
    emit_domain_v2(api, stage, {tags, true, true});
}

} // namespace samara::transform
