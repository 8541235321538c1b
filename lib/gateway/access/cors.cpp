#include "gateway/access/cors.h"

#include "base/strings.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// "*", an origin, or a scheme with any host: "https://*".
bool matches(std::string_view pattern, std::string_view origin) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) {
        return net::equal_ignoring_case(pattern, origin);
    }
    const std::string_view before = pattern.substr(0, star);
    const std::string_view after = pattern.substr(star + 1);
    return origin.size() >= before.size() + after.size() &&
           origin.substr(0, before.size()) == before &&
           origin.substr(origin.size() - after.size()) == after;
}

/// The value of Access-Control-Allow-Origin, empty when the origin may not.
std::string allowed_origin(const Cors& cors, std::string_view origin) {
    for (const std::string& pattern : cors.origins) {
        if (pattern == "*") {
            return "*";
        }
        if (matches(pattern, origin)) {
            return std::string(origin);
        }
    }
    return {};
}

/// Adds what both kinds of response have; false when the origin may not.
bool add_common(const Cors& cors, const net::HttpRequest& request, net::HttpResponse& response) {
    const std::string* origin = net::find_header(request.headers, "Origin");
    if (origin == nullptr) {
        return false;
    }
    std::string allowed = allowed_origin(cors, *origin);
    if (allowed.empty()) {
        return false;
    }
    response.headers.push_back({"Access-Control-Allow-Origin", std::move(allowed)});
    if (cors.credentials) {
        response.headers.push_back({"Access-Control-Allow-Credentials", "true"});
    }
    return true;
}

} // namespace

bool is_preflight(const net::HttpRequest& request) {
    return request.method == "OPTIONS" && net::find_header(request.headers, "Origin") != nullptr &&
           net::find_header(request.headers, "Access-Control-Request-Method") != nullptr;
}

net::HttpResponse preflight_response(const Cors& cors, const net::HttpRequest& request) {
    net::HttpResponse response{204, {}, {}};
    if (!add_common(cors, request, response)) {
        return response;
    }
    if (!cors.methods.empty()) {
        response.headers.push_back({"Access-Control-Allow-Methods", base::join(cors.methods, ",")});
    }
    if (!cors.headers.empty()) {
        response.headers.push_back({"Access-Control-Allow-Headers", base::join(cors.headers, ",")});
    }
    if (!cors.expose_headers.empty()) {
        response.headers.push_back(
            {"Access-Control-Expose-Headers", base::join(cors.expose_headers, ",")});
    }
    if (cors.max_age) {
        response.headers.push_back({"Access-Control-Max-Age", fmt::format("{}", *cors.max_age)});
    }
    return response;
}

void apply_cors(const Cors& cors, const net::HttpRequest& request, net::HttpResponse& response) {
    constexpr std::string_view prefix = "access-control-";
    std::erase_if(response.headers, [&](const net::HttpHeader& header) {
        return net::equal_ignoring_case(
            std::string_view(header.name).substr(0, prefix.size()), prefix);
    });
    if (add_common(cors, request, response) && !cors.expose_headers.empty()) {
        response.headers.push_back(
            {"Access-Control-Expose-Headers", base::join(cors.expose_headers, ",")});
    }
}

} // namespace samara::gateway
