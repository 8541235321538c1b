#include "base/strings.h"
#include "transform/connector.h"
#include "transform/intrinsics.h"

#include <fmt/format.h>

/// Source and Destination of a connector.
namespace samara::transform {
namespace {

using data::Map;
using data::Value;

/// `value` with every "%{Id}" replaced.
Value with_id(const Value& value, std::string_view id) {
    if (const data::List* list = value.as_list()) {
        data::List out;
        for (const Value& item : *list) {
            out.push_back(with_id(item, id));
        }
        return out;
    }
    if (const Map* map = value.as_map()) {
        Map out;
        for (const data::Entry& entry : *map) {
            out.set(entry.key, with_id(entry.value, id));
        }
        return out;
    }
    return value.text() == "%{Id}" ? Value(id) : value;
}

/// The name of the role that `role` is or whose ARN it is; null when that cannot be told.
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
    // arn:aws:iam::123456789012:role/path/name
    const std::size_t slash = role.text().rfind('/');
    return slash == std::string_view::npos ? Value() : Value(role.text().substr(slash + 1));
}

/// The value at a path like "Targets.RoleArn" in properties; of a list, the first item that has it.
const Value* at_path(const Value* value, std::string_view path) {
    while (value != nullptr && !path.empty()) {
        if (const data::List* list = value->as_list()) {
            for (const Value& item : *list) {
                if (const Value* found = at_path(&item, path)) {
                    return found;
                }
            }
            return nullptr;
        }
        const std::size_t dot = path.find('.');
        value = value->find(path.substr(0, dot));
        path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    }
    return value;
}

/// The resource as it will be deployed, or as it is in the template.
const Value* deployed(Context& context, const std::string& id) {
    const Value* resource = context.generated().find(id);
    return resource != nullptr ? resource : context.resources().find(id);
}

std::string unknown_id_hint(Context& context, const std::string& id) {
    std::vector<std::string_view> ids;
    for (const data::Entry& resource : context.resources()) {
        ids.push_back(resource.key);
    }
    const std::string_view near = base::nearest(id, ids);
    return near.empty() ? std::string() : fmt::format("did you mean {}?", near);
}

std::optional<ConnectorEnd> of_template(const Properties& reference, const std::string& id) {
    Context& context = reference.context();
    const ConnectorFacts& facts = context.state<ConnectorFacts>();
    const Value* resource = context.resources().find(id);
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
    ConnectorEnd end{id, std::string(facts.plain_type(type->text())), *type->as_string(), {}};
    if (const Value* known = facts.resource(end.type)) {
        for (const data::Entry& value : *known->find("values")->as_map()) {
            end.values.set(value.key, with_id(value.value, id));
        }
        const Value* path = known->find("role");
        const Value* role = path == nullptr
                                ? nullptr
                                : at_path(deployed(context, id)->find("Properties"), path->text());
        if (role != nullptr) {
            end.values.set("RoleName", role_name(*role));
        }
    }
    if (const Value* qualifier = reference.find("Qualifier")) {
        end.values.set("Qualifier", *qualifier);
    }
    return end;
}

} // namespace

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
    if (const Value* id = reference.find("Id")) {
        return of_template(reference, *id->as_string());
    }
    const Value* type = reference.find("Type");
    if (type == nullptr) {
        reference.error("", "neither Id nor Type is given", std::string(hint));
        return std::nullopt;
    }
    const ConnectorFacts& facts = reference.context().state<ConnectorFacts>();
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
