#include "cloud/deploy/stateful.h"

#include "data/accessors.h"
#include "data/embedded_table.h"
#include "samara_cloud_files.h"

#include <set>

namespace samara::cloud {

namespace {

std::set<std::string, std::less<>> read_types() {
    constexpr std::string_view file = "schemas/cloud/stateful.json";
    std::set<std::string, std::less<>> types;
    const data::Value table = data::embedded_table(embedded(file), file);
    for (std::string& type : data::texts_of(&table)) {
        types.insert(std::move(type));
    }
    return types;
}

bool is_kept(const aws_client::Change& change) {
    return change.policy.find("Retain") != std::string::npos ||
           change.policy.find("Snapshot") != std::string::npos;
}

} // namespace

bool holds_data(std::string_view type) {
    static const auto types = read_types();
    return types.contains(type);
}

std::vector<DataAtRisk> data_at_risk(const std::vector<aws_client::Change>& changes) {
    std::vector<DataAtRisk> found;
    for (const aws_client::Change& change : changes) {
        if (!holds_data(change.type) || is_kept(change)) {
            continue;
        }
        if (change.action == "Remove") {
            found.push_back({change.logical_id, change.type, "is removed"});
        } else if (change.replacement == "True") {
            found.push_back({change.logical_id, change.type, "is replaced"});
        } else if (change.replacement == "Conditional") {
            found.push_back({change.logical_id, change.type, "may be replaced"});
        }
    }
    return found;
}

} // namespace samara::cloud
