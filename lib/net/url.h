#pragma once

#include "base/error.h"
#include "net/http_client.h"

#include <string>
#include <string_view>

namespace samara::net {

/// "https://host:port/path?query", taken apart for a client.
struct Url {
    HttpAddress address; ///< TCP or TLS
    std::string target;  ///< path and query as they were written, "/" where there are none

    /// What the Host header says: without the port where it is the scheme's own.
    [[nodiscard]] std::string host() const;
};

/// http and https only; an IPv6 address stands in brackets. Fails on what names no host, and on a
/// user name, which nobody needs here.
base::Result<Url> parse_url(std::string_view text);

} // namespace samara::net
