#include "gateway/route/scope.h"

#include "base/strings.h"

#include <algorithm>

namespace samara::gateway {

namespace {

constexpr std::string_view default_stage = "$default";

/// What is left of a path below a base; nullptr data when it is not below it.
std::string_view below(std::string_view path, std::string_view base) {
    if (!path.starts_with(base)) {
        return {};
    }
    const std::string_view rest = path.substr(base.size());
    if (rest.empty()) {
        return "/";
    }
    return rest.front() == '/' ? rest : std::string_view();
}

bool names_api(std::string_view host, const Api& api) {
    const std::size_t dot = host.find('.');
    if (dot == std::string_view::npos || host.substr(0, dot) != base::to_lower(api.id)) {
        return false;
    }
    const std::string_view rest = host.substr(dot + 1);
    return rest == "localhost" || rest.starts_with("execute-api.");
}

template <class Fits>
Scope mapped_scope(const std::vector<Api>& apis, std::string_view path, const Fits& fits) {
    Scope scope{path};
    scope.nobody = true;
    std::size_t longest = 0;
    for (const Api& api : apis) {
        for (const DomainMapping& mapping : api.domains) {
            const std::string_view rest = below(path, mapping.base_path);
            if (fits(mapping) && !rest.empty() &&
                (scope.nobody || mapping.base_path.size() > longest)) {
                scope = {rest, {&api}};
                scope.by_domain = true;
                scope.base_path = mapping.base_path;
                longest = mapping.base_path.size();
            }
        }
    }
    return scope;
}

} // namespace

bool Scope::includes(const Api& api) const {
    return !nobody && (only.empty() || std::find(only.begin(), only.end(), &api) != only.end());
}

Scope scope_of(const std::vector<Api>& apis, std::string_view host, std::string_view path) {
    const std::string name = base::to_lower(host);
    for (const Api& api : apis) {
        if (names_api(name, api)) {
            return {path, {&api}};
        }
    }
    const auto of_host = [&](const DomainMapping& mapping) { return mapping.domain == name; };
    const bool is_domain = std::any_of(apis.begin(), apis.end(), [&](const Api& api) {
        return std::any_of(api.domains.begin(), api.domains.end(), of_host);
    });
    return is_domain ? mapped_scope(apis, path, of_host) : Scope{path};
}

Scope base_path_scope(const std::vector<Api>& apis, std::string_view path) {
    return mapped_scope(
        apis, path, [](const DomainMapping& mapping) { return !mapping.base_path.empty(); });
}

Scope stage_scope(const std::vector<Api>& apis, Scope scope) {
    const std::size_t end = std::min(scope.path.find('/', 1), scope.path.size());
    const std::string_view stage = scope.path.substr(1, end - 1);
    std::vector<const Api*> named;
    std::vector<const Api*> without;
    for (const Api& api : apis) {
        if (!scope.includes(api)) {
            continue;
        }
        if (api.stage == stage) {
            named.push_back(&api);
        } else if (api.stage == default_stage) {
            without.push_back(&api);
        }
    }
    if (!named.empty()) {
        scope.stage_prefix = end;
        scope.only = std::move(named);
    } else {
        scope.nobody = without.empty();
        scope.only = std::move(without);
    }
    return scope;
}

} // namespace samara::gateway
