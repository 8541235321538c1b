#include "transform/graphql/graphql_api.h"

#include "base/strings.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/policies.h"
#include "transform/core/tags.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

/// AWS::Serverless::GraphQLApi
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-graphqlapi.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::array copied{
    "IntrospectionConfig", "OwnerContact", "QueryDepthLimit", "ResolverCountLimit", "Visibility"};

/// A boolean, also when it is written as text.
bool is_set_flag(const Value& flag) {
    static constexpr std::array set{"true", "yes", "on", "t", "y", "1"};
    const std::string text = base::to_lower(data::scalar_text(flag));
    return std::find(set.begin(), set.end(), text) != set.end();
}

bool check_schema(const Resource& api) {
    const bool has_inline = api.given("SchemaInline") != nullptr;
    if (has_inline != (api.given("SchemaUri") != nullptr)) {
        return true;
    }
    api.error(
        has_inline ? "SchemaUri" : "",
        has_inline ? "SchemaInline and SchemaUri exclude each other" : "the API has no schema",
        "give one of SchemaInline and SchemaUri");
    return false;
}

bool is_unset(const Map& map, std::string_view name) {
    const Value* value = map.find(name);
    return value == nullptr || !is_given(value);
}

/// The LogConfig; adds the role that writes logs unless the template names one. Null when Logging
/// is false; nothing after an error.
std::optional<Value> log_config(const Resource& api) {
    const Value* logging = api.find("Logging");
    if (logging != nullptr && logging->is_boolean() && !*logging->as_boolean()) {
        return Value();
    }
    Map config;
    if (logging != nullptr && logging->is_map()) {
        const auto given = api.below("Logging");
        if (!given->check("GraphQLApi/Logging")) {
            return std::nullopt;
        }
        for (const data::Entry& entry : given->map()) {
            if (is_given(&entry.value)) {
                config.set(entry);
            }
        }
    }
    if (is_unset(config, "FieldLogLevel")) {
        config.set("FieldLogLevel", "ALL");
    }
    if (is_unset(config, "CloudWatchLogsRoleArn")) {
        const std::string role_id = api.logical_id() + "CloudWatchRole";
        api.emit(
            role_id,
            "AWS::IAM::Role",
            {{"AssumeRolePolicyDocument", trust_policy("appsync.amazonaws.com")},
             {"ManagedPolicyArns",
              List{make_sub("arn:${AWS::Partition}:iam::aws:policy/service-role/"
                            "AWSAppSyncPushToCloudWatchLogs")}}});
        config.set("CloudWatchLogsRoleArn", make_get_att(role_id, "Arn"));
    }
    return Value(std::move(config));
}

void emit_schema(const Resource& api) {
    api.emit(
        graphql_schema_id(api),
        "AWS::AppSync::GraphQLSchema",
        {{"ApiId", graphql_api_id(api)},
         {"Definition", api["SchemaInline"]},
         {"DefinitionS3Location", api["SchemaUri"]}});
}

void emit_api_keys(const Resource& api) {
    for_each_checked(
        api, "ApiKeys", "GraphQLApi/ApiKey", [&](const std::string& name, const Properties& key) {
            api.emit(
                api.logical_id() + name,
                "AWS::AppSync::ApiKey",
                {{"ApiId", graphql_api_id(api)},
                 {"ApiKeyId", key["ApiKeyId"]},
                 {"Description", key["Description"]},
                 {"Expires", key["ExpiresOn"]}});
        });
}

void emit_cache(const Resource& api) {
    const auto cache = api.below("Cache");
    if (!cache || !cache->check("GraphQLApi/Cache")) {
        return;
    }
    Map out = cache->map();
    out.set("ApiId", graphql_api_id(api));
    api.emit(api.logical_id() + "ApiCache", "AWS::AppSync::ApiCache", std::move(out));
}

void emit_domain(const Resource& api) {
    const auto domain = api.below("DomainName");
    if (!domain || !domain->check("GraphQLApi/DomainName")) {
        return;
    }
    const std::string id = api.logical_id() + "DomainName";
    api.emit(id, "AWS::AppSync::DomainName", domain->map());
    api.emit(
        id + "ApiAssociation",
        "AWS::AppSync::DomainNameApiAssociation",
        {{"ApiId", graphql_api_id(api)}, {"DomainName", make_ref(id)}});
}

} // namespace

Value graphql_api_id(const Resource& api) {
    return make_get_att(api.logical_id(), "ApiId");
}

std::string graphql_schema_id(const Resource& api) {
    return api.logical_id() + "Schema";
}

void expand_graphql_api(Resource& api) {
    if (!api.check("GraphQLApi") || !check_schema(api) || !check_graphql_code(api)) {
        return;
    }
    api.pass_on_all_attributes();
    Map out{{"Name", api.given("Name") == nullptr ? Value(api.logical_id()) : api["Name"]}};
    auto logging = log_config(api);
    if (!set_graphql_auth(api, out) || !logging) {
        return;
    }
    out.set("LogConfig", std::move(*logging));
    for (const char* name : copied) {
        if (const Value* value = api.given(name)) {
            out.set(name, *value);
        }
    }
    if (const Value* traced = api.find("XrayEnabled")) {
        out.set("XrayEnabled", is_set_flag(*traced));
    }
    const Value& given_tags = api["Tags"];
    Map tags = given_tags.is_map() ? *given_tags.as_map() : Map{};
    tags.set("graphqlapi:createdBy", "SAM");
    out.set("Tags", tag_list(tags));
    api.emit_main(api.logical_id(), "AWS::AppSync::GraphQLApi", std::move(out));
    emit_schema(api);
    emit_api_keys(api);
    emit_cache(api);
    emit_domain(api);
    emit_graphql_data_sources(api);
    emit_graphql_code(api);
}

} // namespace samara::transform
