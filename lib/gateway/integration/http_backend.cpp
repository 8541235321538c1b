#include "gateway/integration/http_backend.h"

#include "aws/api_gateway_limits.h"
#include "base/strings.h"
#include "net/http_client.h"
#include "net/url.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// Of one connection, not of the message.
constexpr std::array<std::string_view, 9> hop_headers{
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade"};

bool is_hop(std::string_view name) {
    return std::find(hop_headers.begin(), hop_headers.end(), base::to_lower(name)) !=
           hop_headers.end();
}

std::string host_of(const net::Url& url) {
    return std::visit(
        [](const auto& address) -> std::string {
            if constexpr (requires { address.host; }) {
                return address.host;
            } else {
                return {};
            }
        },
        url.address);
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "::1" || host == "[::1]" ||
           (host.starts_with("127.") &&
            host.find_first_not_of("0123456789.") == std::string_view::npos);
}

/// "{name}" and "{name+}" replaced. What a path parameter matched keeps its escapes.
std::string with_path(std::string url, const TextPairs& path) {
    for (const auto& [name, value] : path) {
        url = base::replace_all(url, fmt::format("{{{}}}", name), value);
        url = base::replace_all(url, fmt::format("{{{}+}}", name), value);
    }
    return url;
}

/// The client's query as it was, then what is mapped; a mapped name replaces the client's.
std::string with_query(std::string target, std::string_view own, const TextPairs& mapped) {
    char separator = target.find('?') == std::string::npos ? '?' : '&';
    const auto add = [&](std::string_view piece) {
        target += std::exchange(separator, '&');
        target += piece;
    };
    for (const std::string_view piece : base::split(own, '&')) {
        const std::string_view name = piece.substr(0, piece.find('='));
        const bool replaced = std::any_of(mapped.begin(), mapped.end(), [&](const auto& pair) {
            return net::percent_encode(pair.first) == name;
        });
        if (!piece.empty() && !replaced) {
            add(piece);
        }
    }
    for (const auto& [name, value] : mapped) {
        add(net::percent_encode(name) + '=' + net::percent_encode(value));
    }
    return target;
}

/// Blanks, control characters and what is not ASCII cannot stand in a request line; a value that a
/// template has put into the path may have them.
std::string sendable(std::string_view url) {
    std::string safe;
    for (const char character : url) {
        const auto byte = static_cast<unsigned char>(character);
        safe +=
            byte > 0x20 && byte < 0x7F ? std::string(1, character) : fmt::format("%{:02X}", byte);
    }
    return safe;
}

bool has_header(const net::HttpHeaders& headers, std::string_view name) {
    return net::find_header(headers, name) != nullptr;
}

} // namespace

base::Result<void> check_loopback(std::string_view url) {
    const std::size_t host = url.find("://");
    // A path parameter may stand in the path, not in the host.
    const std::string plain = base::replace_all(base::replace_all(url, "{", "_"), "}", "_");
    const auto parsed = net::parse_url(plain);
    if (host == std::string_view::npos || !parsed) {
        return base::fail(fmt::format("its integration URI '{}' is no URL of a server", url));
    }
    if (!is_loopback(host_of(*parsed))) {
        return base::fail(fmt::format(
            "HTTP integrations are served where the server is on this machine (localhost, "
            "127.0.0.1), not for host '{}'",
            host_of(*parsed)));
    }
    return {};
}

tl::expected<Answer, Untranslated>
ask_backend(const Call& call, const HttpIntegration& integration, TranslatedRequest request) {
    for (const auto& [name, value] : call.match.parameters) { // those that are not mapped
        const auto same = [&](const auto& pair) { return pair.first == name; };
        if (std::none_of(request.path.begin(), request.path.end(), same)) {
            request.path.emplace_back(name, value);
        }
    }
    const std::string url = sendable(with_path(integration.url, request.path));
    const auto parsed = net::parse_url(url);
    if (!parsed || !is_loopback(host_of(*parsed))) {
        return tl::unexpected(Untranslated{
            Refusal::integration_failure, fmt::format("'{}' is no server of this machine", url)});
    }
    net::ClientRequest sent;
    sent.method = integration.method.empty() ? call.request.method : integration.method;
    sent.target =
        with_query(parsed->target, integration.proxy ? call.request.query() : "", request.query);
    sent.headers = std::move(request.headers);
    if (integration.proxy) {
        for (const net::HttpHeader& header : call.request.headers) {
            if (!is_hop(header.name) && !has_header(sent.headers, header.name)) {
                sent.headers.push_back(header);
            }
        }
    } else if (!request.content_type.empty() && !has_header(sent.headers, "Content-Type")) {
        sent.headers.push_back({"Content-Type", request.content_type});
    }
    if (!has_header(sent.headers, "Host")) {
        sent.headers.push_back({"Host", parsed->host()});
    }
    sent.body = integration.proxy ? call.request.body : std::move(request.body);
    sent.time_limit = integration.timeout;
    sent.timeout = integration.timeout;
    sent.body_limit = aws::api_gateway::request_payload;
    net::HttpClient client(parsed->address);
    auto received = client.send(sent);
    if (!received) {
        return tl::unexpected(Untranslated{
            received.error().kind == net::HttpFailure::timeout ? Refusal::integration_timeout
                                                               : Refusal::integration_failure,
            received.error().message});
    }
    Answer answer;
    answer.selector = std::to_string(received->status);
    answer.body = std::move(received->body);
    answer.headers = std::move(received->headers);
    const std::string* type = net::find_header(answer.headers, "Content-Type");
    answer.content_type = type == nullptr ? "application/json" : *type;
    return answer;
}

net::HttpResponse proxied(Answer answer) {
    net::HttpResponse response{200, {}, std::move(answer.body)};
    std::from_chars(
        answer.selector.data(), answer.selector.data() + answer.selector.size(), response.status);
    for (net::HttpHeader& header : answer.headers) {
        if (!is_hop(header.name) && !net::equal_ignoring_case(header.name, "date")) {
            response.headers.push_back(std::move(header));
        }
    }
    return response;
}

} // namespace samara::gateway
