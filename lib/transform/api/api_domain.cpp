#include "transform/api/api_domain.h"

#include "transform/api/api_domain_records.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// The hosted zone of every CloudFront distribution, and so of edge-optimized domains.
constexpr std::string_view cloudfront_zone = "Z2FDTNDATAQYW2";

void copy_given(const Properties& from, std::string_view name, Map& to) {
    if (const Value* value = from.given(name)) {
        to.set(name, *value);
    }
}

/// Unknown properties of a trust store, sorted and joined by commas.
std::string unknown_keys(const Map& trust_store) {
    std::set<std::string> unknown;
    for (const data::Entry& entry : trust_store) {
        if (entry.key != "TruststoreUri" && entry.key != "TruststoreVersion") {
            unknown.insert(entry.key);
        }
    }
    return fmt::format("{}", fmt::join(unknown, ","));
}

/// The two properties of a trust store, null when there is none; nothing after an error. AWS
/// reports that of an HTTP API under the names of the unknown properties.
std::optional<Value> mutual_tls(const Properties& domain, bool of_http_api) {
    if (domain.given("MutualTlsAuthentication") == nullptr) {
        return Value();
    }
    const auto given = domain.below("MutualTlsAuthentication");
    if (!given) {
        return std::nullopt;
    }
    Map out;
    if (const std::string unknown = unknown_keys(given->map()); !unknown.empty()) {
        const Properties place = of_http_api ? given->for_resource(unknown) : *given;
        place.error(
            unknown,
            fmt::format("MutualTlsAuthentication has no property {}", unknown),
            "it has TruststoreUri and TruststoreVersion");
        return std::nullopt;
    }
    for (const char* name : {"TruststoreUri", "TruststoreVersion"}) {
        if (const Value* value = given->given(name)) {
            out.set(name, *value);
        }
    }
    return Value(std::move(out));
}

/// One base path: what it adds to the logical id of its mapping, and how the mapping has it.
struct BasePath {
    std::string id_part;
    std::string path;
};

/// Nothing after an error; no elements when the domain has no BasePath.
std::optional<std::vector<BasePath>> base_paths(const Properties& domain, bool rest) {
    std::vector<BasePath> out;
    const Value* given = domain.given("BasePath");
    if (given == nullptr || (!given->is_string() && !given->is_list())) {
        return out; // what is not known yet maps the whole domain
    }
    const List list = given->is_list() ? *given->as_list() : List{*given};
    for (const Value& path : list) {
        const bool allowed = path.is_string() &&
                             (rest || path.text().find_first_not_of(
                                          "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQR"
                                          "STUVWXYZ/-_") == std::string_view::npos);
        if (!allowed) {
            domain.error(
                "BasePath",
                "BasePath must be a list of texts of letters, digits, '-', '_' and '/'",
                "e.g. BasePath: [orders]");
            return std::nullopt;
        }
        BasePath one{alphanumeric(path.text()), std::string(path.text())};
        const Value* normalize = domain.map().find("NormalizeBasePath");
        if (!rest) {
            const std::size_t first = one.path.find_first_not_of('/');
            one.path = first == std::string::npos
                           ? ""
                           : one.path.substr(first, one.path.find_last_not_of('/') - first + 1);
        } else if (normalize == nullptr || is_given(normalize)) {
            one.path = one.id_part;
        }
        out.push_back(std::move(one));
    }
    return out;
}

/// The Domain of an API that has one as a writable copy, which must outlive the Properties; nothing
/// after an error.
std::optional<Properties> read_domain(const Resource& api, Value& copy) {
    copy = effective_domain(api);
    base::Error place;
    place.resource = api.logical_id();
    place.property = "Domain";
    place.where = copy.where();
    if (!copy.is_map()) {
        api.wrong_kind("Domain", "a map");
        return std::nullopt;
    }
    Properties domain(api.context(), *copy.as_map(), std::move(place));
    bool good = true;
    for (const char* name : {"DomainName", "CertificateArn"}) {
        if (domain.find(name) == nullptr) {
            domain.error("", fmt::format("a custom domain needs {}", name));
            good = false;
        }
    }
    return good ? std::optional(std::move(domain)) : std::nullopt;
}

