#include "transform/api/http_definition.h"

#include "base/strings.h"
#include "transform/api/api_paths.h"
#include "transform/api/openapi.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view cors_key = "x-amazon-apigateway-cors";
constexpr std::string_view tag_value_key = "x-amazon-apigateway-tag-value";

} // namespace

bool check_http_document(const Resource& api, std::string_view property) {
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

namespace {

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
        if (is_boolean_true(cors.find("AllowCredentials")) && *origins == Value(List{"*"})) {
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
        const bool counts = from == "MaxAge"             ? value != nullptr && !value->is_null()
                            : from == "AllowCredentials" ? is_boolean_true(value)
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
    for (data::Entry& path : paths) {
        if (!check_item(api.context(), path, "path")) {
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
                if (!check_item(api.context(), method, "method")) {
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
                operation.set("security", List{Map{{auth.default_authorizer, authorizer.scopes}}});
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
        if (!check_http_document(api, property)) {
            return false;
        }
        static const Value default_title = make_ref("AWS::StackName");
        const Value* own = member_of_info(member);
        const bool taken =
            property == "Name" ? own == nullptr || *own != default_title : is_given(own);
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

} // namespace

std::optional<Value>
http_definition(const Resource& api, std::optional<Map>& tags, HttpAuth& auth) {
    Value body = *api.find("DefinitionBody");
    const bool editable = is_openapi_3(&body);
    const Value* own_tags = api.given("Tags");
    for (const std::string_view property : {"CorsConfiguration", "Auth", "Tags"}) {
        if (api.given(property) != nullptr && !check_http_document(api, property)) {
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
    auto read = read_http_auth(api);
    if (!read) {
        return std::nullopt;
    }
    auth = std::move(*read);
    if (!add_cors(api, map) || !add_schemes(api, auth, map) || !secure_paths(api, auth, paths())) {
        return std::nullopt;
    }
    tags = own_tags == nullptr ? Map{} : *own_tags->as_map();
    tags->set(http_api_tag, "SAM");
    if (!add_tags(api, map, *tags) || !disable_endpoint(api, map) || !add_info(api, map)) {
        return std::nullopt;
    }
    wrap_conditional_paths(api.context(), api.logical_id(), paths());
    if (api.given("FailOnWarnings") != nullptr) {
        rename_default_path(paths());
    }
    return body;
}

} // namespace samara::transform
