#pragma once

#include "aws_client/error.h"
#include "net/http_client.h"
#include "net/url.h"
#include "os/cancellation.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Connections to AWS, kept open between requests, by way of a proxy where one is set.
/// docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html
namespace samara::aws_client {

class Transport {
public:
    /// `authorities`: PEM file; empty: the system's.
    Transport(std::string authorities, os::Cancellation cancel);

    /// Thread-safe. Target and Host of `request` are those of `url`; `proxied` false is for hosts
    /// of this machine (metadata).
    net::HttpResult<net::ClientResponse>
    send(const net::Url& url, net::ClientRequest request, bool proxied = true);

private:
    std::unique_ptr<net::HttpClient> take(const std::string& key, net::HttpAddress address);

    std::string authorities_;
    os::Cancellation cancel_;
    std::mutex mutex_;
    std::map<std::string, std::vector<std::unique_ptr<net::HttpClient>>> idle_; // by address
};

/// The proxy for a scheme and host by HTTPS_PROXY, HTTP_PROXY (lower case first) and NO_PROXY.
/// Fails on a proxy that is no http:// URL.
AwsResult<std::optional<net::TunnelProxy>> find_proxy(bool tls, const std::string& host);

} // namespace samara::aws_client
