#include "data/walk.h"
#include "transform/connector/connector.h"
#include "transform/core/intrinsics.h"

#include <algorithm>

#include <fmt/format.h>

/// What a connector generates.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

class Grant {
public:
    Grant(
        const ConnectorPlace& place,
        const ConnectorEnd& source,
        const ConnectorEnd& destination,
        const Map& profile)
        : place_(place), source_(source), destination_(destination), profile_(profile) {}

    std::string emit(const std::vector<std::string>& permissions) {
        const std::string_view kind = fact("grant").text();
        if (kind == "role") {
            return emit_role_policy(permissions);
        }
        if (kind == "function") {
            return emit_function_permission(permissions.front());
        }
        return kind == "queue"
                   ? emit_resource_policy(
                         "QueuePolicy",
                         "AWS::SQS::QueuePolicy",
                         "Queues",
                         "QueueUrl",
                         "sqs:SendMessage")
                   : emit_resource_policy(
                         "TopicPolicy", "AWS::SNS::TopicPolicy", "Topics", "Arn", "sns:Publish");
    }

private:
    [[nodiscard]] const Value& fact(std::string_view name) const {
        static const Value nothing;
        const Value* value = profile_.find(name);
        return value == nullptr ? nothing : *value;
    }

    /// The value `name` of the end "Source" or "Destination"; an error when it is not known.
    Value value_of(std::string_view end_name, std::string_view name) {
        const ConnectorEnd& end = end_name == "Source" ? source_ : destination_;
        const Value* value = end.values.find(name);
        if (value != nullptr && !value->is_null()) {
            return *value;
        }
        if (good_) {
            place_.owner.error(
                end_name,
                end.id.empty() ? fmt::format("{} needs {}", end_name, name)
                               : fmt::format("the {} of {} cannot be told", name, end.id),
                end.id.empty() ? fmt::format("add {}: {}", end_name, name)
                               : fmt::format("give its Type, {} and what else is needed", name));
        }
        good_ = false;
        return {};
    }

    /// `value` with every "%{Source.Arn}" and the like replaced.
    Value filled(const Value& value) {
        const std::string_view text = value.text();
        if (!text.starts_with("%{") || !text.ends_with('}')) {
            return data::with_children(value, [this](const Value& child) { return filled(child); });
        }
        const std::string_view path = text.substr(2, text.size() - 3);
        const std::size_t dot = path.find('.');
        return value_of(path.substr(0, dot), path.substr(dot + 1));
    }

    std::string add(std::string_view suffix, std::string_view type, Map properties) {
        if (!good_) {
            return {};
        }
        std::string id = fmt::format("{}{}{}", place_.id, suffix, place_.suffix);
        Map attributes = place_.attributes;
        const Value* own = attributes.find("Metadata");
        Map metadata = own != nullptr && own->is_map() ? *own->as_map() : Map{};
        metadata.set(
            "aws:sam:connectors",
            Map{
                {place_.id,
                 Map{{"Source", Map{{"Type", source_.shown}}},
                     {"Destination", Map{{"Type", destination_.shown}}}}}});
        attributes.set("Metadata", std::move(metadata));
        place_.owner.emit(id, type, std::move(properties), std::move(attributes));
        return id;
    }

