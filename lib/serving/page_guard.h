#pragma once

#include "base/error.h"
#include "net/http_message.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The one place that decides who may ask what samara itself serves: the Lambda API, the
/// connections of a WebSocket API, pages of its own. Routes of an API are not asked about here:
/// tunnels and names of /etc/hosts lead to them, and CORS decides.
namespace samara::serving {

/// Keeps web pages out. Whatever page the user looks at can make their browser ask this machine: by
/// its own address (the browser marks such requests), or by a name of the page's that leads here
/// (DNS rebinding: the Host header tells). Programs, containers and other machines are served.
class PageGuard {
public:
    /// `allowed_hosts` (--allow-host) are names beside those that are always meant: localhost and
    /// what ends with it, addresses of this machine, its names inside containers.
    explicit PageGuard(std::vector<std::string> allowed_hosts = {})
        : allowed_hosts_(std::move(allowed_hosts)) {}

    /// Why the request is refused (with 403); nothing when it is served.
    [[nodiscard]] std::optional<std::string> refusal(const net::HttpRequest& request) const;

private:
    [[nodiscard]] bool is_ours(std::string_view host) const;

    std::vector<std::string> allowed_hosts_;
};

/// Checks names of hosts that `option` has: each a host alone, without scheme, port or path. Gives
/// them in lower case.
base::Result<std::vector<std::string>>
read_host_names(const std::vector<std::string>& given, std::string_view option = "--allow-host");

} // namespace samara::serving
