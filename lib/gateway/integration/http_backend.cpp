#include "gateway/integration/http_backend.h"

#include "aws/api_gateway_limits.h"
#include "base/strings.h"
#include "gateway/integration/content_handling.h"
#include "gateway/integration/parameter_mapping.h"
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

bool may_be_asked(std::string_view host, const std::vector<std::string>& hosts) {
    return host == "localhost" ||
           std::find(hosts.begin(), hosts.end(), base::to_lower(host)) != hosts.end() ||
           host == "::1" || host == "[::1]" ||
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

/// Host, scheme and caller of the request, as a backend is told of them, beside what `headers` has.
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-http.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
void add_forwarded(const Call& call, net::HttpHeaders& headers) {
    const auto add = [&](std::string name, std::string value) {
        if (!has_header(headers, name)) {
            headers.push_back({std::move(name), std::move(value)});
        }
    };
    if (call.api.kind == ApiKind::rest) {
        for (net::HttpHeader& header : gateway_headers(call)) {
            add(std::move(header.name), std::move(header.value));
        }
        add("x-amzn-apigateway-api-id", call.api.id);
        return;
    }
    const auto after = [&](std::string_view name, std::string_view own) {
        const std::string_view given = call.header(name);
        return fmt::format("{}{}{}", given, given.empty() ? "" : ", ", own);
    };
    const std::string& address = call.request.remote_address;
    const bool plain = address.find(':') == std::string::npos;
    add("Forwarded",
        after(
            "Forwarded",
            fmt::format(
                "by=127.0.0.1;for={};host={};proto={}",
                plain ? address : fmt::format("\"[{}]\"", address),
                call.header("Host"),
                call.tls ? "https" : "http")));
    add("Via", after("Via", "HTTP/1.1 AmazonAPIGateway"));
    add("X-Amzn-Trace-Id", call.trace_id);
}

/// The URL's path and query, or the path that parameter mapping says instead.
std::string target_of(const Call& call, const net::Url& url) {
    const auto& parameters = call.match.route->parameters;
    if (!parameters || !overwrites_path(*parameters)) {
        return url.target;
    }
    const std::size_t query = url.target.find('?');
    return std::string(call.request.path()) +
           (query == std::string::npos ? "" : url.target.substr(query));
}

net::HttpHeaders
headers_for(const Call& call, const HttpIntegration& integration, TranslatedRequest& request) {
    net::HttpHeaders headers = std::move(request.headers);
    add_forwarded(call, headers);
    if (integration.proxy) {
        const std::size_t own = headers.size();
        for (const net::HttpHeader& header : call.request.headers) {
            const bool replaced = std::any_of(
                headers.begin(),
                headers.begin() + static_cast<std::ptrdiff_t>(own),
                [&](const net::HttpHeader& other) {
                    return net::equal_ignoring_case(other.name, header.name);
                });
            if (!is_hop(header.name) && !replaced) {
                headers.push_back(header);
            }
        }
        return headers;
    }
    if (!request.content_type.empty() && !has_header(headers, "Content-Type")) {
        headers.push_back({"Content-Type", request.content_type});
    }
    if (!has_header(headers, "User-Agent")) {
        headers.push_back({"User-Agent", "AmazonAPIGateway_" + call.api.id});
    }
    return headers;
}

} // namespace

base::Result<void> check_host(std::string_view url, const std::vector<std::string>& hosts) {
    const std::size_t host = url.find("://");
    // A path parameter may stand in the path, not in the host.
    const std::string plain = base::replace_all(base::replace_all(url, "{", "_"), "}", "_");
    const auto parsed = net::parse_url(plain);
    if (host == std::string_view::npos || !parsed) {
        return base::fail(fmt::format("its integration URI '{}' is no URL of a server", url));
    }
    if (!may_be_asked(host_of(*parsed), hosts)) {
        return base::fail(fmt::format(
            "HTTP integrations are served where the server is on this machine (localhost, "
            "127.0.0.1), not for host '{0}'; --allow-http-integration {0} has it asked",
            host_of(*parsed)));
    }
    return {};
}

