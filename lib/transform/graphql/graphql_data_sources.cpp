#include "transform/connector/connector.h"
#include "transform/core/intrinsics.h"
#include "transform/core/policies.h"
#include "transform/graphql/graphql_api.h"

#include <array>

#include <fmt/format.h>

/// DataSources of a GraphQL API.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-graphqlapi-datasource.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// A section of DataSources and how its members are called.
struct Section {
    std::string_view name;
    std::string_view id_suffix;
};

constexpr Section tables{"DynamoDb", "DynamoDBDataSource"};
constexpr Section functions{"Lambda", "LambdaDataSource"};

std::string source_id(const Resource& api, std::string_view name, const Section& section) {
    return fmt::format("{}{}{}", api.logical_id(), name, section.id_suffix);
}

/// What a data source without ServiceRoleArn is connected to.
struct Connection {
    std::string_view suffix; ///< of the connector's id
    ConnectorEnd destination;
    std::vector<std::string> permissions;
};

/// The ARN of the data source's role; adds the role and its policy unless the template names one.
Value service_role(
    const Resource& api,
    const std::string& id,
    const Properties& source,
    const Connection& connection) {
    if (const Value* role = source.given("ServiceRoleArn")) {
        return *role;
    }
    const std::string role_id = id + "Role";
    api.emit(
        role_id,
        "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", trust_policy("appsync.amazonaws.com")}});
    const ConnectorEnd end{
        id,
        "AWS::AppSync::DataSource",
        "AWS::AppSync::DataSource",
        {{"RoleName", make_ref(role_id)}}};
    connect(
        {api, fmt::format("{}{}", id, connection.suffix), {}, {}},
        end,
        connection.destination,
        connection.permissions);
    return make_get_att(role_id, "Arn");
}

void emit_source(
    const Resource& api,
    const std::string& id,
    const std::string& name,
    const Properties& source,
    std::string_view type,
    std::string_view config_name,
    Map config,
    const Connection& connection) {
    Map out{
        {"ApiId", graphql_api_id(api)},
        {"Name", source.given("Name") == nullptr ? Value(name) : source["Name"]},
        {"Description", source["Description"]},
        {"Type", type},
        {"ServiceRoleArn", service_role(api, id, source, connection)}};
    Map filled;
    for (data::Entry& entry : config) {
        if (!entry.value.is_null()) {
            filled.set(std::move(entry));
        }
    }
    out.set(config_name, std::move(filled));
    api.emit(id, "AWS::AppSync::DataSource", std::move(out));
}

std::vector<std::string> table_permissions(const Properties& source) {
    std::vector<std::string> out;
    if (const List* given = source["Permissions"].as_list()) {
        for (const Value& item : *given) {
            out.emplace_back(item.text());
        }
    }
    return out.empty() ? std::vector<std::string>{"Read", "Write"} : out;
}

Value given_or_null(const Properties& source, std::string_view name) {
    const Value* value = source.given(name);
    return value == nullptr ? Value() : *value;
}

void emit_table(const Resource& api, const std::string& name, const Properties& source) {
    const Value region =
        source.given("Region") == nullptr ? make_ref("AWS::Region") : source["Region"];
    const Value* given_arn = source.given("TableArn");
    Value arn = given_arn != nullptr
                    ? *given_arn
                    : make_sub(
                          "arn:${AWS::Partition}:dynamodb:${__Region__}:${AWS::AccountId}:table/"
                          "${__TableName__}",
                          {{"__TableName__", source["TableName"]}, {"__Region__", region}});
    emit_source(
        api,
        source_id(api, name, tables),
        name,
        source,
        "AMAZON_DYNAMODB",
        "DynamoDBConfig",
        {{"TableName", source["TableName"]},
         {"AwsRegion", region},
         {"UseCallerCredentials", given_or_null(source, "UseCallerCredentials")},
         {"Versioned", given_or_null(source, "Versioned")},
         {"DeltaSyncConfig", given_or_null(source, "DeltaSync")}},
        {"ToTableConnector",
         {{}, "AWS::DynamoDB::Table", "AWS::DynamoDB::Table", {{"Arn", std::move(arn)}}},
         table_permissions(source)});
}

void emit_function(const Resource& api, const std::string& name, const Properties& source) {
    const Value& arn = source["FunctionArn"];
    emit_source(
        api,
        source_id(api, name, functions),
        name,
        source,
        "AWS_LAMBDA",
        "LambdaConfig",
        {{"LambdaFunctionArn", arn}},
        {"ToLambdaConnector",
         {{}, "AWS::Lambda::Function", "AWS::Lambda::Function", {{"Arn", arn}}},
         {"Write"}});
}

} // namespace

void emit_graphql_data_sources(const Resource& api) {
    const auto sources = api.below("DataSources");
    if (!sources || !sources->check("GraphQLApi/DataSources")) {
        return;
    }
    for_each_checked(
        *sources,
        tables.name,
        "GraphQLApi/DynamoDb",
        [&](const std::string& name, const Properties& source) {
            const auto sync = source.below("DeltaSync");
            if (!sync || sync->check("GraphQLApi/DeltaSync")) {
                emit_table(api, name, source);
            }
        });
    for_each_checked(
        *sources,
        functions.name,
        "GraphQLApi/Lambda",
        [&](const std::string& name, const Properties& source) {
            emit_function(api, name, source);
        });
}

std::optional<std::string> find_graphql_data_source(const Resource& api, std::string_view name) {
    for (const Section& section : {tables, functions}) {
        const Value* members = api["DataSources"].find(section.name);
        if (members != nullptr && members->find(name) != nullptr) {
            return source_id(api, name, section);
        }
    }
    return std::nullopt;
}

} // namespace samara::transform