    std::string emit_role_policy(const std::vector<std::string>& permissions) {
        const ConnectorFacts& facts = place_.owner.context().connector_facts();
        // AWS's transform fills in the statements of every permission before it takes what is
        // asked.
        List statements;
        for (const data::Entry& permission : *fact("permissions").as_map()) {
            const bool is_asked =
                std::find(permissions.begin(), permissions.end(), permission.key) !=
                permissions.end();
            for (const Value& name : *permission.value.as_list()) {
                for (const Value& facts_of : facts.statements(name.text())) {
                    Value statement = filled(facts_of);
                    if (is_asked) {
                        statement.as_map()->set("Effect", "Allow");
                        statements.push_back(std::move(statement));
                    }
                }
            }
        }
        Value role = value_of(fact("role").text(), "RoleName");
        return add(
            "Policy",
            "AWS::IAM::ManagedPolicy",
            {{"PolicyDocument",
              Map{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}}},
             {"Roles", List{std::move(role)}}});
    }

    std::string emit_function_permission(std::string_view permission) {
        return add(
            fmt::format("{}LambdaPermission", permission),
            "AWS::Lambda::Permission",
            {{"Action", "lambda:InvokeFunction"},
             {"FunctionName", value_of("Destination", "Arn")},
             {"Principal", fact("principal")},
             {"SourceArn", filled(fact("source_arn"))},
             {"SourceAccount", filled(fact("source_account"))}});
    }

    std::string emit_resource_policy(
        std::string_view suffix,
        std::string_view type,
        std::string_view list,
        std::string_view member,
        std::string_view action) {
        Map statement{
            {"Effect", "Allow"},
            {"Principal", Map{{"Service", fact("principal")}}},
            {"Action", action},
            {"Resource", value_of("Destination", "Arn")},
            {"Condition", Map{{"ArnEquals", Map{{"aws:SourceArn", filled(fact("source_arn"))}}}}}};
        Map policy{
            {"PolicyDocument",
             Map{{"Version", "2012-10-17"}, {"Statement", List{std::move(statement)}}}}};
        policy.set(list, List{value_of("Destination", member)});
        return add(suffix, type, std::move(policy));
    }

    const ConnectorPlace& place_;
    const ConnectorEnd& source_;
    const ConnectorEnd& destination_;
    const Map& profile_;
    bool good_ = true;
};

/// The permissions that the profile offers.
std::vector<std::string> offered(const Map& profile) {
    const Value* permissions = profile.find("permissions");
    if (permissions == nullptr) {
        return {"Write"};
    }
    std::vector<std::string> out;
    for (const data::Entry& entry : *permissions->as_map()) {
        out.push_back(entry.key);
    }
    return out;
}

bool check_permissions(
    const ConnectorPlace& place, const Map& profile, const std::vector<std::string>& permissions) {
    const std::vector<std::string> known = offered(profile);
    const auto contains = [](const std::vector<std::string>& list, const std::string& item) {
        return std::find(list.begin(), list.end(), item) != list.end();
    };
    for (const std::string& permission : permissions) {
        if (!contains(known, permission)) {
            place.owner.error(
                "Permissions",
                fmt::format("this connection has no permission {}", permission),
                fmt::format("use {}", fmt::join(known, " and ")));
            return false;
        }
    }
    if (const Value* needed = profile.find("needs")) {
        for (const data::Entry& entry : *needed->as_map()) {
            if (contains(permissions, entry.key) &&
                !contains(permissions, *entry.value.as_string())) {
                place.owner.error(
                    "Permissions",
                    fmt::format(
                        "this connection has no {} without {}", entry.key, entry.value.text()),
                    fmt::format("[{}, {}]", entry.value.text(), entry.key));
                return false;
            }
        }
    }
    if (profile.contains("together") && permissions.size() != known.size()) {
        place.owner.error(
            "Permissions",
            fmt::format("this connection needs {} together", fmt::join(known, " and ")),
            fmt::format("[{}]", fmt::join(known, ", ")));
        return false;
    }
    return true;
}

} // namespace

std::string connect(
    const ConnectorPlace& place,
    const ConnectorEnd& source,
    const ConnectorEnd& destination,
    const std::vector<std::string>& permissions) {
    const ConnectorFacts& facts = place.owner.context().connector_facts();
    const Map* profile = facts.profile(source.type, destination.type);
    if (profile == nullptr) {
        const auto possible = facts.destinations(source.type);
        place.owner.error(
            possible.empty() ? "Source" : "Destination",
            fmt::format("{} cannot be connected to {}", source.shown, destination.shown),
            possible.empty() ? fmt::format("write a policy; {} is no source", source.shown)
                             : fmt::format("it can to {}", fmt::join(possible, ", ")));
        return {};
    }
    if (!check_permissions(place, *profile, permissions)) {
        return {};
    }
    return Grant(place, source, destination, *profile).emit(permissions);
}

} // namespace samara::transform
