#include "transform/rest_policy.h"

#include "base/strings.h"
#include "transform/intrinsics.h"
#include "transform/openapi.h"
#include "transform/python_order.h"
#include "transform/rest_api_event.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view policy_key = "x-amazon-apigateway-policy";

/// The definition's statements, as a list.
List& statements_of(Map& definition) {
    Value& policy = definition[policy_key];
    if (!policy.is_map()) {
        policy = Map{{"Version", "2012-10-17"}};
    }
    Value& statements = (*policy.as_map())["Statement"];
    if (statements.is_null()) {
        statements = List{};
    } else if (!statements.is_list()) {
        statements = List{std::move(statements)};
    }
    return *statements.as_list();
}

/// execute-api ARNs of the methods of a path.
List resources_of(Map& definition, std::string_view path, const Value& stage, std::uint32_t now) {
    List resources;
    data::Map* paths = definition.find("paths")->as_map();
    const data::Entry* entry = paths->find_entry(path);
    if (entry == nullptr) {
        return resources;
    }
    for (const Map* methods : branches(*paths->find(path))) {
        for (const data::Entry* method : in_python_order(*methods, now)) {
            const std::string name =
                method->key == any_method ? std::string("*") : base::to_upper(method->key);
            Value arn =
                fmt::format("execute-api:/${{__Stage__}}/{}{}", name, permission_path(path));
            arn.set_where(entry->key_where);
            resources.emplace_back(
                Map{{"Fn::Sub", List{std::move(arn), Map{{"__Stage__", stage}}}}});
        }
    }
    return resources;
}

Map statement(std::string_view effect, Value principal, const List& resources) {
    return Map{
        {"Effect", effect},
        {"Action", "execute-api:Invoke"},
        {"Resource", resources},
        {"Principal", std::move(principal)}};
}

void allow_everyone(List& statements, const List& resources) {
    Value everyone = statement("Allow", "*", resources);
    if (std::find(statements.begin(), statements.end(), everyone) == statements.end()) {
        statements.push_back(std::move(everyone));
    }
}

/// Everyone may, but those of the condition may not.
void deny_if(List& statements, const List& resources, std::string_view comparison, Map condition) {
    allow_everyone(statements, resources);
    Map denial = statement("Deny", "*", resources);
    denial.set("Condition", Map{{std::string(comparison), std::move(condition)}});
    statements.emplace_back(std::move(denial));
}

List as_list(const Value& value) {
    return value.is_list() ? *value.as_list() : List{value};
}

struct VpcRule {
    std::string_view literal; ///< vpc-... and vpce-... together
    std::string_view vpcs;    ///< intrinsics that give VPC ids
    std::string_view endpoints;
    std::string_view comparison;
};

constexpr std::array vpc_rules{
    VpcRule{
        "SourceVpcWhitelist", "IntrinsicVpcWhitelist", "IntrinsicVpceWhitelist", "StringNotEquals"},
    VpcRule{
        "SourceVpcBlacklist", "IntrinsicVpcBlacklist", "IntrinsicVpceBlacklist", "StringEquals"},
};

void restrict_vpcs(
    Context& context,
    List& statements,
    const List& resources,
    const Value& policy,
    const VpcRule& rule) {
    List vpcs;
    List endpoints;
    if (const Value* mixed = policy.find(rule.literal)) {
        for (const Value& id : as_list(*mixed)) {
            if (!id.is_string()) {
                context.error(
                    fmt::format("{} of ResourcePolicy takes ids as text", rule.literal),
                    fmt::format(
                        "write intrinsic functions under {} or {}", rule.vpcs, rule.endpoints),
                    id.where());
                return;
            }
            (id.text().starts_with("vpce-") ? endpoints : vpcs).push_back(id);
        }
    }
    if (const Value* more = policy.find(rule.vpcs)) {
        const List list = as_list(*more);
        vpcs.insert(vpcs.end(), list.begin(), list.end());
    }
    if (const Value* more = policy.find(rule.endpoints)) {
        const List list = as_list(*more);
        endpoints.insert(endpoints.end(), list.begin(), list.end());
    }
    Map condition;
    if (!vpcs.empty()) {
        condition.set("aws:SourceVpc", std::move(vpcs));
    }
    if (!endpoints.empty()) {
        condition.set("aws:SourceVpce", std::move(endpoints));
    }
    if (!condition.empty()) {
        deny_if(statements, resources, rule.comparison, std::move(condition));
    }
}

} // namespace

void restrict_path(
    Context& context,
    Map& definition,
    const Value& policy,
    std::string_view path,
    const Value& stage,
    std::uint32_t now) {
    const List resources = resources_of(definition, path, stage, now);
    List statements = statements_of(definition);
    const bool alone = statements.empty();
    const auto accounts = [&](std::string_view property, std::string_view effect) {
        if (const Value* ids = policy.find(property); ids != nullptr && !ids->is_null()) {
            statements.emplace_back(statement(effect, Map{{"AWS", as_list(*ids)}}, resources));
        }
    };
    accounts("AwsAccountWhitelist", "Allow");
    accounts("AwsAccountBlacklist", "Deny");
    const auto addresses = [&](std::string_view property, std::string_view comparison) {
        if (const Value* ranges = policy.find(property); ranges != nullptr && !ranges->is_null()) {
            deny_if(statements, resources, comparison, Map{{"aws:SourceIp", as_list(*ranges)}});
        }
    };
    addresses("IpRangeWhitelist", "NotIpAddress");
    addresses("IpRangeBlacklist", "IpAddress");
    for (const VpcRule& rule : vpc_rules) {
        restrict_vpcs(context, statements, resources, policy, rule);
    }
    if (alone && statements.size() == 1) {
        definition.find(policy_key)->as_map()->set("Statement", std::move(statements.front()));
        return;
    }
    statements_of(definition) = std::move(statements);
}

void add_custom_statements(Map& definition, const Value& policy) {
    const Value* custom = policy.find("CustomStatements");
    if (custom == nullptr || custom->is_null()) {
        return;
    }
    List& statements = statements_of(definition);
    if (statements.empty()) {
        definition.find(policy_key)->as_map()->set("Statement", *custom);
        return;
    }
    for (Value& one : as_list(*custom)) {
        statements.push_back(std::move(one));
    }
}

} // namespace samara::transform
