#include "gateway/read/domains.h"

#include "base/strings.h"
#include "gateway/read/owned_resources.h"

#include <array>

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

} // namespace

void read_domains(const data::Map& resources, Api& api) {
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
            api.domains.push_back(
                {domain_of(resources, data::text_of(*properties, "DomainName")), std::move(path)});
        }
    }
}

} // namespace samara::gateway
