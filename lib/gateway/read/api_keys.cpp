#include "gateway/read/api_keys.h"

#include "data/accessors.h"
#include "gateway/read/diagnostics.h"
#include "gateway/read/throttle.h"
#include "gateway/route/call.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

using data::text_of;

/// A resource of the template, with properties.
struct Declared {
    const data::Entry& entry;
    const data::Value& properties;
};

std::vector<Declared> all_of(const data::Map& resources, std::string_view type) {
    static const data::Value none{data::Map()};
    std::vector<Declared> found;
    for (const data::Entry& entry : resources) {
        if (text_of(entry.value, "Type") == type) {
            const data::Value* properties = entry.value.find("Properties");
            found.push_back({entry, properties == nullptr ? none : *properties});
        }
    }
    return found;
}

/// The keys of the template that are not disabled. AWS makes up a value where none is given; here
/// the logical id is it.
std::vector<ApiKey> read_keys(const data::Map& resources, base::Diagnostics& diagnostics) {
    std::vector<ApiKey> keys;
    for (const Declared& key : all_of(resources, "AWS::ApiGateway::ApiKey")) {
        const data::Value* enabled = key.properties.find("Enabled");
        if (enabled != nullptr && !data::is_true(enabled)) {
            continue;
        }
        const std::string& id = key.entry.key;
        const std::string value = text_of(key.properties, "Value");
        if (value.empty()) {
            diagnostics.push_back(diagnose(
                base::Severity::warning,
                fmt::format("AWS makes up the value of this API key; here it is '{}'", id),
                id,
                key.entry.key_where));
        }
        keys.push_back({id, value.empty() ? id : value, nullptr});
    }
    return keys;
}

std::optional<Quota> read_quota(const data::Value* quota) {
    const auto limit = quota == nullptr ? std::nullopt : data::integer_of(quota->find("Limit"));
    if (!limit) {
        return std::nullopt;
    }
    const std::string period = text_of(*quota, "Period");
    return Quota{
        *limit,
        period == "MONTH"  ? Quota::Period::month
        : period == "WEEK" ? Quota::Period::week
                           : Quota::Period::day,
        data::integer_of(quota->find("Offset")).value_or(0)};
}

/// Ref of a stage is its logical id here, and its name on AWS.
std::string stage_name(const data::Map& resources, const std::string& named) {
    const data::Value* stage = resources.find(named);
    const data::Value* properties = stage == nullptr ? nullptr : stage->find("Properties");
    return properties == nullptr ? named : text_of(*properties, "StageName");
}

/// The plan as far as it is about `api` with its stage; nullptr when it is not.
std::shared_ptr<const UsagePlan>
plan_for(const data::Map& resources, const Declared& declared, const Api& api) {
    const data::Value* stages = declared.properties.find("ApiStages");
    if (stages == nullptr || !stages->is_list()) {
        return nullptr;
    }
    for (const data::Value& stage : *stages->as_list()) {
        if (text_of(stage, "ApiId") != api.id ||
            stage_name(resources, text_of(stage, "Stage")) != api.stage) {
            continue;
        }
        auto plan = std::make_shared<UsagePlan>();
        plan->id = declared.entry.key;
        plan->throttle = read_throttle(declared.properties.find("Throttle"));
        plan->quota = read_quota(declared.properties.find("Quota"));
        for (const data::Entry& method : data::members_of(stage.find("Throttle"))) {
            const std::size_t slash = method.key.rfind('/'); // "/pets/GET"
            if (const auto throttle = read_throttle(&method.value);
                throttle && slash != std::string::npos) {
                const std::string path = slash == 0 ? "/" : method.key.substr(0, slash);
                plan->methods.emplace(method.key.substr(slash + 1) + " " + path, *throttle);
            }
        }
        return plan;
    }
    return nullptr;
}

/// The keys that open `api`. AWS asks for a usage plan that has both; a key that no plan of the
/// template has is taken all the same, and told.
std::vector<ApiKey> keys_for(
    const data::Map& resources,
    const std::vector<ApiKey>& keys,
    const Api& api,
    base::Diagnostics& diagnostics) {
    const std::vector<Declared> plans = all_of(resources, "AWS::ApiGateway::UsagePlan");
    std::vector<ApiKey> opening;
    for (ApiKey key : keys) {
        bool planned = false;
        bool opens = false;
        for (const Declared& member : all_of(resources, "AWS::ApiGateway::UsagePlanKey")) {
            if (text_of(member.properties, "KeyId") != key.id) {
                continue;
            }
            planned = true;
            const std::string id = text_of(member.properties, "UsagePlanId");
            const auto plan = std::find_if(plans.begin(), plans.end(), [&](const Declared& one) {
                return one.entry.key == id;
            });
            if (auto own = plan == plans.end() ? nullptr : plan_for(resources, *plan, api)) {
                key.plan = std::move(own);
                opens = true;
            }
        }
        if (!planned) {
            diagnostics.push_back(diagnose(
                base::Severity::warning,
                fmt::format(
                    "no usage plan of the template has API key '{}', so AWS would answer 403 to "
                    "it; here it opens API '{}'",
                    key.id,
                    api.id),
                key.id,
                resources.find_entry(key.id)->key_where));
        }
        if (opens || !planned) {
            opening.push_back(std::move(key));
        }
    }
    return opening;
}

/// Routes that nobody can get into.
void report_missing_keys(const Api& api, base::Diagnostics& diagnostics) {
    const auto wants_key = [](const Route& route) { return route.access.api_key; };
    const auto first = std::find_if(api.routes.begin(), api.routes.end(), wants_key);
    const auto others = std::count_if(std::next(first), api.routes.end(), wants_key);
    diagnostics.push_back(diagnose(
        base::Severity::warning,
        fmt::format(
            "{}{} of this API {} an API key (ApiKeyRequired), and the template has none for it: "
            "every request gets 403; add an AWS::ApiGateway::ApiKey with a Value, and a usage plan",
            route_key(*first),
            others == 0 ? "" : fmt::format(" and {} more", others),
            others == 0 ? "wants" : "want"),
        api.id,
        first->where));
}

} // namespace

void add_api_keys(
    const data::Map& resources, std::vector<Api>& apis, base::Diagnostics& diagnostics) {
    const std::vector<ApiKey> keys = read_keys(resources, diagnostics);
    for (Api& api : apis) {
        const bool wanted =
            std::any_of(api.routes.begin(), api.routes.end(), [](const Route& route) {
                return route.access.api_key;
            });
        if (api.kind != ApiKind::rest || !wanted) {
            continue;
        }
        api.api_keys = keys_for(resources, keys, api, diagnostics);
        if (api.api_keys.empty()) {
            report_missing_keys(api, diagnostics);
        }
    }
}

} // namespace samara::gateway
