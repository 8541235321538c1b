#include "base/hint.h"
#include "base/strings.h"
#include "data/walk.h"
#include "transform/connector/connector.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"

#include <fmt/format.h>

/// Source and Destination of a connector.
namespace samara::transform {
namespace {

using data::Value;

/// `value` with every "%{Id}" replaced.
Value with_id(const Value& value, std::string_view id) {
    return value.text() == "%{Id}"
               ? Value(id)
               : data::with_children(value, [&](const Value& child) { return with_id(child, id); });
}

/// The name of the role that `role` refers to; null for a role of elsewhere, whose ARN is written.
Value role_name(const Value& role) {
    if (argument_of(role, "Ref") != nullptr) {
        return role;
    }
    if (const Value* path = argument_of(role, "Fn::GetAtt")) {
        const data::List* list = path->as_list();
        const std::string_view whole =
            list != nullptr && !list->empty() ? list->front().text() : path->text();
        const std::string_view id = whole.substr(0, whole.find('.'));
        return id.empty() ? Value() : make_ref(id);
    }
    return {};
}

/// The resource as it will be deployed, or as it is in the template.
const Value* deployed(Context& context, const std::string& id) {
    const Value* resource = context.generated().find(id);
    return resource != nullptr ? resource : context.resources().find(id);
}

std::string unknown_id_hint(Context& context, const std::string& id) {
    const std::string_view near = base::nearest(id, data::keys_of(context.resources()));
    return base::did_you_mean(near);
}

std::optional<ConnectorEnd> of_template(const Properties& reference, const std::string& id) {
    Context& context = reference.context();
    const ConnectorFacts& facts = context.connector_facts();
    const Value* own = context.resources().find(id);
    const Value* resource = own != nullptr ? own : context.generated().find(id);
    if (resource == nullptr) {
        reference.error(
            "Id", fmt::format("the template has no resource {}", id), unknown_id_hint(context, id));
        return std::nullopt;
    }
    const Value* type = resource->find("Type");
    if (type == nullptr || !type->is_string()) {
        reference.error("Id", fmt::format("resource {} has no Type", id));
        return std::nullopt;
    }
    if (find_type(type->text()) != nullptr && !context.generated().contains(id)) {
        reference.error(
            "Id",
            fmt::format("{} cannot be connected because it is wrong itself", id),
            fmt::format("see what is said about {}", id));
        return std::nullopt;
    }
    ConnectorEnd end{id, std::string(facts.plain_type(type->text())), *type->as_string(), {}};
    if (const Value* known = facts.resource(end.type)) {
        for (const data::Entry& value : *known->find("values")->as_map()) {
            end.values.set(value.key, with_id(value.value, id));
        }
        const Value* member = known->find("role");
        const Value* properties = deployed(context, id)->find("Properties");
        const Value* role =
            member == nullptr || known->find("role_in") != nullptr || properties == nullptr
                ? nullptr
                : properties->find(member->text());
        if (role != nullptr) {
            end.values.set("RoleName", role_name(*role));
        }
    }
    if (const Value* qualifier = reference.map().find("Qualifier")) {
        end.values.set("Qualifier", *qualifier);
    }
    return end;
}

} // namespace

bool refers_to(const Value* value, std::string_view id) {
    if (value == nullptr) {
        return false;
    }
    if (const Value* name = argument_of(*value, "Ref")) {
        return name->text() == id;
    }
    const Value* path = argument_of(*value, "Fn::GetAtt");
    if (path == nullptr) {
        return false;
    }
    const data::List* list = path->as_list();
    const std::string_view whole =
        list != nullptr && !list->empty() ? list->front().text() : path->text();
    return whole.substr(0, whole.find('.')) == id;
}

void set_role_of_target(Context& context, ConnectorEnd& source, const ConnectorEnd& destination) {
    const Value* known = context.connector_facts().resource(source.type);
    const Value* list_name = known == nullptr ? nullptr : known->find("role_in");
    if (source.id.empty() || list_name == nullptr) {
        return;
    }
    source.values.erase("RoleName");
    const Value* arn = destination.values.find("Arn");
    const auto is_meant = [&](const Value* target) {
        return target != nullptr &&
               ((arn != nullptr && *target == *arn) ||
                (!destination.id.empty() && refers_to(target, destination.id)));
    };
    const Value* properties = deployed(context, source.id)->find("Properties");
    const Value* targets = properties == nullptr ? nullptr : properties->find(list_name->text());
    if (targets == nullptr || !targets->is_list()) {
        return;
    }
    for (const Value& target : *targets->as_list()) {
        if (is_meant(target.find("Arn"))) { // the first one counts, whether it has a role or not
            const Value* role = target.find(known->find("role")->text());
            if (role != nullptr) {
                source.values.set("RoleName", role_name(*role));
            }
            return;
        }
    }
}

std::optional<ConnectorEnd> connector_end(const Properties& reference) {
    constexpr std::string_view hint =
        "Id (and Qualifier) of a resource of this template, or Type and the properties that the "
        "connection needs";
    if (!reference.check("Connector/Reference")) {
        return std::nullopt;
    }
    if (reference.map().contains("Id")) {
        for (const data::Entry& entry : reference.map()) {
            if (entry.key != "Id" && entry.key != "Qualifier") {
                reference.error(
                    entry.key,
                    fmt::format("{} has no place beside Id", entry.key),
                    std::string(hint));
                return std::nullopt;
            }
        }
    }
    if (const Value* id = reference.given("Id")) {
        return of_template(reference, *id->as_string());
    }
    const Value* type = reference.given("Type");
    if (type == nullptr) {
        reference.error("", "neither Id nor Type is given", std::string(hint));
        return std::nullopt;
    }
    const ConnectorFacts& facts = reference.context().connector_facts();
    std::string plain(facts.plain_type(type->text()));
    ConnectorEnd end{{}, plain, plain, {}};
    for (const data::Entry& entry : reference.map()) {
        if (entry.key != "Type" && !entry.value.is_null()) {
            end.values.set(entry.key, entry.value);
        }
    }
    return end;
}

} // namespace samara::transform