AliasTarget regional_target(const std::string& domain_id) {
    return {
        make_get_att(domain_id, "RegionalDomainName"),
        make_get_att(domain_id, "RegionalHostedZoneId")};
}

} // namespace

Value effective_domain(const Resource& api) {
    const Value* given = api.find("Domain");
    if (given == nullptr) {
        return {};
    }
    Value domain = api.context().parameters().resolve_references(*given);
    if (domain.is_map() && (domain.find("EndpointConfiguration") == nullptr ||
                            domain.find("EndpointConfiguration")->is_null())) {
        domain.as_map()->set(data::Entry("EndpointConfiguration", "REGIONAL", domain.where()));
    }
    return domain;
}

std::string domain_id(const Value& domain) {
    const Value* endpoint = domain.find("EndpointConfiguration");
    const Value* name = domain.find("DomainName");
    return hashed_id(
        endpoint->text() == "PRIVATE" ? "ApiGatewayDomainNameV2" : "ApiGatewayDomainName",
        name == nullptr ? Value() : *name);
}

namespace {

/// Maps each base path, or the whole domain, to the stage.
void emit_rest_mappings(
    const Resource& api,
    const std::vector<BasePath>& paths,
    const std::string& domain,
    const std::string& stage,
    bool is_private) {
    Map mapping{
        {is_private ? "DomainNameArn" : "DomainName", make_ref(domain)},
        {"RestApiId", make_ref(api.logical_id())},
        {"Stage", make_ref(stage)}};
    const std::string_view type =
        is_private ? "AWS::ApiGateway::BasePathMappingV2" : "AWS::ApiGateway::BasePathMapping";
    if (paths.empty()) {
        api.emit(api.logical_id() + "BasePathMapping", type, mapping);
    }
    for (const BasePath& path : paths) {
        mapping.set("BasePath", path.path);
        api.emit(fmt::format("{}{}BasePathMapping", api.logical_id(), path.id_part), type, mapping);
    }
}

/// AccessAssociation of a private domain. False after an error.
bool emit_access_association(
    const Resource& api, const Properties& domain, const std::string& domain_id) {
    const auto association = domain.below("AccessAssociation");
    if (!association) {
        return domain.find("AccessAssociation") == nullptr;
    }
    const Value& source = (*association)["VpcEndpointId"];
    api.emit(
        hashed_id("DomainNameAccessAssociation", List{source, domain_id}),
        "AWS::ApiGateway::DomainNameAccessAssociation",
        Map{{"AccessAssociationSource", source},
            {"AccessAssociationSourceType", "VPCE"},
            {"DomainNameArn", make_ref(domain_id)}});
    return true;
}

/// What the domain's DNS record points at.
AliasTarget
rest_target_of(const Properties& domain, std::string_view endpoint, const std::string& id) {
    const Value* route53 = domain.find("Route53");
    const auto from_route53 = [&](std::string_view property) {
        const Value* value = route53 == nullptr ? nullptr : route53->find(property);
        return value == nullptr ? Value() : *value;
    };
    if (endpoint == "PRIVATE") {
        return {from_route53("VpcEndpointDomainName"), from_route53("VpcEndpointHostedZoneId")};
    }
    if (endpoint == "EDGE") {
        const Value own = from_route53("DistributionDomainName");
        return {own.is_null() ? make_get_att(id, "DistributionDomainName") : own, cloudfront_zone};
    }
    return regional_target(id);
}

} // namespace

