#include "gateway/route/route_table.h"

#include "base/strings.h"
#include "gateway/route/integration.h"
#include "gateway/route/methods.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

void add_method(std::vector<std::string>& methods, std::string_view method) {
    const auto place = std::lower_bound(methods.begin(), methods.end(), method);
    if (place == methods.end() || *place != method) {
        methods.insert(place, std::string(method));
    }
}

std::string
why_closed(const Api& api, const Route& route, const RouteTable::ClosedReason& closed_reason) {
    if (const auto* unsupported = std::get_if<UnsupportedIntegration>(&route.integration)) {
        return unsupported->reason;
    }
    const auto authorizer = api.authorizers.find(route.access.authorizer);
    if (authorizer != api.authorizers.end()) {
        return closed_reason(authorizer->second);
    }
    return {};
}

void add_methods(Mount& mount, const Api& api, const Route& route) {
    if (route.method == "ANY") {
        for (const std::string_view method : all_methods) {
            add_method(mount.methods, method);
        }
    } else {
        add_method(mount.methods, route.method);
    }
    if (api.cors) {
        add_method(mount.methods, "OPTIONS");
    }
}

void add_mount(
    std::vector<Mount>& mounts, const Api& api, const Route& route, const std::string& closed) {
    const LambdaIntegration* lambda = function_of(route.integration);
    const std::string function = lambda == nullptr ? std::string() : lambda->function;
    auto mount = std::find_if(mounts.begin(), mounts.end(), [&](const Mount& known) {
        return known.function == function && known.path == route.path && known.closed == closed;
    });
    if (mount == mounts.end()) {
        mount = mounts.insert(mounts.end(), Mount{function, route.path, {}, closed});
    }
    add_methods(*mount, api, route);
}

/// Joins a mock to what else is at its path, as SAM's answers to pre-flights are; else it is told
/// by itself.
void add_mock(
    std::vector<Mount>& mounts, const Api& api, const Route& route, const std::string& closed) {
    bool joined = false;
    for (Mount& mount : mounts) {
        if (mount.path == route.path) {
            add_methods(mount, api, route);
            joined = true;
        }
    }
    if (!joined) {
        add_mount(mounts, api, route, closed);
    }
}

} // namespace

RouteTable::RouteTable(std::vector<Api> apis) : apis_(std::move(apis)) {
    routers_.reserve(apis_.size());
    for (const Api& api : apis_) {
        routers_.emplace_back(api);
    }
}

std::optional<RouteTable::Found>
RouteTable::find(std::string_view method, const Scope& scope) const {
    std::optional<Found> best;
    for (std::size_t i = 0; i < apis_.size(); ++i) {
        if (!scope.includes(apis_[i])) {
            continue;
        }
        auto match = routers_[i].match(method, scope.path);
        if (match && (!best || match->rank >= best->match.rank)) {
            best = Found{&apis_[i], std::move(*match)};
        }
    }
    return best;
}

RouteTable::Found RouteTable::nowhere(const Scope& scope) const {
    static const Api no_api = [] {
        Api api;
        api.kind = ApiKind::rest;
        return api;
    }();
    static const Route no_route;
    const Api* answering = !scope.only.empty() ? scope.only.front()
                           : apis_.empty()     ? &no_api
                                               : &apis_.front();
    for (std::size_t i = 0; i < apis_.size(); ++i) {
        if (scope.includes(apis_[i]) && routers_[i].has_path(scope.path)) {
            answering = &apis_[i];
            break;
        }
    }
    return {answering, {&no_route, {}, {}}};
}

const Api* RouteTable::preflight_api(std::string_view method, const Scope& scope) const {
    const auto found = find(method, scope);
    if (found) {
        return found->api->cors ? found->api : nullptr;
    }
    const auto with_cors = std::find_if(apis_.begin(), apis_.end(), [&](const Api& api) {
        return api.cors.has_value() && scope.includes(api);
    });
    return with_cors == apis_.end() ? nullptr : &*with_cors;
}

const Api* RouteTable::cors_api(const Scope& scope) const {
    for (std::size_t i = 0; i < apis_.size(); ++i) {
        if (apis_[i].cors && scope.includes(apis_[i]) && routers_[i].has_path(scope.path)) {
            return &apis_[i];
        }
    }
    return nullptr;
}

std::vector<Mount> RouteTable::mounts(const ClosedReason& closed_reason, bool stage_in_path) const {
    std::vector<Mount> mounts;
    for (const Api& api : apis_) {
        std::vector<Mount> own;
        const auto is_mock = [](const Route& route) {
            return std::holds_alternative<MockIntegration>(route.integration);
        };
        for (const Route& route : api.routes) {
            if (!is_mock(route)) {
                add_mount(own, api, route, why_closed(api, route, closed_reason));
            }
        }
        for (const Route& route : api.routes) {
            if (is_mock(route)) {
                add_mock(own, api, route, why_closed(api, route, closed_reason));
            }
        }
        if (stage_in_path && api.stage != "$default") {
            for (Mount& mount : own) {
                mount.path.insert(0, "/" + api.stage);
            }
        }
        mounts.insert(mounts.end(), own.begin(), own.end());
    }
    return mounts;
}

std::string to_string(const Mount& mount, std::string_view address) {
    const std::string_view path = mount.path == "$default" ? "/" : std::string_view(mount.path);
    return fmt::format(
        "Mounting {} at {}{} [{}]{}",
        !mount.function.empty() ? mount.function
        : mount.closed.empty()  ? "a fixed answer"
                                : "no function",
        address,
        mount.path == "$default" ? fmt::format("{}$default", path) : std::string(path),
        base::join(mount.methods, ", "),
        mount.closed.empty() ? "" : fmt::format(" (closed: {})", mount.closed));
}

} // namespace samara::gateway
