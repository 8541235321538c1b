#include "aws_client/canonical_request.h"

#include "base/percent.h"
#include "base/strings.h"
#include "jose/crypto.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace samara::aws_client {

std::string uri_encode(std::string_view text, bool keep_slash) {
    constexpr std::string_view unreserved = "-_.~";
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z') || unreserved.find(c) != std::string_view::npos ||
                           (keep_slash && c == '/');
        if (plain) {
            encoded += c;
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return encoded;
}

namespace {

/// The path as it is signed: without "." and ".." and with one slash where several stand, as AWS
/// has it for every service but S3.
/// docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
std::string normal_path(std::string_view path) {
    std::vector<std::string_view> segments;
    for (const std::string_view segment : base::split(path, '/')) {
        if (segment == ".." && !segments.empty()) {
            segments.pop_back();
        } else if (!segment.empty() && segment != "." && segment != "..") {
            segments.push_back(segment);
        }
    }
    std::string normal;
    for (const std::string_view segment : segments) {
        normal.append("/").append(segment);
    }
    return normal.empty() || path.ends_with('/') ? normal + "/" : normal;
}

/// Decoded without '+' meaning a blank, encoded again, sorted. A signature in the query is not part
/// of what it signs.
std::string canonical_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const std::string_view piece : base::split(query, '&')) {
        if (piece.empty()) {
            continue;
        }
        const std::size_t equals = std::min(piece.find('='), piece.size());
        const std::string_view value = piece.substr(std::min(equals + 1, piece.size()));
        if (piece.substr(0, equals) == "X-Amz-Signature") {
            continue;
        }
        pairs.emplace_back(
            uri_encode(base::percent_decode(piece.substr(0, equals)), false),
            uri_encode(base::percent_decode(value), false));
    }
    std::sort(pairs.begin(), pairs.end());
    std::vector<std::string> pieces;
    pieces.reserve(pairs.size());
    for (const auto& [name, value] : pairs) {
        pieces.push_back(fmt::format("{}={}", name, value));
    }
    return base::join(pieces, "&");
}

/// Blanks at the ends gone, several of them one.
std::string canonical_value(std::string_view value) {
    std::string canonical;
    for (const char c : base::trim(value)) {
        if (c != ' ' || canonical.empty() || canonical.back() != ' ') {
            canonical += c;
        }
    }
    return canonical;
}

std::string canonical_headers(const ToSign& what) {
    std::string canonical;
    for (const std::string_view name : what.signed_headers) {
        std::vector<std::string> values;
        for (const net::HttpHeader& header : what.request->headers) {
            if (net::equal_ignoring_case(header.name, name)) {
                values.push_back(canonical_value(header.value));
            }
        }
        canonical.append(name).append(":").append(base::join(values, ",")).append("\n");
    }
    return canonical;
}

} // namespace

bool is_signed_header(std::string_view name) {
    constexpr std::array<std::string_view, 8> changing{
        "authorization",
        "connection",
        "content-length",
        "expect",
        "proxy-authorization",
        "transfer-encoding",
        "user-agent",
        "x-amzn-trace-id"};
    return std::none_of(changing.begin(), changing.end(), [&](std::string_view other) {
        return net::equal_ignoring_case(name, other);
    });
}

std::string signature_of(const ToSign& what, const std::string& secret_key) {
    // Every service but S3 encodes the path twice; what came is encoded once.
    const std::string path = what.path == PathRule::as_sent
                                 ? std::string(what.request->path())
                                 : uri_encode(normal_path(what.request->path()), true);
    const std::string canonical = fmt::format(
        "{}\n{}\n{}\n{}\n{}\n{}",
        what.request->method,
        path,
        canonical_query(what.request->query()),
        canonical_headers(what),
        fmt::join(what.signed_headers, ";"),
        what.payload_hash);
    const std::string scope =
        fmt::format("{}/{}/{}/aws4_request", what.date, what.region, what.service);
    const std::string to_sign = fmt::format(
        "{}\n{}\n{}\n{}",
        signing_algorithm,
        what.time,
        scope,
        jose::to_hex(jose::sha256(canonical)));
    std::string key = jose::hmac_sha256("AWS4" + secret_key, what.date);
    for (const std::string_view part :
         {what.region, what.service, std::string_view("aws4_request")}) {
        key = jose::hmac_sha256(key, part);
    }
    return jose::to_hex(jose::hmac_sha256(key, to_sign));
}

} // namespace samara::aws_client
