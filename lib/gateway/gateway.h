#pragma once

#include "base/log.h"
#include "gateway/access_log.h"
#include "gateway/call.h"
#include "gateway/deadline.h"
#include "gateway/invoke.h"
#include "gateway/route_table.h"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace samara::gateway {

struct GatewayOptions {
    std::uint16_t port = 0; ///< told to functions as X-Forwarded-Port
    bool tls = false;
    bool disable_authorizer = false; ///< let everyone in
    /// Called once a request, from many threads; may be empty.
    std::function<void(const AccessRecord&)> access_log;
};

/// Takes requests to functions and their results to clients. Knows no sockets: Server puts it on
/// the network. Thread-safe.
class Gateway {
public:
    Gateway(std::vector<Api> apis, Invoke invoke, GatewayOptions options);

    net::HttpResponse handle(const net::HttpRequest& request);

    /// New routes for the requests that come from now on; running ones keep theirs.
    void replace(std::vector<Api> apis);

    [[nodiscard]] std::shared_ptr<const RouteTable> routes() const;

private:
    net::HttpResponse answer(const net::HttpRequest& request, AccessRecord& record);
    net::HttpResponse integrate(const Call& call, AccessRecord& record);
    net::HttpResponse
    call_function(const Call& call, const LambdaIntegration& integration, AccessRecord& record);
    std::optional<net::HttpResponse> authorize(Call& call, AccessRecord& record);

    GatewayOptions options_;
    DeadlineInvoker invoker_;
    mutable std::mutex mutex_;
    std::shared_ptr<const RouteTable> routes_; // replaced as a whole
};

} // namespace samara::gateway
