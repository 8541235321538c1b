#pragma once

#include "gateway/route/model.h"
#include "gateway/route/route_table.h"

#include <string>
#include <vector>

namespace samara::gateway {

/// A route in words.
struct RouteSummary {
    std::string api;        ///< logical id
    std::string kind;       ///< "HTTP API"
    std::string method;     ///< empty for routes of WebSocket APIs
    std::string path;       ///< "/users/{id}", "$connect"
    std::string function;   ///< logical id; empty: another integration
    std::string target;     ///< what answers
    std::string protection; ///< empty: everybody may ask
    std::string closed;     ///< why it is not served; empty: it is

    bool operator==(const RouteSummary&) const = default;
};

/// Those of some APIs, in the order of the template. With `open`, nothing protects them.
std::vector<RouteSummary>
summarize(const std::vector<Api>& apis, const RouteTable::ClosedReason& closed_reason, bool open);

} // namespace samara::gateway
