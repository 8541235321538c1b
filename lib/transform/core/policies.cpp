#include "transform/core/policies.h"

#include "base/hint.h"
#include "base/strings.h"
#include "data/read.h"
#include "samara_transform_files.h"
#include "transform/core/intrinsics.h"
#include "transform/core/managed_policies.h"
#include "transform/core/policy_templates.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

enum class PolicyKind : std::uint8_t { managed, document, policy_template, unknown };

class Reader {
public:
    Reader(const Properties& properties, std::string_view role_id, RolePolicies& out)
        : properties_(properties), role_id_(role_id), out_(out) {}

    bool read(const Value& entry, std::size_t index) {
        switch (kind_of(entry)) {
        case PolicyKind::managed:
            out_.add_managed(managed(entry));
            return true;
        case PolicyKind::document:
        case PolicyKind::policy_template:
            if (auto policy = named(entry, fmt::format("{}Policy{}", role_id_, index))) {
                out_.inlined.push_back(std::move(*policy));
                return true;
            }
            return false;
        case PolicyKind::unknown:
            break;
        }
        report_unknown(entry);
        return false;
    }

    /// Whether `entry`, if it is a policy template, has the parameters that it needs.
    bool check_template(const Value& entry) {
        return kind_of(entry) != PolicyKind::policy_template || named(entry, {}).has_value();
    }

    void report_if_unknown(const Value& entry) {
        if (kind_of(entry) == PolicyKind::unknown) {
            report_unknown(entry);
        }
    }

private:
    PolicyKind kind_of(const Value& entry) {
        if (auto choice = as_if(entry)) {
            const PolicyKind then_kind = kind_of(choice->then_value);
            const PolicyKind else_kind = kind_of(choice->else_value);
            if (is_no_value(choice->then_value)) {
                return else_kind;
            }
            return then_kind == else_kind || is_no_value(choice->else_value) ? then_kind
                                                                             : PolicyKind::unknown;
        }
        if (entry.is_string() || is_intrinsic(entry)) {
            return argument_of(entry, "Fn::If") == nullptr ? PolicyKind::managed
                                                           : PolicyKind::unknown;
        }
        const Map* map = entry.as_map();
        if (map == nullptr) {
            return PolicyKind::unknown;
        }
        if (map->contains("Statement")) {
            return PolicyKind::document;
        }
        return map->size() == 1 && templates().contains(map->begin()->key)
                   ? PolicyKind::policy_template
                   : PolicyKind::unknown;
    }

    PolicyTemplates& templates() { return properties_.context().policy_templates(); }

    /// Names become ARNs, those in the branches of an Fn::If too.
    Value managed(const Value& entry) {
        if (auto choice = as_if(entry)) {
            return Map{
                {"Fn::If",
                 List{choice->condition, arn_of(choice->then_value), arn_of(choice->else_value)}}};
        }
        return arn_of(entry);
    }

    Value arn_of(const Value& entry) {
        const std::string* name = entry.as_string();
        return name == nullptr ? entry : managed_policy(properties_.context(), *name);
    }

    /// As named; an Fn::If of documents in a branch is taken for a document itself.
    std::optional<Value> named_branch(const Value& branch, const std::string& name) {
        if (as_if(branch) && kind_of(branch) == PolicyKind::document) {
            return Value(Map{{"PolicyName", name}, {"PolicyDocument", branch}});
        }
        return named(branch, name);
    }

    /// {PolicyName, PolicyDocument}, or an Fn::If of two of them.
    std::optional<Value> named(const Value& entry, const std::string& name) {
        if (is_no_value(entry)) {
            return entry;
        }
        if (auto choice = as_if(entry)) {
            auto then_value = named_branch(choice->then_value, name);
            auto else_value = named_branch(choice->else_value, name);
            if (!then_value || !else_value) {
                return std::nullopt;
            }
            return Value(Map{
                {"Fn::If",
                 List{choice->condition, std::move(*then_value), std::move(*else_value)}}});
        }
        Value document = entry;
        if (!entry.as_map()->contains("Statement")) {
            const data::Entry& call = *entry.as_map()->begin();
            auto filled = templates().fill(properties_, call);
            if (!filled) {
                return std::nullopt;
            }
            document = std::move(*filled);
        }
        return Value(Map{{"PolicyName", name}, {"PolicyDocument", std::move(document)}});
    }

    void report_unknown(const Value& entry) {
        std::string hint =
            "a managed policy's name or ARN, a document with Statement, or a policy template";
        std::string message = "this is no policy";
        if (const Map* map = entry.as_map(); map != nullptr && map->size() == 1) {
            const std::string& name = map->begin()->key;
            message = fmt::format("there is no policy template {}", name);
            hint = base::did_you_mean(base::nearest(name, templates().names()), std::move(hint));
        }
        properties_.error_at(entry, "Policies", std::move(message), std::move(hint));
    }

    const Properties& properties_;
    std::string_view role_id_;
    RolePolicies& out_;
};

} // namespace

void RolePolicies::add_managed(Value arn) {
    if (std::find(managed.begin(), managed.end(), arn) == managed.end()) {
        managed.push_back(std::move(arn));
    }
}

void RolePolicies::add(std::string name, Value document) {
    Value policy = Map{{"PolicyName", std::move(name)}, {"PolicyDocument", std::move(document)}};
    if (std::find(inlined.begin(), inlined.end(), policy) == inlined.end()) {
        inlined.push_back(std::move(policy));
    }
}

bool check_policy_templates(const Properties& properties) {
    const Value* policies = properties.given("Policies");
    if (policies == nullptr) {
        return true;
    }
    RolePolicies unused;
    Reader reader(properties, {}, unused);
    const List* list = policies->as_list();
    if (list == nullptr) {
        return reader.check_template(*policies);
    }
    bool good = true;
    for (const Value& entry : *list) {
        good = reader.check_template(entry) && good;
    }
    for (const Value& entry : good ? List{} : *list) {
        reader.report_if_unknown(entry); // it would be read no more
    }
    return good;
}

bool read_policies(const Properties& properties, std::string_view role_id, RolePolicies& out) {
    const Value* policies = properties.given("Policies");
    if (policies == nullptr) {
        return true;
    }
    Reader reader(properties, role_id, out);
    const List* list = policies->as_list();
    if (list == nullptr) {
        return reader.read(*policies, 0);
    }
    bool good = true;
    for (std::size_t i = 0; i < list->size(); ++i) {
        good = reader.read((*list)[i], i) && good;
    }
    return good;
}

Value managed_policy_arn(const Context& context, std::string_view path) {
    return fmt::format("arn:{}:iam::aws:policy/{}", context.partition(), path);
}

Value trust_policy(std::string_view service) {
    return Map{
        {"Version", "2012-10-17"},
        {"Statement",
         List{
             Map{{"Action", List{"sts:AssumeRole"}},
                 {"Effect", "Allow"},
                 {"Principal", Map{{"Service", List{service}}}}}}}};
}

Value allow(Value actions, Value resources) {
    return Map{
        {"Statement",
         List{
             Map{{"Action", std::move(actions)},
                 {"Effect", "Allow"},
                 {"Resource", std::move(resources)}}}}};
}

} // namespace samara::transform
