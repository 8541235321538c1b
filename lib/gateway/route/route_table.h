#pragma once

#include "gateway/route/model.h"
#include "gateway/route/router.h"
#include "gateway/route/scope.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace samara::gateway {

/// A line of what is served: "Mounting Fn at http://127.0.0.1:3000/x [GET, OPTIONS]".
struct Mount {
    std::string function; ///< logical id; empty when no function stands behind it
    std::string path;
    std::vector<std::string> methods; ///< sorted
    std::string closed;               ///< why it answers 501 and the like; empty when it is served

    bool operator==(const Mount&) const = default;
};

/// All APIs behind one address, compiled. Immutable: a changed template makes a new one, and
/// requests that run keep the one they began with.
class RouteTable {
public:
    explicit RouteTable(std::vector<Api> apis);
    RouteTable(const RouteTable&) = delete;
    RouteTable& operator=(const RouteTable&) = delete;
    RouteTable(RouteTable&&) = delete;
    RouteTable& operator=(RouteTable&&) = delete;
    ~RouteTable() = default;

    struct Found {
        const Api* api = nullptr;
        Router::Match match;
    };

    /// The most specific route of all APIs in scope; the last API wins a tie.
    [[nodiscard]] std::optional<Found> find(std::string_view method, const Scope& scope) const;

    /// Where a request without a route goes: to the first API that has its path for another method,
    /// else to the first one (a REST API when there is none); to a route that has neither method
    /// nor path.
    [[nodiscard]] Found nowhere(const Scope& scope) const;

    /// The API with CORS that a pre-flight for `method` on `path` is meant for, or nullptr.
    [[nodiscard]] const Api* preflight_api(std::string_view method, const Scope& scope) const;

    /// The API with CORS that has this path for some method, or nullptr: it answers OPTIONS there.
    [[nodiscard]] const Api* cors_api(const Scope& scope) const;

    [[nodiscard]] const std::vector<Api>& apis() const { return apis_; }

    /// Why an authorizer's routes are closed; empty when they are not.
    using ClosedReason = std::function<std::string(const Authorizer&)>;

    /// In the order of the template, one for each function and path.
    /// With `stage_in_path` as their paths begin then.
    [[nodiscard]] std::vector<Mount>
    mounts(const ClosedReason& closed_reason, bool stage_in_path = false) const;

private:
    std::vector<Api> apis_;
    std::vector<Router> routers_; // refer to apis_
};

/// The text of a Mount; `address` is "http://127.0.0.1:3000".
std::string to_string(const Mount& mount, std::string_view address);

} // namespace samara::gateway
