#pragma once

#include "gateway/gateway.h"
#include "net/http_server.h"
#include "serving/before_request.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace samara::gateway {

/// The URLs of functions, each on a port of its own: a path prefix would change what the function
/// sees. A port is taken when the address of a URL is first asked for, for templates tell functions
/// of it; until it is served it answers 503. Thread-safe.
class FunctionUrls {
public:
    static constexpr std::uint16_t first_port = 3100;

    /// `http.port`: of the first URL, which has to be free; 0: from first_port up. Ports of others
    /// follow, busy ones left out.
    explicit FunctionUrls(net::HttpServerOptions http);
    FunctionUrls(const FunctionUrls&) = delete;
    FunctionUrls& operator=(const FunctionUrls&) = delete;
    FunctionUrls(FunctionUrls&&) = delete;
    FunctionUrls& operator=(FunctionUrls&&) = delete;
    ~FunctionUrls();

    /// "http://127.0.0.1:3100/" of a URL by its logical id, the same each time. Empty when there is
    /// no port for it; error() says why.
    std::string address(const std::string& id);

    [[nodiscard]] std::optional<base::Error> error() const;

    /// `before_request` as in ServerOptions.
    void serve(
        std::vector<Api> urls,
        serving::Invoke invoke,
        GatewayOptions options,
        serving::BeforeRequest before_request);

    /// Others, or with other settings, for the requests that come from now on.
    void replace(std::vector<Api> urls);

    [[nodiscard]] std::vector<RouteSummary> routes() const;

    /// What to print: "Function URL of Fn at http://127.0.0.1:3100/".
    [[nodiscard]] std::vector<std::string> lines() const;

    void stop();

private:
    struct Door;

    Door* open(const std::string& id);
    void let_in(Api url);

    net::HttpServerOptions http_;
    std::uint16_t next_;
    mutable std::mutex mutex_;
    std::optional<base::Error> error_;
    std::map<std::string, std::unique_ptr<Door>> doors_;
    std::vector<std::pair<std::string, std::string>> served_; // ids and functions, in order
    serving::Invoke invoke_;
    GatewayOptions options_;
    serving::BeforeRequest before_request_;
};

} // namespace samara::gateway
