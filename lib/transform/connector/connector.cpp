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
    if (std::find(list.begin(), list.end(), Value(id)) == list.end()) {
        list.emplace_back(id);
    }
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
    std::vector<Map*> mappings;
    for (Map* resources : {&context.resources(), &context.generated()}) {
        for (data::Entry& entry : *resources) {
            if (is_mapping_between(entry.value, source, destination)) {
                mappings.push_back(entry.value.as_map());
            }
        }
    }
    if (mappings.size() == 1) { // Lambda takes one only
        add_dependency(*mappings.front(), id);
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

void report(
    Context& context, std::string resource, const base::Location& where, std::string message) {
    base::Error wrong;
    wrong.resource = std::move(resource);
    wrong.property = "Connectors";
    wrong.message = std::move(message);
    wrong.where = where;
    context.report({base::Severity::error, std::move(wrong)});
}

/// Whether the member of Connectors can become a connector; else an error of whom AWS's transform
/// names: the connector, its source, or what the source calls the connector.
bool is_embedded_connector(Context& context, const std::string& source, const data::Entry& entry) {
    if (!entry.value.is_map()) {
        report(
            context,
            source + entry.key,
            entry.key_where,
            fmt::format("connector {} must be a map with Properties", entry.key));
        return false;
    }
    const Value* properties = entry.value.find("Properties");
    const Value* reference = properties == nullptr ? nullptr : properties->find("SourceReference");
    if (properties == nullptr || !properties->is_map() ||
        (reference != nullptr && !reference->is_map())) {
        report(
            context,
            source,
            entry.key_where,
            fmt::format(
                "connector {} must be a map with {}",
                entry.key,
                reference == nullptr ? "Properties" : "a map as SourceReference"));
        return false;
    }
    if (reference != nullptr && reference->find("Id") != nullptr) {
        report(
            context,
            entry.key,
            reference->where(),
            fmt::format("SourceReference has no place for an Id: {} is meant", source));
        return false;
    }
    if (context.resources().contains(source + entry.key)) {
        report(
            context,
            source,
            entry.key_where,
            fmt::format(
                "connector {} would be {}{}, which the template has already",
                entry.key,
                source,
                entry.key));
        return false;
    }
    return true;
}

/// The connector resource that the member of Connectors stands for.
data::Entry embedded_connector(const std::string& source, data::Entry& entry) {
    Map& properties = *entry.value.find("Properties")->as_map();
    Map reference{{"Id", source}};
    if (const Value* more = properties.find("SourceReference")) {
        for (const data::Entry& member : *more->as_map()) {
            reference.set(member);
        }
    }
    properties.erase("SourceReference");
    properties.set("Source", std::move(reference));
    entry.value.as_map()->set("Type", connector_type);
    return {source + entry.key, std::move(entry.value), entry.key_where};
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
        if (!connectors->is_map()) {
            report(
                context,
                source.key,
                connectors->where(),
                "Connectors must be a map of names and connectors");
            continue;
        }
        for (data::Entry& entry : *connectors->as_map()) {
            if (is_embedded_connector(context, source.key, entry)) {
                added.set(embedded_connector(source.key, entry));
            }
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
