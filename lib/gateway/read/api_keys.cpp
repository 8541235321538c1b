#include "gateway/read/api_keys.h"

#include "data/accessors.h"
#include "gateway/read/diagnostics.h"
#include "gateway/route/call.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// The keys of the template that are not disabled. AWS makes up a value where none is given; here
/// the logical id is it.
TextPairs read_keys(const data::Map& resources, base::Diagnostics& diagnostics) {
    TextPairs keys;
    for (const data::Entry& entry : resources) {
        if (data::text_of(entry.value, "Type") != "AWS::ApiGateway::ApiKey") {
            continue;
        }
        const data::Value* properties = entry.value.find("Properties");
        const data::Value* enabled = properties == nullptr ? nullptr : properties->find("Enabled");
        if (enabled != nullptr && !data::is_true(enabled)) {
            continue;
        }
        const std::string value =
            properties == nullptr ? std::string() : data::text_of(*properties, "Value");
        if (value.empty()) {
            diagnostics.push_back(diagnose(
                base::Severity::warning,
                fmt::format("AWS makes up the value of this API key; here it is '{}'", entry.key),
                entry.key,
                entry.key_where));
        }
        keys.emplace_back(entry.key, value.empty() ? entry.key : value);
    }
    return keys;
}

/// Routes that nobody can get into.
void report_missing_keys(const Api& api, base::Diagnostics& diagnostics) {
    const auto wants_key = [](const Route& route) { return route.access.api_key; };
    const auto first = std::find_if(api.routes.begin(), api.routes.end(), wants_key);
    if (first == api.routes.end() || !api.api_keys.empty()) {
        return;
    }
    const auto others = std::count_if(std::next(first), api.routes.end(), wants_key);
    diagnostics.push_back(diagnose(
        base::Severity::warning,
        fmt::format(
            "{}{} of this API {} an API key (ApiKeyRequired), and the template has none: every "
            "request gets 403; add an AWS::ApiGateway::ApiKey with a Value",
            route_key(*first),
            others == 0 ? "" : fmt::format(" and {} more", others),
            others == 0 ? "wants" : "want"),
        api.id,
        first->where));
}

} // namespace

void add_api_keys(
    const data::Map& resources, std::vector<Api>& apis, base::Diagnostics& diagnostics) {
    const TextPairs keys = read_keys(resources, diagnostics);
    for (Api& api : apis) {
        if (api.kind == ApiKind::rest) {
            api.api_keys = keys;
            report_missing_keys(api, diagnostics);
        }
    }
}

} // namespace samara::gateway
