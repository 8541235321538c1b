#include "base/hint.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/walk.h"
#include "transform/core/intrinsics.h"
#include "transform/graphql/graphql_api.h"

#include <fmt/format.h>

/// Functions and Resolvers of a GraphQL API.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-graphqlapi-resolver.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// What a resolver without code runs: its pipeline, whose result is the result.
constexpr std::string_view pass_through_code = R"(
export function request(ctx) {
    return {};
}

export function response(ctx) {
    return ctx.prev.result;
}
)";

std::string function_id(const Resource& api, std::string_view name) {
    return fmt::format("{}{}", api.logical_id(), name);
}

/// Sets Code or CodeS3Location, and Runtime. False after an error.
bool set_code(const Properties& properties, Map& out) {
    const Value* code = properties.given("InlineCode");
    const Value* uri = properties.given("CodeUri");
    if ((code == nullptr) == (uri == nullptr)) {
        properties.error(
            code == nullptr ? "" : "CodeUri",
            code == nullptr ? "there is no code" : "InlineCode and CodeUri exclude each other",
            "give one of InlineCode and CodeUri");
        return false;
    }
    const auto runtime = properties.below("Runtime");
    if (!runtime) {
        if (properties.find("Runtime") == nullptr) {
            properties.error(
                "", "code needs a Runtime", "Runtime: {Name: APPSYNC_JS, Version: 1.0.0}");
        }
        return false;
    }
    out.set(code != nullptr ? "Code" : "CodeS3Location", code != nullptr ? *code : *uri);
    out.set(
        "Runtime", Map{{"Name", (*runtime)["Name"]}, {"RuntimeVersion", (*runtime)["Version"]}});
    return true;
}

/// Adds the data source that does nothing, once, and gives its id.
std::string none_data_source(const Resource& api) {
    std::string id = api.logical_id() + "NoneDataSource";
    if (!api.context().generated().contains(id)) {
        api.emit(
            id,
            "AWS::AppSync::DataSource",
            {{"ApiId", graphql_api_id(api)}, {"Name", id}, {"Type", "NONE"}});
    }
    return id;
}

std::optional<Value> data_source_name(const Resource& api, const Properties& function) {
    const Value* source = function.find("DataSource");
    if (source == nullptr) {
        function.error(
            "", "the function has no DataSource", "name a member of DataSources, or NONE");
        return std::nullopt;
    }
    if (!source->is_string()) {
        return *source;
    }
    if (base::to_lower(source->text()) == "none") {
        return make_get_att(none_data_source(api), "Name");
    }
    if (const auto id = find_graphql_data_source(api, source->text())) {
        return make_get_att(*id, "Name");
    }
    function.error(
        "DataSource",
        fmt::format("DataSources has no {}", source->text()),
        "name a member of DataSources, NONE, or refer to one with an intrinsic function");
    return std::nullopt;
}

void emit_function(const Resource& api, const std::string& name, const Properties& function) {
    if (function.given("Id") != nullptr) {
        for (const data::Entry& entry : function.map()) {
            if (entry.key != "Id" && !entry.value.is_null()) {
                function.error(
                    entry.key,
                    fmt::format("{} has no place beside Id", entry.key),
                    "Id names a function that exists; remove one of them");
                return;
            }
        }
        return;
    }
    Map out{
        {"ApiId", graphql_api_id(api)},
        {"Name", function.given("Name") == nullptr ? Value(name) : function["Name"]},
        {"Description", function["Description"]},
        {"MaxBatchSize", function["MaxBatchSize"]},
        {"SyncConfig", function["Sync"]}};
    auto source = data_source_name(api, function);
    if (!source || !set_code(function, out)) {
        return;
    }
    out.set("DataSourceName", std::move(*source));
    api.emit(function_id(api, name), "AWS::AppSync::FunctionConfiguration", std::move(out));
}

