#pragma once

#include "gateway/route/model.h"

#include <string_view>
#include <vector>

/// Several APIs behind one address: which of them a request is for.
namespace samara::gateway {

struct Scope {
    std::string_view path;             ///< that their routes are about; of the request's
    std::vector<const Api*> only = {}; ///< empty: any
    bool nobody = false;               ///< a domain without an API there, or no such stage
    bool by_domain = false;            ///< a custom domain: there is no stage in the path
    std::string_view base_path = {};   ///< of the domain, that the request's path began with
    std::size_t stage_prefix = 0;      ///< bytes of the path that say the stage

    [[nodiscard]] bool includes(const Api& api) const;
};

/// By the Host header, without port: "<logical id>.localhost", "<logical id>.execute-api...", or a
/// custom domain, whose longest base path that fits counts. Another host is for any API.
/// docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
Scope scope_of(const std::vector<Api>& apis, std::string_view host, std::string_view path);

/// The API with a base path that `path` begins with, whatever its domain; nobody when there is
/// none.
Scope base_path_scope(const std::vector<Api>& apis, std::string_view path);

/// `scope` for paths that begin with the stage, as clients of execute-api write them.
Scope stage_scope(const std::vector<Api>& apis, Scope scope);

} // namespace samara::gateway
