#include "transform/connector/connector.h"

#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"

#include <algorithm>

#include <fmt/format.h>

/// AWS::Serverless::Connector and the Connectors attribute of its source
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-connector.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view connector_type = "AWS::Serverless::Connector";

/// Nothing after an error.
std::optional<std::vector<std::string>> read_permissions(const Resource& connector) {
    std::vector<std::string> out;
    if (!connector["Permissions"].is_list()) {
        connector.error(
            "Permissions", "Permissions must be known before the deployment", "[Read, Write]");
        return std::nullopt;
    }
    for (const Value& item : *connector["Permissions"].as_list()) {
        if (!item.is_string() || (item.text() != "Read" && item.text() != "Write")) {
            connector.error_at(
                item, "Permissions", "a permission is Read or Write", "[Read, Write]");
            return std::nullopt;
        }
        if (std::find(out.begin(), out.end(), item.text()) == out.end()) {
            out.push_back(*item.as_string());
        }
    }
    if (out.empty()) {
        connector.error("Permissions", "Permissions is empty", "add Read, Write or both");
        return std::nullopt;
    }
    return out;
}

void add_dependency(Map& resource, const std::string& id) {
    Value& depends_on = resource["DependsOn"];
    List list;
    if (depends_on.is_string()) {
        list.push_back(depends_on);
    } else if (depends_on.is_list()) {
        list = *depends_on.as_list();
    }
    list.emplace_back(id);
    depends_on = std::move(list);
}

bool is_mapping_between(
    const Value& resource, const ConnectorEnd& source, const ConnectorEnd& destination) {
    const Value* type = resource.find("Type");
    const Value* properties = resource.find("Properties");
    return type != nullptr && type->text() == "AWS::Lambda::EventSourceMapping" &&
           properties != nullptr && refers_to(properties->find("FunctionName"), destination.id) &&
           refers_to(properties->find("EventSourceArn"), source.id);
}

/// What cannot be deployed before the policy `id` waits for it.
void order_deployment(
    Context& context,
    const ConnectorEnd& source,
    const ConnectorEnd& destination,
    const std::string& id) {
    const Map* profile = context.connector_facts().profile(source.type, destination.type);
    const Value* waits = profile->find("waits");
    if (waits == nullptr || source.id.empty()) {
        return;
    }
    if (waits->text() == "source") {
        Value* resource = context.generated().find(source.id);
        resource = resource != nullptr ? resource : context.resources().find(source.id);
        add_dependency(*resource->as_map(), id);
        return;
    }
    for (Map* resources : {&context.resources(), &context.generated()}) {
        for (data::Entry& entry : *resources) {
            if (is_mapping_between(entry.value, source, destination)) {
                add_dependency(*entry.value.as_map(), id);
            }
        }
    }
}

/// The maps that Destination is or lists; nothing after an error.
std::optional<std::vector<Map>> read_destinations(const Resource& connector) {
    const Value& given = connector["Destination"];
    if (given.is_map()) {
        return std::vector<Map>{*given.as_map()};
    }
    std::vector<Map> out;
    for (const Value& item : *given.as_list()) {
        if (!item.is_map()) {
            connector.error_at(item, "Destination", "each Destination must be a map");
            return std::nullopt;
        }
        out.push_back(*item.as_map());
    }
    if (out.empty()) {
        connector.error("Destination", "Destination is empty", "add at least one destination");
        return std::nullopt;
    }
    return out;
}

} // namespace

void extract_embedded_connectors(Context& context) {
    Map added;
    for (data::Entry& source : context.resources()) {
        Map* resource = source.value.as_map();
        Value* connectors = resource == nullptr ? nullptr : resource->find("Connectors");
        if (connectors == nullptr) {
            continue;
        }
        base::Error wrong;
        wrong.resource = source.key;
        wrong.property = "Connectors";
        if (!connectors->is_map()) {
            wrong.message = "Connectors must be a map of names and connectors";
            wrong.where = connectors->where();
            context.report({base::Severity::error, std::move(wrong)});
            continue;
        }
        for (data::Entry& entry : *connectors->as_map()) {
            Value* properties = entry.value.find("Properties");
            if (properties == nullptr || !properties->is_map()) {
                wrong.message =
                    fmt::format("connector {} must be a map with Properties", entry.key);
                wrong.where = entry.key_where;
                context.report({base::Severity::error, wrong});
                continue;
            }
            Map reference{{"Id", source.key}};
            if (const Value* more = properties->find("SourceReference");
                more != nullptr && more->is_map()) {
                for (const data::Entry& member : *more->as_map()) {
                    reference.set(member);
                }
            }
            properties->as_map()->erase("SourceReference");
            properties->as_map()->set("Source", std::move(reference));
            entry.value.as_map()->set("Type", connector_type);
            added.set(data::Entry(source.key + entry.key, std::move(entry.value), entry.key_where));
        }
        resource->erase("Connectors");
    }
    for (data::Entry& connector : added) {
        context.resources().set(std::move(connector));
    }
}

void expand_connector(Resource& connector) {
    if (!connector.check("Connector")) {
        return;
    }
    const auto permissions = read_permissions(connector);
    auto destinations = permissions ? read_destinations(connector) : std::nullopt;
    const auto reference = connector.below("Source");
    auto source = destinations && reference ? connector_end(*reference) : std::nullopt;
    if (!source) {
        return;
    }
    Context& context = connector.context();
    List generated;
    for (std::size_t i = 0; i < destinations->size(); ++i) {
        const auto destination = connector_end(connector.beside("Destination", (*destinations)[i]));
        if (!destination) {
            continue;
        }
        set_role_of_target(context, *source, *destination);
        Map attributes = connector.all_attributes();
        if (const Value* depends_on = connector.attribute("DependsOn")) {
            attributes.set("DependsOn", *depends_on);
        }
        const ConnectorPlace place{
            connector,
            connector.logical_id(),
            connector["Destination"].is_list() ? fmt::format("Destination{}", i) : std::string(),
            std::move(attributes)};
        const std::string id = connect(place, *source, *destination, *permissions);
        if (id.empty()) {
            continue;
        }
        generated.emplace_back(id);
        order_deployment(context, *source, *destination, id);
    }
    context.replace_dependency(connector.logical_id(), std::move(generated));
}

} // namespace samara::transform