/// The ids of the functions in Pipeline; nothing after an error.
std::optional<List> pipeline(const Resource& api, const Properties& resolver) {
    const List* names = resolver["Pipeline"].as_list();
    if (names == nullptr || names->empty()) {
        resolver.error("", "the resolver has no Pipeline", "list names of Functions");
        return std::nullopt;
    }
    List out;
    const Value& functions = api["Functions"];
    for (const Value& name : *names) {
        const Value* function = name.is_string() ? functions.find(name.text()) : nullptr;
        if (function == nullptr) {
            const std::string_view near =
                base::nearest(name.text(), data::keys_of(data::members_of(&functions)));
            resolver.error_at(
                name,
                "Pipeline",
                fmt::format("Functions has no {}", data::scalar_text(name)),
                base::did_you_mean(near, "add it to Functions"));
            return std::nullopt;
        }
        const Value* id = function->find("Id");
        out.push_back(
            id != nullptr ? *id : make_get_att(function_id(api, name.text()), "FunctionId"));
    }
    return out;
}

void emit_resolver(
    const Resource& api,
    const std::string& type,
    const std::string& name,
    const Properties& resolver) {
    auto functions = pipeline(api, resolver);
    if (!functions) {
        return;
    }
    Map out{
        {"ApiId", graphql_api_id(api)},
        {"TypeName", type},
        {"FieldName", resolver.given("FieldName") == nullptr ? Value(name) : resolver["FieldName"]},
        {"Kind", "PIPELINE"},
        {"PipelineConfig", Map{{"Functions", std::move(*functions)}}},
        {"CachingConfig", resolver["Caching"]},
        {"MaxBatchSize",
         resolver.given("MaxBatchSize") == nullptr ? Value() : resolver["MaxBatchSize"]}};
    // AWS's transform takes Sync of a resolver, and makes nothing of it.
    if (resolver.given("InlineCode") != nullptr || resolver.given("CodeUri") != nullptr) {
        if (!set_code(resolver, out)) {
            return;
        }
    } else {
        out.set("Code", pass_through_code);
        out.set("Runtime", Map{{"Name", "APPSYNC_JS"}, {"RuntimeVersion", "1.0.0"}});
    }
    Map attributes = api.passed_on();
    attributes.set("DependsOn", List{graphql_schema_id(api)});
    api.emit(
        fmt::format("{}{}{}", api.logical_id(), type, name),
        "AWS::AppSync::Resolver",
        std::move(out),
        std::move(attributes));
}

} // namespace

bool check_graphql_code(const Resource& api) {
    bool good = true;
    const auto check_members =
        [&](const Properties& parent, std::string_view section, std::string_view list) {
            const auto members = parent.below(section);
            if (!members) {
                good = good && parent.find(section) == nullptr;
                return;
            }
            for (const data::Entry& entry : members->map()) {
                if (entry.value.is_null()) {
                    members->wrong_kind(entry.key, "a map");
                }
                const auto member = members->below(entry.key);
                if (!member) {
                    good = false;
                    continue;
                }
                good = member->check(list) && good;
                const List* pipeline = (*member)["Pipeline"].as_list();
                for (const Value& name : pipeline == nullptr ? List{} : *pipeline) {
                    if (name.is_list() || name.is_map()) {
                        good = false;
                        member->error_at(
                            name, "Pipeline", "an item of Pipeline must be the name of a function");
                    }
                }
                for (const char* part : {"Runtime", "Sync", "Caching"}) {
                    const auto properties = member->below(part);
                    good = (!properties || properties->check(fmt::format("GraphQLApi/{}", part))) &&
                           good;
                }
            }
        };
    check_members(api, "Functions", "GraphQLApi/Function");
    if (const auto types = api.below("Resolvers")) {
        for (const data::Entry& type : types->map()) {
            if (type.value.is_null()) {
                types->wrong_kind(type.key, "a map");
                good = false;
            }
            check_members(*types, type.key, "GraphQLApi/Resolver");
        }
    }
    return good;
}

void emit_graphql_code(const Resource& api) {
    for_each_checked(
        api,
        "Functions",
        "GraphQLApi/Function",
        [&](const std::string& name, const Properties& function) {
            // AWS names the function, not the API, in what is wrong with one.
            emit_function(api, name, function.for_resource(name));
        });
    const auto types = api.below("Resolvers");
    if (!types) {
        return;
    }
    for (const data::Entry& type : types->map()) {
        for_each_checked(
            *types,
            type.key,
            "GraphQLApi/Resolver",
            [&](const std::string& name, const Properties& resolver) {
                emit_resolver(api, type.key, name, resolver.for_resource(name));
            });
    }
}

} // namespace samara::transform
