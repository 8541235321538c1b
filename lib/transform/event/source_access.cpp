#include "transform/event/source_access.h"

#include "transform/core/intrinsics.h"
#include "transform/event/function_event.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::transform {

data::Map statement(data::Value actions, data::Value resource) {
    return {{"Action", std::move(actions)}, {"Effect", "Allow"}, {"Resource", std::move(resource)}};
}

data::Map read_secret(const data::Value& uri) {
    return statement(data::List{"secretsmanager:GetSecretValue"}, uri);
}

namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view basic_auth = "BASIC_AUTH";
constexpr std::string_view root_certificate = "SERVER_ROOT_CA_CERTIFICATE";

constexpr std::array network_actions{
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
};

constexpr std::array kafka_secrets{
    "BASIC_AUTH",
    "SASL_SCRAM_256_AUTH",
    "SASL_SCRAM_512_AUTH",
    "CLIENT_CERTIFICATE_TLS_AUTH",
};

Map use_network() {
    return statement(List(network_actions.begin(), network_actions.end()), "*");
}

/// The list SourceAccessConfigurations with every item a map that has a Type; nullptr after an
/// error.
const List* source_access(const FunctionEvent& event) {
    const Properties& properties = event.properties;
    const List* list = properties["SourceAccessConfigurations"].as_list();
    if (list == nullptr || list->empty()) {
        properties.error(
            "SourceAccessConfigurations",
            fmt::format("{} event needs a list of SourceAccessConfigurations", event.type),
            "e.g. [{Type: BASIC_AUTH, URI: <ARN of a secret>}]");
        return nullptr;
    }
    for (const Value& item : *list) {
        if (!item.is_map()) {
            // Of a SelfManagedKafka event, AWS names the event alone.
            const Properties place =
                event.type == "SelfManagedKafka" ? properties.for_resource(event.name) : properties;
            place.error_at(
                item,
                "SourceAccessConfigurations",
                "an item of SourceAccessConfigurations must be a map of Type and URI");
            return nullptr;
        }
        if (item.find("Type") == nullptr) {
            properties.error_at(
                item,
                "SourceAccessConfigurations",
                "an item of SourceAccessConfigurations needs Type and URI");
            return nullptr;
        }
    }
    return list;
}

const Value* uri_of(const FunctionEvent& event, const Value& item) {
    const Value* uri = item.find("URI");
    if (!is_given(uri) || (!uri->is_string() && !is_intrinsic(*uri))) {
        event.properties.error_at(
            item,
            "SourceAccessConfigurations",
            fmt::format("{} needs a URI", item.find("Type")->text()),
            "the ARN of a secret, or subnet:<id> or security_group:<id>");
        return nullptr;
    }
    return uri;
}

/// The key that SecretsManagerKmsKeyId names; null when there is none, nothing after an error.
std::optional<Value> key_arn(const FunctionEvent& event) {
    const Value* key = event.properties.given("SecretsManagerKmsKeyId");
    if (key == nullptr) {
        return Value();
    }
    if (!key->is_string()) {
        event.properties.wrong_kind("SecretsManagerKmsKeyId", "a string");
        return std::nullopt;
    }
    return make_sub(fmt::format(
        "arn:${{AWS::Partition}}:kms:${{AWS::Region}}:${{AWS::AccountId}}:key/{}", key->text()));
}

/// The one BASIC_AUTH secret of the configurations, which may be of one `other` type beside it;
/// nullptr after an error.
const Value*
only_basic_auth(const FunctionEvent& event, const List& list, std::string_view other = {}) {
    const Value* found = nullptr;
    for (const Value& item : list) {
        const std::string_view type = item.find("Type")->text();
        if (type != basic_auth) {
            if (other.empty() || type != other) {
                event.properties.error_at(
                    item,
                    "SourceAccessConfigurations",
                    fmt::format(
                        "{} events take {}{} only, not {}",
                        event.type,
                        basic_auth,
                        other.empty() ? "" : fmt::format(" and {}", other),
                        type));
                return nullptr;
            }
            continue;
        }
        if (found != nullptr) {
            event.properties.error_at(
                item, "SourceAccessConfigurations", "BASIC_AUTH can be given once only");
            return nullptr;
        }
        found = item.find("URI");
        if (!is_given(found)) {
            event.properties.error_at(
                item,
                "SourceAccessConfigurations",
                "BASIC_AUTH needs a URI",
                "the ARN of a secret");
            return nullptr;
        }
    }
    if (found == nullptr) {
        event.properties.error(
            "SourceAccessConfigurations",
            fmt::format("{} event needs an item of Type BASIC_AUTH", event.type));
    }
    return found;
}

} // namespace

bool grant_managed_kafka(FunctionEvent& event) {
    List statements;
    if (const List* list = event.properties["SourceAccessConfigurations"].as_list()) {
        for (const Value& item : *list) {
            const Value* type = item.find("Type");
            const Value* uri = item.find("URI");
            if (type != nullptr && type->text() == "CLIENT_CERTIFICATE_TLS_AUTH" && is_given(uri)) {
                statements.emplace_back(read_secret(*uri));
            }
        }
    }
    if (!grant_schema_registry(event, statements)) {
        return false;
    }
    if (!statements.empty()) {
        event.policies.add("MSKExecutionRolePolicy", Map{{"Statement", std::move(statements)}});
    }
    return true;
}

