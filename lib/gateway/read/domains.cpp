#include "gateway/read/domains.h"

#include "base/strings.h"
#include "gateway/read/diagnostics.h"
#include "gateway/read/owned_resources.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

struct MappingType {
    std::string_view type;
    std::string_view path;
};

constexpr std::array<MappingType, 2> mapping_types{{
    {"AWS::ApiGateway::BasePathMapping", "BasePath"},
    {"AWS::ApiGatewayV2::ApiMapping", "ApiMappingKey"},
}};

/// Ref of a domain name resource is its logical id here, and its domain on AWS.
std::string domain_of(const data::Map& resources, const std::string& named) {
    const data::Value* resource = resources.find(named);
    const data::Value* properties = resource == nullptr ? nullptr : resource->find("Properties");
    const std::string domain =
        properties == nullptr ? std::string() : data::text_of(*properties, "DomainName");
    return base::to_lower(domain.empty() ? named : domain);
}

/// A domain that AWS opens to clients with a certificate of its trust store only.
void report_mutual_tls(
    const data::Map& resources,
    const std::string& named,
    const Api& api,
    base::Diagnostics& diagnostics) {
    const data::Value* resource = resources.find(named);
    const data::Value* properties = resource == nullptr ? nullptr : resource->find("Properties");
    const data::Value* mutual =
        properties == nullptr ? nullptr : properties->find("MutualTlsAuthentication");
    const data::Value* store = mutual == nullptr ? nullptr : mutual->find("TruststoreUri");
    if (store != nullptr && !store->is_null()) {
        diagnostics.push_back(diagnose(
            base::Severity::warning,
            fmt::format(
                "{}: clients of {} need a certificate on AWS (MutualTlsAuthentication); here they "
                "are asked for none, and let in",
                api.id,
                domain_of(resources, named)),
            api.id,
            store->where()));
    }
}

} // namespace

void read_domains(const data::Map& resources, Api& api, base::Diagnostics& diagnostics) {
    for (const MappingType& type : mapping_types) {
        const std::string_view owner = type.type == mapping_types[0].type ? "RestApiId" : "ApiId";
        for (const data::Entry& entry : resources) {
            const data::Value* properties = entry.value.find("Properties");
            if (properties == nullptr || data::text_of(entry.value, "Type") != type.type ||
                data::text_of(*properties, owner) != api.id) {
                continue;
            }
            std::string path = data::text_of(*properties, type.path);
            path = path == "(none)" || path.empty() ? "" : "/" + path;
            const std::string named = data::text_of(*properties, "DomainName");
            const std::string domain = domain_of(resources, named);
            if (std::none_of(api.domains.begin(), api.domains.end(), [&](const auto& known) {
                    return known.domain == domain; // told already
                })) {
                report_mutual_tls(resources, named, api, diagnostics);
            }
            api.domains.push_back({domain, std::move(path)});
        }
    }
}

} // namespace samara::gateway