bool emit_rest_domain(const Resource& api, const std::string& stage) {
    if (api.find("Domain") == nullptr) {
        return true;
    }
    Value storage;
    const auto domain = read_domain(api, storage);
    if (!domain) {
        return false;
    }
    const Value& name = (*domain)["DomainName"];
    const std::string_view endpoint = (*domain)["EndpointConfiguration"].text();
    if (endpoint != "EDGE" && endpoint != "REGIONAL" && endpoint != "PRIVATE") {
        domain->error(
            "EndpointConfiguration",
            "EndpointConfiguration of a Domain is EDGE, REGIONAL or PRIVATE");
        return false;
    }
    const bool is_private = endpoint == "PRIVATE";
    const std::string id = domain_id(storage);
    Map properties{{"DomainName", name}};
    properties.set(
        endpoint == "REGIONAL" ? "RegionalCertificateArn" : "CertificateArn",
        (*domain)["CertificateArn"]);
    Map endpoint_configuration{{"Types", List{endpoint}}};
    copy_given(*domain, "IpAddressType", endpoint_configuration);
    properties.set("EndpointConfiguration", std::move(endpoint_configuration));
    for (const char* property :
         {"SecurityPolicy", "EndpointAccessMode", "OwnershipVerificationCertificateArn"}) {
        copy_given(*domain, property, properties);
    }
    if (is_private) {
        copy_given(*domain, "Policy", properties);
        if (domain->given("OwnershipVerificationCertificateArn") != nullptr) {
            domain->for_resource(id).error(
                "OwnershipVerificationCertificateArn",
                "a private domain has no OwnershipVerificationCertificateArn");
            return false;
        }
    } else if (domain->given("Policy") != nullptr) {
        // AWS names the domain.
        domain->for_resource(id).error("Policy", "only a private domain has a Policy");
        return false;
    }
    auto trust = is_private ? Value() : mutual_tls(*domain, false);
    const auto paths = base_paths(*domain, true);
    if (!trust || !paths) {
        return false;
    }
    properties.set("MutualTlsAuthentication", std::move(*trust));
    // Of APIs that share a domain the last one says what it is like.
    api.emit(
        id,
        is_private ? "AWS::ApiGateway::DomainNameV2" : "AWS::ApiGateway::DomainName",
        std::move(properties));
    api.context().refer(api.logical_id(), is_private ? "DomainNameV2" : "DomainName", id);
    emit_rest_mappings(api, *paths, id, stage, is_private);
    if (is_private && !emit_access_association(api, *domain, id)) {
        return false;
    }
    const AliasTarget alias = rest_target_of(*domain, endpoint, id);
    return emit_records(api, *domain, name, alias, Grouping::shared_unless);
}

bool emit_domain_v2(const Resource& api, const std::string& stage, const DomainV2& kind) {
    if (api.find("Domain") == nullptr) {
        return true;
    }
    Value storage;
    const auto domain = read_domain(api, storage);
    if (!domain) {
        return false;
    }
    const Value& name = (*domain)["DomainName"];
    const std::string_view endpoint = (*domain)["EndpointConfiguration"].text();
    if (endpoint != "REGIONAL") {
        domain->error("EndpointConfiguration", "EndpointConfiguration of this Domain is REGIONAL");
        return false;
    }
    Map configuration{{"CertificateArn", (*domain)["CertificateArn"]}, {"EndpointType", endpoint}};
    for (const char* property : {"OwnershipVerificationCertificateArn", "SecurityPolicy"}) {
        copy_given(*domain, property, configuration);
    }
    Map properties{
        {"DomainName", name},
        {"DomainNameConfigurations", List{Value(std::move(configuration))}},
        {"Tags", kind.tags}};
    auto trust = kind.mutual_tls ? mutual_tls(*domain, true) : Value();
    const auto paths = base_paths(*domain, false);
    if (!trust || !paths) {
        return false;
    }
    properties.set("MutualTlsAuthentication", std::move(*trust));
    const std::string id = hashed_id("ApiGatewayDomainNameV2", name);
    api.emit(id, "AWS::ApiGatewayV2::DomainName", std::move(properties));
    api.context().refer(api.logical_id(), "DomainName", id);
    Map mapping{
        {"DomainName", make_ref(id)},
        {"ApiId", make_ref(api.logical_id())},
        {"Stage", make_ref(stage)}};
    if (paths->empty()) {
        api.emit(api.logical_id() + "ApiMapping", "AWS::ApiGatewayV2::ApiMapping", mapping);
    }
    for (const BasePath& path : *paths) {
        mapping.set("ApiMappingKey", path.path);
        api.emit(
            fmt::format("{}{}ApiMapping", api.logical_id(), path.id_part),
            "AWS::ApiGatewayV2::ApiMapping",
            mapping);
    }
    return emit_records(
        api,
        *domain,
        name,
        regional_target(id),
        kind.shares_records ? Grouping::shared : Grouping::own);
}

} // namespace samara::transform
