#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samara::gateway {

/// A route that the template has and that cannot be served, although its API can.
struct ClosedRoute {
    std::string api; ///< logical id
    bool rest = false;
    std::string method; ///< upper case, ANY for all
    std::string path;   ///< as in Route
    std::string reason;
    /// Whether it is the route's protection that cannot be understood: 501. Else 502, as a route
    /// without a function.
    bool protection = false;
};

struct Api;

/// The function of an authorizer that stands in for one that cannot be understood: there is none.
inline constexpr std::string_view no_function =
    "arn:aws:lambda:us-east-1:123456789012:function:none";

/// What stays closed because a part of the template cannot be understood. Who makes this has told
/// the reasons.
struct Closed {
    /// Logical ids of functions that cannot be run: their routes answer 502.
    std::map<std::string, std::string, std::less<>> functions;
    /// Logical ids of APIs whose protection is not known: every route answers 501.
    std::map<std::string, std::string, std::less<>> apis;
    /// API and name of authorizers that cannot be evaluated: their routes answer 501.
    std::map<std::pair<std::string, std::string>, std::string> authorizers;
    std::vector<ClosedRoute> routes;
};

/// Closes in `apis` what `closed` names; adds routes, and APIs, that nothing else is left of.
void close(const Closed& closed, std::vector<Api>& apis);

} // namespace samara::gateway
