#include "net/url.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

namespace samara::net {

namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

bool parse_port(std::string_view text, std::uint16_t& port) {
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, port);
    return failure == std::errc() && stop == end && port != 0;
}

std::string host_and_port(const std::string& host, std::uint16_t port, std::uint16_t usual) {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == usual ? name : fmt::format("{}:{}", name, port);
}

} // namespace

std::string Url::host() const {
    if (const auto* tls = std::get_if<TlsAddress>(&address)) {
        return host_and_port(tls->host, tls->port, https_port);
    }
    const auto* tcp = std::get_if<TcpAddress>(&address);
    return tcp == nullptr ? std::string() : host_and_port(tcp->host, tcp->port, http_port);
}

base::Result<Url> parse_url(std::string_view text) {
    const auto refuse = [&] {
        return base::fail(
            fmt::format("'{}' is not a URL", text), "write https://host:port/path, or http://...");
    };
    const bool tls = text.starts_with("https://");
    if (!tls && !text.starts_with("http://")) {
        return refuse();
    }
    std::string_view rest = text.substr(text.find("//") + 2);
    rest = rest.substr(0, rest.find('#'));
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    std::string_view host = rest.substr(0, end);
    const std::string_view target = rest.substr(end);
    std::uint16_t port = tls ? https_port : http_port;
    const std::size_t bracket = host.find(']');
    const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        if (!parse_port(host.substr(colon + 1), port)) {
            return refuse();
        }
        host = host.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    // Blanks and control characters would change the request around them.
    const auto plain = [](char c) { return c > ' ' && c != '\x7f'; };
    if (host.empty() || host.find('@') != std::string_view::npos ||
        !std::all_of(text.begin(), text.end(), plain)) {
        return refuse();
    }
    Url url;
    url.target = target.starts_with('/') ? std::string(target) : fmt::format("/{}", target);
    if (tls) {
        TlsAddress address;
        address.host = host;
        address.port = port;
        url.address = std::move(address);
    } else {
        url.address = TcpAddress{std::string(host), port};
    }
    return url;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view plain = "-._~";
    std::string out;
    for (const char byte : text) {
        const bool letter_or_digit = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                                     (byte >= '0' && byte <= '9');
        if (letter_or_digit || plain.find(byte) != std::string_view::npos) {
            out += byte;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
        }
    }
    return out;
}

} // namespace samara::net