namespace {

/// How a function reaches brokers of its own choice.
struct BrokerAccess {
    const Value* secret = nullptr;
    const Value* certificate = nullptr;
    bool subnet = false;
    bool security_group = false;
};

/// Nothing after an error.
std::optional<BrokerAccess> broker_access(const FunctionEvent& event, const List& list) {
    BrokerAccess access;
    for (const Value& item : list) {
        const std::string_view type = item.find("Type")->text();
        const bool is_secret =
            std::find(kafka_secrets.begin(), kafka_secrets.end(), type) != kafka_secrets.end();
        if (!is_secret && type != root_certificate && type != "VPC_SUBNET" &&
            type != "VPC_SECURITY_GROUP") {
            event.properties.error_at(
                *item.find("Type"),
                "SourceAccessConfigurations",
                "a SelfManagedKafka event has no such Type of SourceAccessConfigurations",
                fmt::format(
                    "{}, {}, VPC_SUBNET or VPC_SECURITY_GROUP",
                    fmt::join(kafka_secrets, ", "),
                    root_certificate));
            return std::nullopt;
        }
        const Value* uri = uri_of(event, item);
        if (uri == nullptr) {
            return std::nullopt;
        }
        if (is_secret && access.secret != nullptr) {
            event.properties.error_at(
                item,
                "SourceAccessConfigurations",
                "a SelfManagedKafka event takes one secret to log in with");
            return std::nullopt;
        }
        if (is_secret || type == root_certificate) {
            (is_secret ? access.secret : access.certificate) = uri;
        }
        access.subnet = access.subnet || type == "VPC_SUBNET";
        access.security_group = access.security_group || type == "VPC_SECURITY_GROUP";
    }
    if (access.subnet != access.security_group) {
        event.properties.error(
            "SourceAccessConfigurations",
            "VPC_SUBNET and VPC_SECURITY_GROUP go together",
            access.subnet ? "add VPC_SECURITY_GROUP" : "add VPC_SUBNET");
        return std::nullopt;
    }
    if (access.secret == nullptr && access.certificate == nullptr && !access.subnet) {
        event.properties.error(
            "SourceAccessConfigurations",
            "SelfManagedKafka event needs a secret or a network to reach its brokers",
            "SASL_SCRAM_256_AUTH, SASL_SCRAM_512_AUTH, BASIC_AUTH, CLIENT_CERTIFICATE_TLS_AUTH, or "
            "VPC_SUBNET with VPC_SECURITY_GROUP");
        return std::nullopt;
    }
    return access;
}

} // namespace

bool grant_self_managed_kafka(FunctionEvent& event) {
    for (const char* name : {"KafkaBootstrapServers", "Topics"}) {
        if (event.properties.given(name) == nullptr) {
            event.properties.error(
                "",
                fmt::format("SelfManagedKafka event needs {}", name),
                fmt::format("add a list of {}", name));
            return false;
        }
    }
    if (const List* topics = event.properties["Topics"].as_list(); topics && topics->size() > 1) {
        event.properties.error("Topics", "a SelfManagedKafka event takes one topic");
        return false;
    }
    const List* list = source_access(event);
    const auto access = list == nullptr ? std::nullopt : broker_access(event, *list);
    if (!access) {
        return false;
    }
    List statements;
    const Value* secret = access->secret;
    if (secret != nullptr) {
        statements.emplace_back(read_secret(*secret));
    }
    if (access->certificate != nullptr) {
        // AWS's transform grants the secret of the credentials a second time here, also when there
        // are none.
        statements.emplace_back(read_secret(secret != nullptr ? *secret : Value()));
    }
    if (access->subnet) {
        statements.emplace_back(use_network());
    }
    const auto key = key_arn(event);
    if (!key || !grant_schema_registry(event, statements)) {
        return false;
    }
    if (!key->is_null()) {
        statements.emplace_back(statement(List{"kms:Decrypt"}, *key));
    }
    event.policies.add(
        "SelfManagedKafkaExecutionRolePolicy",
        Map{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}});
    return true;
}

bool grant_broker(FunctionEvent& event) {
    const List* list = source_access(event);
    const Value* secret = list == nullptr ? nullptr : only_basic_auth(event, *list, "VIRTUAL_HOST");
    const auto key = secret == nullptr ? std::nullopt : key_arn(event);
    if (!key) {
        return false;
    }
    List statements{
        read_secret(*secret), statement(List{"mq:DescribeBroker"}, event.properties["Broker"])};
    if (!key->is_null()) {
        statements.emplace_back(statement("kms:Decrypt", *key));
    }
    const bool* own_name = event.properties["DynamicPolicyName"].as_boolean();
    event.policies.add(
        own_name != nullptr && *own_name ? event.prefix + "AMQPolicy" : "SamAutoGeneratedAMQPolicy",
        Map{{"Statement", std::move(statements)}});
    return true;
}

bool grant_document_db(FunctionEvent& event) {
    const List* list = source_access(event);
    const Value* secret = list == nullptr ? nullptr : only_basic_auth(event, *list);
    const auto key = secret == nullptr ? std::nullopt : key_arn(event);
    if (!key) {
        return false;
    }
    constexpr std::string_view account =
        "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:";
    List statements{
        read_secret(*secret),
        statement(
            List{"rds:DescribeDBClusterParameters"},
            make_sub(fmt::format("{}cluster-pg:*", account))),
        statement(List{"rds:DescribeDBSubnetGroups"}, make_sub(fmt::format("{}subgrp:*", account))),
        statement(List{"rds:DescribeDBClusters"}, event.properties["Cluster"]),
        use_network()};
    if (!key->is_null()) {
        statements.emplace_back(statement(List{"kms:Decrypt"}, *key));
    }
    event.policies.add(
        "SamAutoGeneratedDocumentDBPolicy", Map{{"Statement", std::move(statements)}});
    return true;
}

} // namespace samara::transform
