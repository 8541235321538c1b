#include "serving/page_guard.h"

#include "base/strings.h"
#include "base/usage_error.h"
#include "net/local_address.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace samara::serving {

namespace {

// What containers call the machine they run on; `internal` is reserved for private use.
constexpr std::array<std::string_view, 3> names_in_containers{
    "host.docker.internal", "gateway.docker.internal", "host.containers.internal"};

/// Host and port as a Host header, or an Origin after its scheme, has them.
struct Authority {
    std::string host; ///< lower case, without brackets and a last dot
    std::string port; ///< empty: that of the scheme

    bool operator==(const Authority&) const = default;
};

Authority split(std::string_view text, std::string_view usual_port) {
    std::string_view host = text;
    std::string_view port;
    const std::size_t bracket = text.rfind(']');
    if (const std::size_t colon = text.rfind(':');
        colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    if (host.ends_with('.')) {
        host.remove_suffix(1);
    }
    return {base::to_lower(host), std::string(port == usual_port ? std::string_view() : port)};
}

/// Whether an Origin ("http://localhost:3001") or a Referer is of what the Host header names.
bool is_same_origin(std::string_view url, std::string_view host) {
    for (const auto& [scheme, port] :
         {std::pair<std::string_view, std::string_view>{"http://", "80"}, {"https://", "443"}}) {
        if (url.starts_with(scheme)) {
            const std::string_view rest = url.substr(scheme.size());
            const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
            return split(authority, port) == split(host, port);
        }
    }
    return false; // "null" among them
}

} // namespace

bool PageGuard::is_ours(std::string_view host) const {
    const std::string name = split(host, "").host;
    return name == "localhost" || name.ends_with(".localhost") || name == "127.0.0.1" ||
           std::find(allowed_hosts_.begin(), allowed_hosts_.end(), name) != allowed_hosts_.end() ||
           std::find(names_in_containers.begin(), names_in_containers.end(), name) !=
               names_in_containers.end() ||
           net::is_local_address(name);
}

std::optional<std::string> PageGuard::refusal(const net::HttpRequest& request) const {
    // HTTP/1.0 has none, and no browser speaks that.
    const std::string* host = net::find_header(request.headers, "Host");
    if (host != nullptr && !is_ours(*host)) {
        return fmt::format(
            "The name '{0}' is not one of this machine. If it shall be, start with --allow-host "
            "{0}",
            split(*host, "").host);
    }
    for (const net::HttpHeader& header : request.headers) {
        const auto is = [&](std::string_view name) {
            return net::equal_ignoring_case(header.name, name);
        };
        // `none`: the user wrote the address. https://www.w3.org/TR/fetch-metadata/
        const bool foreign = is("Sec-Fetch-Site")
                                 ? header.value != "same-origin" && header.value != "none"
                                 : (is("Origin") || is("Referer")) &&
                                       (host == nullptr || !is_same_origin(header.value, *host));
        if (foreign) {
            return fmt::format(
                "A web page of another origin has asked ({}: {}). Pages may not call this service",
                header.name,
                header.value);
        }
    }
    return std::nullopt;
}

base::Result<std::vector<std::string>>
read_host_names(const std::vector<std::string>& given, std::string_view option) {
    std::vector<std::string> names;
    for (const std::string& text : given) {
        const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' ||
                   c == '_';
        });
        if (text.empty() || !plain) {
            return base::fail(base::usage_error(
                fmt::format("{}: '{}' is not the name of a host", option, text),
                fmt::format(
                    "write it alone, without scheme and port: {} build.example.com", option)));
        }
        names.push_back(split(text, "").host);
    }
    return names;
}

} // namespace samara::serving
