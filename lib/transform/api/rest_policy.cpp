#include "transform/api/rest_policy.h"

#include "base/strings.h"
#include "transform/api/openapi.h"
#include "transform/api/python_order.h"
#include "transform/api/rest_api_event.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view policy_key = "x-amazon-apigateway-policy";

/// The policy of a definition while statements are added to it.
class Policy {
public:
    explicit Policy(Map& definition) : definition_(&definition) {}

    /// The first statement stands alone, those after it make a list.
    void add_alone(Map statement) {
        Map& policy = open();
        Value& statements = policy["Statement"];
        if (statements.is_null()) {
            statements = std::move(statement);
            return;
        }
        list(statements).emplace_back(std::move(statement));
    }

    /// Unless it is there already.
    void add(Value statement) {
        List& statements = list(open()["Statement"]);
        if (std::find(statements.begin(), statements.end(), statement) == statements.end()) {
            statements.push_back(std::move(statement));
        }
    }

    /// As it is when there is none yet.
    void add_custom(const Value& given) {
        Value& statements = open()["Statement"];
        if (statements.is_null()) {
            statements = given;
            return;
        }
        for (const Value& one : given.is_list() ? *given.as_list() : List{given}) {
            add(one);
        }
    }

    /// The policy is written also when nothing was added.
    void write() { map(); }

private:
    Map& map() {
        Value& policy = (*definition_)[policy_key];
        if (!policy.is_map()) {
            policy = Map{};
        }
        return *policy.as_map();
    }

    Map& open() {
        Map& policy = map();
        policy.set("Version", "2012-10-17");
        return policy;
    }

    static List& list(Value& statements) {
        if (statements.is_null()) {
            statements = List{};
        } else if (!statements.is_list()) {
            statements = List{std::move(statements)};
        }
        return *statements.as_list();
    }

    Map* definition_;
};

/// execute-api ARNs of the methods of a path.
List resources_of(Map& definition, const RestPlace& place) {
    List resources;
    Map* paths = definition.find("paths")->as_map();
    const data::Entry* entry = paths->find_entry(place.path);
    if (entry == nullptr) {
        return resources;
    }
    for (const Map* methods : branches(*paths->find(place.path))) {
        for (const data::Entry* method : in_python_order(*methods, place.now)) {
            const bool any = openapi_method(method->key) == any_method;
            Value arn = fmt::format(
                "execute-api:/${{__Stage__}}/{}{}",
                any ? std::string("*") : base::to_upper(method->key),
                path_pattern(place.path));
            arn.set_where(entry->key_where);
            resources.emplace_back(
                Map{{"Fn::Sub", List{std::move(arn), Map{{"__Stage__", place.stage}}}}});
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

/// Everyone may, but those of the condition may not.
void deny_if(Policy& policy, const List& resources, std::string_view comparison, Map condition) {
    policy.add(statement("Allow", "*", resources));
    Map denial = statement("Deny", "*", resources);
    denial.set("Condition", Map{{std::string(comparison), std::move(condition)}});
    policy.add(std::move(denial));
}

List as_list(const Value& value) {
    return value.is_list() ? *value.as_list() : List{value};
}

/// What a Python list is extended with by `value`: the items of a list, the names of a map, the
/// characters of a text.
List items_of(const Value& value) {
    if (const List* list = value.as_list()) {
        return *list;
    }
    List out;
    if (const Map* map = value.as_map()) {
        for (const data::Entry& entry : *map) {
            out.emplace_back(entry.key);
            out.back().set_where(entry.key_where);
        }
    }
    std::string character;
    for (const char byte : value.text()) {
        const bool continues = (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
        if (!continues && !character.empty()) {
            out.emplace_back(std::exchange(character, {}));
        }
        character += byte;
    }
    if (!character.empty()) {
        out.emplace_back(std::move(character));
    }
    return out;
}

struct VpcRule {
    std::string_view literal; ///< vpc-... and vpce-... together
    std::string_view vpcs;    ///< intrinsics that give VPC ids
    std::string_view endpoints;
    std::string_view comparison;
};

constexpr std::array vpc_rules{
    VpcRule{
        "SourceVpcBlacklist", "IntrinsicVpcBlacklist", "IntrinsicVpceBlacklist", "StringEquals"},
    VpcRule{
        "SourceVpcWhitelist", "IntrinsicVpcWhitelist", "IntrinsicVpceWhitelist", "StringNotEquals"},
};

/// The ids of one rule as a condition; empty when it has none, nothing after an error.
std::optional<Map> vpc_condition(Context& context, const Value& policy, const VpcRule& rule) {
    List vpcs;
    List endpoints;
    const Value* mixed = policy.find(rule.literal);
    for (const Value& id : mixed != nullptr && mixed->is_list() ? *mixed->as_list() : List{}) {
        if (!id.is_string()) {
            context.error(
                fmt::format("{} of ResourcePolicy takes ids as text", rule.literal),
                fmt::format("write intrinsic functions under {} or {}", rule.vpcs, rule.endpoints),
                id.where());
            return std::nullopt;
        }
        if (id.text().starts_with("vpce-")) {
            endpoints.push_back(id);
        } else if (id.text().starts_with("vpc-")) {
            vpcs.push_back(id);
        }
    }
    const auto extend = [&](List& ids, std::string_view property) {
        const Value* more = policy.find(property);
        if (more != nullptr && !more->is_null()) {
            const List list = items_of(*more);
            ids.insert(ids.end(), list.begin(), list.end());
        }
    };
    extend(vpcs, rule.vpcs);
    extend(endpoints, rule.endpoints);
    Map condition;
    if (!vpcs.empty()) {
        condition.set("aws:SourceVpc", std::move(vpcs));
    }
    if (!endpoints.empty()) {
        condition.set("aws:SourceVpce", std::move(endpoints));
    }
    return condition;
}

} // namespace

bool restrict_path(Context& context, Map& definition, const Value& given, const RestPlace& place) {
    const List resources = resources_of(definition, place);
    Policy policy(definition);
    for (const auto& [property, effect] :
         {std::pair{"AwsAccountWhitelist", "Allow"}, std::pair{"AwsAccountBlacklist", "Deny"}}) {
        const Value* ids = given.find(property);
        if (!is_given(ids)) {
            continue;
        }
        if (!ids->is_list() && !ids->is_map()) {
            context.error(
                fmt::format("{} of ResourcePolicy must be a list of account ids", property),
                {},
                ids->where());
            return false;
        }
        policy.add_alone(statement(effect, Map{{"AWS", as_list(*ids)}}, resources));
    }
    for (const auto& [property, comparison] :
         {std::pair{"IpRangeWhitelist", "NotIpAddress"},
          std::pair{"IpRangeBlacklist", "IpAddress"}}) {
        if (const Value* ranges = given.find(property); is_given(ranges)) {
            deny_if(policy, resources, comparison, Map{{"aws:SourceIp", as_list(*ranges)}});
        }
    }
    for (const VpcRule& rule : vpc_rules) {
        auto condition = vpc_condition(context, given, rule);
        if (!condition) {
            return false;
        }
        if (!condition->empty()) {
            deny_if(policy, resources, rule.comparison, std::move(*condition));
        }
    }
    policy.write();
    return true;
}

void add_custom_statements(Map& definition, const Value& policy) {
    if (const Value* custom = policy.find("CustomStatements"); is_given(custom)) {
        Policy(definition).add_custom(*custom);
    }
}

} // namespace samara::transform
