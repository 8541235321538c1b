#include "base/strings.h"
#include "transform/api_domain.h"
#include "transform/api_paths.h"
#include "transform/artifact.h"
#include "transform/expanders.h"
#include "transform/http_api_auth.h"
#include "transform/intrinsics.h"
#include "transform/logical_id.h"
#include "transform/openapi.h"
#include "transform/resource.h"

#include <algorithm>
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
constexpr std::string_view tag_value_key = "x-amazon-apigateway-tag-value";

/// Whether `property` can be written into the definition; an error of the API if not.
bool check_document(const Resource& api, std::string_view property) {
    const Value* definition = api.given("DefinitionBody");
    if (definition == nullptr) {
        api.error(
            property,
            fmt::format("{} cannot be added to a definition in S3", property),
            "write the definition as DefinitionBody");
        return false;
    }
    if (!is_openapi_3(definition)) {
        api.error(
            property,
            fmt::format("{} needs a DefinitionBody that is OpenAPI 3", property),
            "write openapi: 3.0.1, and paths, into the template");
        return false;
    }
    return true;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> cors_names{{
    {"AllowHeaders", "allowHeaders"},
    {"AllowMethods", "allowMethods"},
    {"AllowOrigins", "allowOrigins"},
    {"ExposeHeaders", "exposeHeaders"},
    {"AllowCredentials", "allowCredentials"},
    {"MaxAge", "maxAge"},
}};

/// An intrinsic function as the extension has it: the names of CorsConfiguration with a small first
/// letter wherever they occur in it, be it within a text.
Value with_small_names(const Value& value) {
    const auto small = [](std::string text) {
        for (const auto& [from, to] : cors_names) {
            text = base::replace_all(text, from, to);
        }
        return text;
    };
    if (const Map* map = value.as_map()) {
        Map out;
        for (const data::Entry& entry : *map) {
            out.set(small(entry.key), with_small_names(entry.value));
        }
        return out;
    }
    if (const List* list = value.as_list()) {
        List out;
        for (const Value& item : *list) {
            out.push_back(with_small_names(item));
        }
        return out;
    }
    return value.is_string() ? Value(small(*value.as_string())) : value;
}

/// What CorsConfiguration, which is given, puts into the extension; nothing after an error.
std::optional<Map> cors_members(const Resource& api, const Value& cors) {
    if (cors.is_boolean()) {
        return Map{{"allowOrigins", List{"*"}}};
    }
    if (is_intrinsic(cors)) {
        return *with_small_names(cors).as_map();
    }
    if (!cors.is_map()) {
        api.wrong_kind("CorsConfiguration", "a map, or true");
        return std::nullopt;
    }
    if (!api.below("CorsConfiguration")->check("HttpApiCors")) {
        return std::nullopt;
    }
    if (const Value* origins = cors.find("AllowOrigins"); origins != nullptr) {
        if (is_true(cors.find("AllowCredentials")) && *origins == Value(List{"*"})) {
            api.error(
                "CorsConfiguration",
                "AllowCredentials needs AllowOrigins other than *: browsers refuse both together",
                "name the origins, e.g. AllowOrigins: [https://example.com]");
            return std::nullopt;
        }
        if (is_intrinsic(*origins)) {
            return *with_small_names(*origins).as_map();
        }
    }
    Map members;
    for (const auto& [from, to] : cors_names) {
        const Value* value = cors.find(from);
        const bool counts = from == "MaxAge" ? value != nullptr && !value->is_null()
                            : from == "AllowCredentials" ? is_true(value)
                                                         : is_given(value);
        if (counts) {
            members.set(to, *value);
        }
    }
    return members;
}

bool add_cors(const Resource& api, Map& body) {
    const Value* given = api.given("CorsConfiguration");
    if (given == nullptr) {
        return true;
    }
    const auto members = cors_members(api, *given);
    if (!members) {
        return false;
    }
    Value& extension = body[cors_key];
    if (extension.is_null()) {
        extension = Map{};
    }
    if (!extension.is_map()) {
        api.context().error(fmt::format("{} must be a map", cors_key), {}, extension.where());
        return false;
    }
    for (const data::Entry& member : *members) {
        extension.as_map()->set(member.key, member.value);
    }
    return true;
}

/// Tags as the document lists them; one that is there already gets the value.
bool add_tags(const Resource& api, Map& body, const Map& tags) {
    Value& list = body["tags"];
    if (!is_given(&list)) {
        list = List{};
    }
    if (!list.is_list()) {
        api.context().error("tags of an OpenAPI document must be a list", {}, list.where());
        return false;
    }
    List& all = *list.as_list();
    for (const data::Entry& tag : tags) {
        const auto own = std::find_if(all.begin(), all.end(), [&](const Value& one) {
            const Value* name = one.find("name");
            return name != nullptr && name->text() == tag.key;
        });
        if (own != all.end()) {
            own->as_map()->set(tag_value_key, tag.value);
        } else {
            all.emplace_back(Map{{"name", tag.key}, {std::string(tag_value_key), tag.value}});
        }
    }
    return true;
}

/// Whether paths and operations are maps; an error of the document if not.
bool check_operations(const Resource& api, Map& paths) {
    const auto check = [&](const data::Entry& entry, Value& value, std::string_view what) {
        for (const Value* content : contents(value)) {
            if (!content->is_map()) {
                api.context().error(
                    fmt::format("{} {} of the API's definition must be a map", what, entry.key),
                    "see https://spec.openapis.org/oas/v3.0.3#paths-object",
                    entry.value.where().known() ? entry.value.where() : entry.key_where.place);
                return false;
            }
        }
        return true;
    };
    for (data::Entry& path : paths) {
        if (!check(path, path.value, "path")) {
            return false;
        }
        for (Map* item : branches(path.value)) {
            for (data::Entry& method : *item) {
                const std::string name = openapi_method(method.key);
                if (name == "parameters" || name == "options") {
                    continue;
                }
                if (!item->contains(name)) {
                    api.context().error(
                        fmt::format("method {} of path {} must be {}", method.key, path.key, name),
                        "write methods in small letters, and ANY as its extension",
                        method.key_where);
                    return false;
                }
                if (!check(method, method.value, "method")) {
                    return false;
                }
            }
        }
    }
    return true;
}

/// The default authorizer, for every operation that says nothing of its own.
bool secure_paths(const Resource& api, const HttpAuth& auth, Map& paths) {
    if (auth.default_authorizer.empty()) {
        return true;
    }
    if (!check_operations(api, paths)) {
        return false;
    }
    const HttpAuthorizer& authorizer = auth.authorizers.at(auth.default_authorizer);
    each_operation(
        paths,
        is_http_method,
        [&](const std::string& /*path*/, const std::string& method, Map& operation) {
            if (method != "options" && !is_given(operation.find("security"))) {
                operation.set(
                    "security", List{Map{{auth.default_authorizer, authorizer.scopes}}});
            }
        });
    return true;
}

bool add_schemes(const Resource& api, const HttpAuth& auth, Map& body) {
    if (auth.authorizers.empty()) {
        return true;
    }
    Value& components = body["components"];
    if (!is_given(&components)) {
        components = Map{};
    }
    Value* schemes = components.is_map() ? &(*components.as_map())["securitySchemes"] : nullptr;
    if (schemes != nullptr && !is_given(schemes)) {
        *schemes = Map{};
    }
    if (schemes == nullptr || !schemes->is_map()) {
        api.context().error(
            "components.securitySchemes must be a map",
            "write the name of each scheme as a key",
            components.where());
        return false;
    }
    for (const auto& [name, authorizer] : auth.authorizers) {
        schemes->as_map()->set(name, authorizer.scheme);
    }
    return true;
}

/// Name and Description are the title and the description of the document, unless it has its own.
bool add_info(const Resource& api, Map& body) {
    const auto member_of_info = [&](std::string_view name) -> const Value* {
        const Value* info = body.find("info");
        return info == nullptr ? nullptr : info->find(name);
    };
    for (const auto& [property, member] :
         {std::pair<std::string_view, std::string_view>{"Name", "title"},
          {"Description", "description"}}) {
        const Value* given = api.given(property);
        if (given == nullptr) {
            continue;
        }
        if (!check_document(api, property)) {
            return false;
        }
        static const Value default_title = make_ref("AWS::StackName");
        const Value* own = member_of_info(member);
        const bool taken = property == "Name" ? own == nullptr || *own != default_title
                                              : is_given(own);
        if (taken) {
            api.error(
                property,
                fmt::format("the definition has an info.{} of its own", member),
                fmt::format("leave out {}, or write it into the definition", property));
            return false;
        }
        Value& info = body["info"];
        if (!info.is_map()) {
            info = Map{};
        }
        info.as_map()->set(member, *given);
    }
    return true;
}

bool disable_endpoint(const Resource& api, Map& body) {
    const Value* disabled = api.find("DisableExecuteApiEndpoint");
    if (disabled == nullptr) {
        return true;
    }
    if (!body.contains("servers")) {
        body.set("servers", List{Map{}});
    }
    Value& servers = *body.find("servers");
    List* list = servers.as_list();
    if (list == nullptr || !std::all_of(list->begin(), list->end(), [](const Value& server) {
            return server.is_map();
        })) {
        api.context().error(
            "servers of an OpenAPI document must be a list of maps", {}, servers.where());
        return false;
    }
    for (Value& server : *list) {
        Value& setting = (*server.as_map())["x-amazon-apigateway-endpoint-configuration"];
        if (!setting.is_map()) {
            setting = Map{};
        }
        setting.as_map()->set("disableExecuteApiEndpoint", *disabled);
    }
    return true;
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

/// The definition with what the API's properties say; tags are set when it could be tagged. Nothing
/// after an error.
std::optional<Value> make_body(const Resource& api, std::optional<Map>& tags) {
    Value body = *api.find("DefinitionBody");
    const bool editable = is_openapi_3(&body);
    const Value* own_tags = api.given("Tags");
    for (const std::string_view property : {"CorsConfiguration", "Auth", "Tags"}) {
        if (api.given(property) != nullptr && !check_document(api, property)) {
            return std::nullopt;
        }
    }
    if (!editable) {
        if (api.find("DisableExecuteApiEndpoint") != nullptr) {
            api.context().error(
                "DisableExecuteApiEndpoint needs a DefinitionBody that is OpenAPI 3",
                "write openapi: 3.0.1, and paths, into the template",
                body.where());
            return std::nullopt;
        }
        return add_info(api, *body.as_map()) ? std::optional(std::move(body)) : std::nullopt;
    }
    Map& map = *body.as_map();
    const auto paths = [&]() -> Map& { return *map.find("paths")->as_map(); };
    const std::optional<HttpAuth> auth = read_http_auth(api);
    if (!auth || !add_cors(api, map) || !add_schemes(api, *auth, map) ||
        !secure_paths(api, *auth, paths())) {
        return std::nullopt;
    }
    tags = own_tags == nullptr ? Map{} : *own_tags->as_map();
    tags->set(created_by, "SAM");
    if (!add_tags(api, map, *tags) || !disable_endpoint(api, map) || !add_info(api, map)) {
        return std::nullopt;
    }
    wrap_conditional_paths(api.context(), api.logical_id(), paths());
    if (api.given("FailOnWarnings") != nullptr) {
        rename_default_path(paths());
    }
    add_authorizer_permissions(api, *auth);
    return body;
}

std::string emit_stage(const Resource& api, const std::optional<Map>& tags) {
    static const Value default_stage = default_path;
    const Value* given = api.given("StageName");
    const Value& name = given == nullptr ? default_stage : *given;
    Map stage{{"ApiId", make_ref(api.logical_id())}, {"StageName", name}};
    for (const std::string_view property :
         {"AccessLogSettings", "RouteSettings", "StageVariables", "DefaultRouteSettings"}) {
        if (const Value* value = api.find(property)) {
            stage.set(property, *value);
        }
    }
    if (tags) {
        stage.set("Tags", *tags);
    }
    stage.set("AutoDeploy", true);
    std::string id;
    if (name.text() == default_path) {
        id = api.logical_id() + "ApiGatewayDefaultStage";
    } else if (name.is_string() && alphanumeric(name.text()) != name.text()) {
        id = hashed_id(api.logical_id() + "Stage", name);
    } else {
        id = fmt::format("{}{}Stage", api.logical_id(), name.text());
    }
    api.context().refer(api.logical_id(), "Stage", id);
    api.emit(id, "AWS::ApiGatewayV2::Stage", std::move(stage));
    return id;
}

/// Body or BodyS3Location; nothing after an error.
std::optional<Map> definition_of(const Resource& api, std::optional<Map>& tags) {
    const bool from_s3 = api.given("DefinitionUri") != nullptr;
    const bool has_body = api.given("DefinitionBody") != nullptr;
    if (from_s3 && has_body) {
        api.error(
            "DefinitionUri",
            "DefinitionUri and DefinitionBody exclude each other",
            "leave one of them out");
        return std::nullopt;
    }
    if (has_body) {
        auto body = make_body(api, tags);
        return body ? std::optional(Map{{"Body", std::move(*body)}}) : std::nullopt;
    }
    for (const std::string_view property :
         {"CorsConfiguration",
          "Auth",
          "Tags",
          "DisableExecuteApiEndpoint",
          "Name",
          "Description"}) {
        const bool counts = property == "DisableExecuteApiEndpoint"
                                ? api.find(property) != nullptr
                                : api.given(property) != nullptr;
        if (counts && !check_document(api, property)) {
            return std::nullopt;
        }
    }
    auto location = artifact_location(api, "DefinitionUri", {"Bucket", "Key", "Version"});
    return location ? std::optional(Map{{"BodyS3Location", std::move(*location)}}) : std::nullopt;
}

} // namespace

void expand_http_api(Resource& api) {
    if (!api.check("HttpApi")) {
        return;
    }
    if (Value* cors = api.find("CorsConfiguration")) {
        *cors = api.context().parameters().resolve(*cors);
    }
    const Map* own_tags = api["Tags"].as_map();
    std::optional<Map> tags = own_tags == nullptr ? std::nullopt : std::optional(*own_tags);
    auto properties = definition_of(api, tags);
    if (!properties) {
        return;
    }
    if (const Value* strict = api.given("FailOnWarnings")) {
        properties->set("FailOnWarnings", *strict);
    }
    api.emit_main(api.logical_id(), "AWS::ApiGatewayV2::Api", std::move(*properties));
    const std::string stage = emit_stage(api, tags);
    emit_domain_v2(api, stage, {tags.value_or(Map{}), true, true});
}

} // namespace samara::transform
