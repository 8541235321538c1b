#include "aws_client/transport.h"

#include "aws_client/shared_config.h"
#include "base/base64.h"
#include "base/percent.h"
#include "base/strings.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

std::optional<std::string> either_variable(const std::string& lower_name) {
    auto value = set_variable(lower_name);
    return value ? value : set_variable(base::to_upper(lower_name));
}

bool is_excepted(std::string_view host, std::string_view exceptions) {
    for (std::string_view rule : base::split(exceptions, ',')) {
        rule = base::trim(rule);
        if (rule == "*") {
            return true;
        }
        rule = rule.substr(
            0,
            rule.rfind(':') == std::string_view::npos || rule.find(':') != rule.rfind(':')
                ? rule.size()
                : rule.rfind(':'));
        rule.remove_prefix(rule.starts_with('.') ? 1 : 0);
        const bool suffix = host.size() > rule.size() && host.ends_with(rule) &&
                            host[host.size() - rule.size() - 1] == '.';
        if (!rule.empty() && (host == rule || suffix)) {
            return true;
        }
    }
    return false;
}

/// What a proxy gets in clear text: the whole URL.
void send_by_proxy(
    net::HttpAddress& address, net::ClientRequest& request, const net::TunnelProxy& proxy) {
    request.target = fmt::format("http://{}{}", net::to_string(address), request.target);
    if (!proxy.authorization.empty()) {
        request.headers.push_back({"Proxy-Authorization", proxy.authorization});
    }
    address = net::TcpAddress{proxy.host, proxy.port};
}

} // namespace

AwsResult<std::optional<net::TunnelProxy>> find_proxy(bool tls, const std::string& host) {
    auto text = either_variable(tls ? "https_proxy" : "http_proxy");
    if (!text || is_excepted(host, either_variable("no_proxy").value_or(""))) {
        return std::nullopt;
    }
    std::string_view rest = *text;
    if (const std::size_t scheme = rest.find("://"); scheme != std::string_view::npos) {
        if (rest.substr(0, scheme) != "http") {
            return aws_fail(
                AwsFailure::other,
                "a proxy that is not http:// cannot be used",
                "set HTTPS_PROXY to http://HOST:PORT");
        }
        rest = rest.substr(scheme + 3);
    }
    rest = rest.substr(0, rest.find('/'));
    net::TunnelProxy proxy;
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
        proxy.authorization =
            fmt::format("Basic {}", base::base64_encode(base::percent_decode(rest.substr(0, at))));
        rest = rest.substr(at + 1);
    }
    const std::size_t colon = rest.rfind(':');
    if (colon != std::string_view::npos && !rest.ends_with(']')) {
        const std::string_view port = rest.substr(colon + 1);
        std::from_chars(port.data(), port.data() + port.size(), proxy.port);
        rest = rest.substr(0, colon);
    }
    if (rest.starts_with('[') && rest.ends_with(']')) {
        rest = rest.substr(1, rest.size() - 2);
    }
    proxy.host = rest;
    return proxy;
}

Transport::Transport(std::string authorities, os::Cancellation cancel)
    : authorities_(std::move(authorities)), cancel_(std::move(cancel)) {}

std::unique_ptr<net::HttpClient> Transport::take(const std::string& key, net::HttpAddress address) {
    const std::scoped_lock lock(mutex_);
    auto& clients = idle_[key];
    if (clients.empty()) {
        return std::make_unique<net::HttpClient>(std::move(address));
    }
    auto client = std::move(clients.back());
    clients.pop_back();
    return client;
}

net::HttpResult<net::ClientResponse>
Transport::send(const net::Url& url, net::ClientRequest request, bool proxied) {
    net::HttpAddress address = url.address;
    request.target = url.target;
    request.stop_descriptor = cancel_.descriptor();
    auto* tls = std::get_if<net::TlsAddress>(&address);
    if (tls != nullptr) {
        tls->authorities = authorities_;
    }
    if (net::find_header(request.headers, "Host") == nullptr) {
        request.headers.push_back({"Host", url.host()});
    }
    if (proxied) {
        const std::string host =
            tls != nullptr ? tls->host : std::get<net::TcpAddress>(address).host;
        auto proxy = find_proxy(tls != nullptr, host);
        if (!proxy) {
            return tl::unexpected(net::HttpError{net::HttpFailure::other, proxy.error().message});
        }
        if (*proxy && tls != nullptr) {
            tls->proxy = std::move(*proxy);
        } else if (*proxy) {
            send_by_proxy(address, request, **proxy);
        }
    }
    const std::string key = net::to_string(address);
    auto client = take(key, std::move(address));
    auto answer = client->send(request);
    const std::scoped_lock lock(mutex_);
    idle_[key].push_back(std::move(client));
    return answer;
}

} // namespace samara::aws_client