tl::expected<BackendRequest, Untranslated> backend_request(
    const Call& call,
    const HttpIntegration& integration,
    TranslatedRequest request,
    int stop_descriptor) {
    for (const auto& [name, value] : call.match.parameters) { // those that are not mapped
        const auto same = [&](const auto& pair) { return pair.first == name; };
        if (std::none_of(request.path.begin(), request.path.end(), same)) {
            request.path.emplace_back(name, value);
        }
    }
    const std::string url = sendable(with_path(integration.url, request.path));
    const auto parsed = net::parse_url(url);
    if (!parsed || !may_be_asked(host_of(*parsed), call.api.http_hosts)) {
        return tl::unexpected(Untranslated{
            Refusal::integration_failure, fmt::format("'{}' is no server that may be asked", url)});
    }
    net::ClientRequest sent;
    sent.method = integration.method.empty() ? call.request.method : integration.method;
    sent.target = with_query(
        target_of(call, *parsed), integration.proxy ? call.request.query() : "", request.query);
    sent.headers = headers_for(call, integration, request);
    if (!has_header(sent.headers, "Host")) {
        sent.headers.push_back({"Host", parsed->host()});
    }
    if (integration.proxy) {
        auto body = converted_request(call, integration.mapping->handling, call.request.body);
        if (!body) {
            return tl::unexpected(std::move(body.error()));
        }
        sent.body = std::move(*body);
    } else {
        sent.body = std::move(request.body);
    }
    sent.time_limit = integration.timeout;
    sent.timeout = integration.timeout;
    sent.body_limit = aws::api_gateway::request_payload;
    sent.stop_descriptor = stop_descriptor;
    return BackendRequest{parsed->address, std::move(sent)};
}

Untranslated no_answer(const net::HttpError& error) {
    return {
        error.kind == net::HttpFailure::timeout ? Refusal::integration_timeout
                                                : Refusal::integration_failure,
        error.message};
}

net::HttpHeaders answer_headers(net::HttpHeaders headers) {
    std::erase_if(headers, [](const net::HttpHeader& header) {
        return is_hop(header.name) || net::equal_ignoring_case(header.name, "date");
    });
    return headers;
}

tl::expected<Answer, Untranslated> ask_backend(
    const Call& call,
    const HttpIntegration& integration,
    TranslatedRequest request,
    int stop_descriptor) {
    const auto asked = backend_request(call, integration, std::move(request), stop_descriptor);
    if (!asked) {
        return tl::unexpected(asked.error());
    }
    net::HttpClient client(asked->address);
    auto received = client.send(asked->request);
    if (!received) {
        return tl::unexpected(no_answer(received.error()));
    }
    Answer answer;
    answer.selector = std::to_string(received->status);
    answer.body = std::move(received->body);
    answer.headers = std::move(received->headers);
    const std::string* type = net::find_header(answer.headers, "Content-Type");
    answer.content_type = type == nullptr ? "application/json" : *type;
    return answer;
}

tl::expected<net::HttpResponse, Untranslated>
proxied(const Call& call, const Mapping& mapping, Answer answer) {
    net::HttpResponse response{200, {}, {}};
    std::from_chars(
        answer.selector.data(), answer.selector.data() + answer.selector.size(), response.status);
    const MappedResponse* mapped = response_for(mapping, answer.selector);
    auto body = converted_answer(
        call,
        mapped == nullptr ? ContentHandling::none : mapped->handling,
        answer.content_type,
        std::move(answer.body));
    if (!body) {
        return tl::unexpected(std::move(body.error()));
    }
    response.body = std::move(*body);
    response.headers = answer_headers(std::move(answer.headers));
    return response;
}

} // namespace samara::gateway
