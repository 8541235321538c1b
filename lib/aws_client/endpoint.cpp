#include "aws_client/endpoint.h"

#include "aws/partition.h"
#include "base/strings.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

bool is_set(
    const SharedConfig& config,
    const std::string& profile,
    const std::string& variable,
    std::string_view key) {
    if (const auto value = set_variable(variable)) {
        return base::to_lower(*value) == "true";
    }
    const std::string* value = config.find(profile, key);
    return value != nullptr && base::to_lower(*value) == "true";
}

AwsResult<std::optional<std::string>> configured_endpoint(
    const Service& service, const SharedConfig& config, const std::string& profile) {
    for (const std::string& variable :
         {fmt::format("AWS_ENDPOINT_URL_{}", service.id), std::string("AWS_ENDPOINT_URL")}) {
        if (auto url = set_variable(variable)) {
            return url;
        }
    }
    if (const std::string* name = config.find(profile, "services")) {
        const aws::IniSection* section = config.section("services", *name);
        if (section == nullptr) {
            return aws_fail(
                AwsFailure::other,
                fmt::format(
                    "The profile {} is configured to use the services section {}, which is not "
                    "there",
                    profile,
                    *name),
                fmt::format("add [services {}] to the AWS configuration file", *name));
        }
        const aws::IniEntry* entry = section->find_entry(base::to_lower(service.id));
        if (const std::string* url = entry == nullptr ? nullptr : entry->find("endpoint_url")) {
            return *url;
        }
    }
    const std::string* url = config.find(profile, "endpoint_url");
    return url == nullptr ? std::nullopt : std::optional(*url);
}

struct GlobalHost {
    std::string_view service;
    std::string_view partition;
    std::string_view host;
    std::string_view fips_host;
    std::string_view dual_stack_host; ///< with a place for "-fips"
    std::string_view region;          ///< what requests are signed for
};

constexpr std::array<GlobalHost, 3> global_hosts{{
    {"iam",
     "aws",
     "iam.amazonaws.com",
     "iam-fips.amazonaws.com",
     "iam{}.global.api.aws",
     "us-east-1"},
    {"iam",
     "aws-cn",
     "iam.cn-north-1.amazonaws.com.cn",
     "iam-fips.amazonaws.com.cn",
     "iam{}.global.api.amazonwebservices.com.cn",
     "cn-north-1"},
    {"iam",
     "aws-us-gov",
     "iam.us-gov.amazonaws.com",
     "iam.us-gov.amazonaws.com",
     "iam{}.us-gov.api.aws",
     "us-gov-west-1"},
}};

/// Services whose hosts in GovCloud are FIPS hosts under their usual name.
bool is_fips_by_itself(const Service& service, const std::string& region) {
    constexpr std::array<std::string_view, 5> services{
        "cloudformation", "kinesis", "logs", "sqs", "sts"};
    return region.starts_with("us-gov-") &&
           (std::find(services.begin(), services.end(), service.name) != services.end() ||
            (service.name == "states" && region == "us-gov-west-1"));
}

Endpoint
own_endpoint(const Service& service, const std::string& region, const EndpointRules& rules) {
    const std::string_view partition = aws::partition_of(region);
    if (service.global) {
        for (const GlobalHost& row : global_hosts) {
            if (row.service == service.name && row.partition == partition) {
                const std::string_view plain = rules.fips ? row.fips_host : row.host;
                const std::string host =
                    rules.dual_stack
                        ? fmt::format(fmt::runtime(row.dual_stack_host), rules.fips ? "-fips" : "")
                        : std::string(plain);
                return {fmt::format("https://{}", host), std::string(row.region), false};
            }
        }
    }
    const std::string_view host = rules.dual_stack ? service.dual_stack_host : service.host;
    // S3 is older than dual-stack suffixes: s3.dualstack.REGION.amazonaws.com
    const bool s3 = service.name == "s3";
    const std::string_view suffix =
        rules.dual_stack && !s3 ? aws::dual_stack_domain_of(partition) : aws::domain_of(partition);
    if (s3 && region == "us-east-1" && !rules.dual_stack && !rules.fips) {
        return {fmt::format("https://{}.{}", host, suffix), region, false};
    }
    const bool marked = rules.fips && !(is_fips_by_itself(service, region) && !rules.dual_stack);
    return {
        fmt::format(
            "https://{}{}.{}{}.{}",
            host,
            marked ? "-fips" : "",
            rules.dual_stack && s3 ? "dualstack." : "",
            region,
            suffix),
        region,
        false};
}

} // namespace

EndpointRules endpoint_rules(const SharedConfig& config, const std::string& profile) {
    EndpointRules rules;
    rules.fips = is_set(config, profile, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    rules.dual_stack =
        is_set(config, profile, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    rules.ignore_configured = is_set(
        config, profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
    if (const std::string* style = config.find(profile, "s3", "addressing_style")) {
        rules.path_style = *style == "path";
        rules.virtual_style = *style == "virtual";
    }
    return rules;
}

AwsResult<Endpoint> find_endpoint(
    const Service& service,
    const std::string& region,
    const SharedConfig& config,
    const std::string& profile,
    const EndpointRules& rules) {
    Endpoint endpoint = own_endpoint(service, region, rules);
    if (rules.ignore_configured) {
        return endpoint;
    }
    AWS_TRY_ASSIGN(auto configured, configured_endpoint(service, config, profile));
    if (configured) {
        while (configured->ends_with('/')) {
            configured->pop_back();
        }
        endpoint.url = std::move(*configured);
        endpoint.configured = true;
    }
    return endpoint;
}

bool is_host_label(std::string_view bucket) {
    constexpr std::size_t shortest = 3;
    constexpr std::size_t longest = 63;
    return bucket.size() >= shortest && bucket.size() <= longest && bucket.front() != '-' &&
           bucket.back() != '-' && std::all_of(bucket.begin(), bucket.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

} // namespace samara::aws_client
