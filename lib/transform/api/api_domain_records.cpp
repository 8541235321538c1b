#include "transform/api/api_domain_records.h"

#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"

#include <iterator>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// False and what is empty too.
void copy_written(const Properties& from, std::string_view name, Map& to) {
    if (const Value* value = from.find(name)) {
        to.set(name, *value);
    }
}

List records(const Value& domain_name, const AliasTarget& alias, const Properties& route53) {
    List out;
    for (const char* type : {"A", "AAAA"}) {
        if (type == std::string_view("AAAA") && !is_boolean_true(route53.find("IpV6"))) {
            continue;
        }
        Map target{{"HostedZoneId", alias.hosted_zone}, {"DNSName", alias.dns_name}};
        copy_written(route53, "EvaluateTargetHealth", target);
        Map record{
            {"Name", domain_name}, {"Type", type}, {"AliasTarget", Value(std::move(target))}};
        copy_written(route53, "Region", record);
        copy_written(route53, "SetIdentifier", record);
        out.emplace_back(std::move(record));
    }
    return out;
}

} // namespace

bool emit_records(
    const Resource& api,
    const Properties& domain,
    const Value& domain_name,
    const AliasTarget& alias,
    Grouping grouping) {
    if (domain.find("Route53") == nullptr) {
        return true;
    }
    const auto route53 = domain.below("Route53");
    if (!route53) {
        return false;
    }
    const Value* zone_id = route53->find("HostedZoneId");
    const Value* zone_name = route53->find("HostedZoneName");
    if (zone_id == nullptr && zone_name == nullptr) {
        route53->error(
            "", "Route53 needs HostedZoneId or HostedZoneName", "give the zone of the domain");
        return false;
    }
    const Value* separate = route53->given("SeparateRecordSetGroup");
    if (grouping != Grouping::shared_unless) {
        separate = nullptr;
    }
    if (separate != nullptr && !separate->is_boolean()) {
        route53->wrong_kind("SeparateRecordSetGroup", "true or false");
        return false;
    }
    const Value& zone = is_given(zone_id) || zone_name == nullptr ? *zone_id : *zone_name;
    List added = records(domain_name, alias, *route53);
    std::string id = separate != nullptr ? hashed_id("RecordSetGroup", List{zone, domain_name})
                                         : hashed_id("RecordSetGroup", zone);
    const bool joins = grouping != Grouping::own && separate == nullptr;
    if (Value* group = joins ? api.context().generated().find(id) : nullptr) {
        List& all = *group->find("Properties")->find("RecordSets")->as_list();
        all.insert(
            all.end(),
            std::make_move_iterator(added.begin()),
            std::make_move_iterator(added.end()));
        return true;
    }
    Map properties;
    if (zone_id != nullptr) {
        properties.set("HostedZoneId", *zone_id);
    }
    if (zone_name != nullptr && (zone_id == nullptr || grouping == Grouping::shared_unless)) {
        properties.set("HostedZoneName", *zone_name);
    }
    properties.set("RecordSets", std::move(added));
    api.emit(std::move(id), "AWS::Route53::RecordSetGroup", std::move(properties));
    return true;
}

} // namespace samara::transform
