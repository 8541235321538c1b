#include "data/embedded_table.h"
#include "samara_transform_files.h"
#include "transform/connector/connector.h"

namespace samara::transform {

using data::Map;
using data::Value;

ConnectorFacts::ConnectorFacts()
    : facts_(data::embedded_table(embedded("connectors.json"), "connectors.json")) {}

std::string_view ConnectorFacts::plain_type(std::string_view type) const {
    const Value* plain = facts_.find("types")->find(type);
    return plain == nullptr ? type : plain->text();
}

const Value* ConnectorFacts::resource(std::string_view type) const {
    return facts_.find("resources")->find(type);
}

const Map* ConnectorFacts::profile(std::string_view source, std::string_view destination) const {
    for (const Value& profile : *facts_.find("profiles")->as_list()) {
        if (profile.find("source")->text() == source &&
            profile.find("destination")->text() == destination) {
            return profile.as_map();
        }
    }
    return nullptr;
}

std::vector<std::string_view> ConnectorFacts::destinations(std::string_view source) const {
    std::vector<std::string_view> out;
    for (const Value& profile : *facts_.find("profiles")->as_list()) {
        if (profile.find("source")->text() == source) {
            out.push_back(profile.find("destination")->text());
        }
    }
    return out;
}

const data::List& ConnectorFacts::statements(std::string_view name) const {
    return *facts_.find("statements")->find(name)->as_list();
}

} // namespace samara::transform
