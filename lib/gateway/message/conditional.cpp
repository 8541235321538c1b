#include "gateway/message/conditional.h"

#include "net/http_date.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

bool client_has(const net::HttpRequest& request, const Representation& representation) {
    if (const std::string* tags = net::find_header(request.headers, "If-None-Match")) {
        return *tags == "*" || tags->find(representation.etag) != std::string::npos;
    }
    const std::string* since = net::find_header(request.headers, "If-Modified-Since");
    const auto date = since == nullptr ? std::nullopt : net::parse_http_date(*since);
    return date && representation.modified <= *date;
}

std::optional<std::size_t> parse_size(std::string_view text) {
    std::size_t size = 0;
    const char* const end = text.data() + text.size();
    const auto [last, failure] = std::from_chars(text.data(), end, size);
    return text.empty() || last != end || failure != std::errc{} ? std::nullopt
                                                                 : std::optional(size);
}

struct Range {
    std::size_t begin = 0;
    std::size_t end = 0; ///< one past the last byte; no more than begin: outside
};

/// The one range that is asked for; nothing where all is to be sent, as a server may always do.
std::optional<Range>
wanted_range(const net::HttpRequest& request, const Representation& representation) {
    const std::string* header = net::find_header(request.headers, "Range");
    const std::string* condition = net::find_header(request.headers, "If-Range");
    constexpr std::string_view unit = "bytes=";
    if (header == nullptr || request.method != "GET" || !header->starts_with(unit) ||
        (condition != nullptr && *condition != representation.etag)) {
        return std::nullopt;
    }
    const std::string_view range = std::string_view(*header).substr(unit.size());
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t size = representation.bytes.size();
    const auto first = parse_size(range.substr(0, dash));
    const auto last = parse_size(range.substr(dash + 1));
    if (dash == 0 && last) { // the last so many
        return Range{size - std::min(*last, size), size};
    }
    if (!first || (!last && dash + 1 < range.size()) || (last && *last < *first)) {
        return std::nullopt;
    }
    return Range{*first, last && *last < size ? *last + 1 : size};
}

} // namespace

net::HttpResponse respond(const net::HttpRequest& request, Representation representation) {
    net::HttpResponse response;
    // A file may be edited at any time: clients are to ask again.
    response.headers = {
        {"ETag", representation.etag},
        {"Last-Modified", net::http_date(representation.modified)},
        {"Cache-Control", "no-cache"},
        {"Accept-Ranges", "bytes"}};
    if (client_has(request, representation)) {
        response.status = 304;
        return response;
    }
    response.headers.push_back({"Content-Type", std::move(representation.media_type)});
    const auto range = wanted_range(request, representation);
    if (!range) {
        response.body = std::move(representation.bytes);
        return response;
    }
    const std::size_t size = representation.bytes.size();
    if (range->begin >= range->end) {
        response.status = 416;
        response.headers.push_back({"Content-Range", fmt::format("bytes */{}", size)});
        return response;
    }
    response.status = 206;
    response.headers.push_back(
        {"Content-Range", fmt::format("bytes {}-{}/{}", range->begin, range->end - 1, size)});
    response.body = representation.bytes.substr(range->begin, range->end - range->begin);
    return response;
}

} // namespace samara::gateway
