#include "aws_client/sigv4.h"

#include "aws_client/canonical_request.h"
#include "base/percent.h"
#include "base/strings.h"
#include "jose/crypto.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace samara::aws_client {

namespace {

constexpr std::chrono::minutes tolerance{5};

/// The parts of "AWS4-HMAC-SHA256 Credential=K/D/R/S/aws4_request, SignedHeaders=...,
/// Signature=...".
struct SignatureParts {
    std::string access_key;
    std::string date;
    std::string region;
    std::string service;
    std::vector<std::string_view> signed_headers;
    std::string_view signed_headers_text;
    std::string signature;
};

/// "K/20150830/us-east-1/execute-api/aws4_request"
bool parse_credential(std::string_view text, SignatureParts& parsed) {
    const auto scope = base::split(text, '/');
    if (scope.size() != 5 || scope[4] != "aws4_request") {
        return false;
    }
    parsed.access_key = scope[0];
    parsed.date = scope[1];
    parsed.region = scope[2];
    parsed.service = scope[3];
    return true;
}

/// Without the host a signature would do for any server.
bool signs_host(const SignatureParts& parsed) {
    return std::find(parsed.signed_headers.begin(), parsed.signed_headers.end(), "host") !=
           parsed.signed_headers.end();
}

std::optional<SignatureParts> parse_authorization(std::string_view header) {
    if (header.substr(0, signing_algorithm.size()) != signing_algorithm) {
        return std::nullopt;
    }
    SignatureParts parsed;
    for (std::string_view piece : base::split(header.substr(signing_algorithm.size()), ',')) {
        piece = base::trim(piece);
        const std::size_t equals = piece.find('=');
        if (equals == std::string_view::npos) {
            return std::nullopt;
        }
        const std::string_view value = piece.substr(equals + 1);
        const std::string_view name = piece.substr(0, equals);
        if (name == "Credential") {
            if (!parse_credential(value, parsed)) {
                return std::nullopt;
            }
        } else if (name == "SignedHeaders") {
            parsed.signed_headers_text = value;
            parsed.signed_headers = base::split(value, ';');
        } else if (name == "Signature") {
            parsed.signature = value;
        }
    }
    return signs_host(parsed) ? std::optional<SignatureParts>(std::move(parsed)) : std::nullopt;
}

/// The signature that the holder of the secret key would have made.
std::string sign(
    const net::HttpRequest& request,
    const SignatureParts& authorization,
    std::string_view time,
    const std::string& secret_key,
    const SigningRules& rules = {}) {
    return signature_of(
        {.request = &request,
         .signed_headers = authorization.signed_headers,
         .path = rules.path,
         .payload_hash = rules.payload_hash.empty() ? jose::to_hex(jose::sha256(request.body))
                                                    : rules.payload_hash,
         .time = time,
         .date = authorization.date,
         .region = authorization.region,
         .service = authorization.service},
        secret_key);
}

/// "20150830T123600Z". In seconds: the clock's nanoseconds end in 2262, years of four digits do
/// not.
std::optional<std::chrono::sys_seconds> parse_time(const std::string& text) {
    std::tm parts{};
    const char* const end = strptime(text.c_str(), "%Y%m%dT%H%M%SZ", &parts);
    if (end == nullptr || *end != '\0') {
        return std::nullopt;
    }
    return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

/// A signature with all that it depends on. Views refer to the request or to `query`.
struct Presented {
    std::vector<std::pair<std::string, std::string>> query; ///< of a presigned request, decoded
    SignatureParts authorization;
    std::string_view time;
    std::string_view token;
    std::chrono::seconds lifetime{tolerance};
};

std::string_view
value_in(const std::vector<std::pair<std::string, std::string>>& query, std::string_view name) {
    for (const auto& [key, value] : query) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

bool read_header_signature(const net::HttpRequest& request, Presented& presented) {
    const std::string* header = net::find_header(request.headers, "Authorization");
    const std::string* time = net::find_header(request.headers, "X-Amz-Date");
    if (header == nullptr || time == nullptr) {
        return false;
    }
    auto authorization = parse_authorization(*header);
    if (!authorization) {
        return false;
    }
    presented.authorization = std::move(*authorization);
    presented.time = *time;
    if (const std::string* token = net::find_header(request.headers, "X-Amz-Security-Token")) {
        presented.token = *token;
    }
    return true;
}

/// docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
bool read_query_signature(const net::HttpRequest& request, Presented& presented) {
    constexpr int week = 604'800;
    presented.query = base::parse_query(request.query());
    const auto value = [&](std::string_view name) { return value_in(presented.query, name); };
    const std::string_view expires = value("X-Amz-Expires");
    int seconds = 0;
    const auto [end, error] =
        std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
    if (value("X-Amz-Algorithm") != signing_algorithm || error != std::errc{} ||
        end != expires.data() + expires.size() || seconds < 1 || seconds > week) {
        return false;
    }
    SignatureParts& authorization = presented.authorization;
    authorization.signed_headers_text = value("X-Amz-SignedHeaders");
    authorization.signed_headers = base::split(authorization.signed_headers_text, ';');
    authorization.signature = value("X-Amz-Signature");
    presented.time = value("X-Amz-Date");
    presented.token = value("X-Amz-Security-Token");
    presented.lifetime = std::chrono::seconds(seconds);
    return parse_credential(value("X-Amz-Credential"), authorization) && signs_host(authorization);
}

/// AWS's words for a moment out of the tolerance, empty for one within it.
std::string out_of_time(
    std::string_view signed_at,
    std::chrono::sys_seconds time,
    std::chrono::sys_seconds now,
    std::chrono::seconds lifetime) {
    const auto stamp = [](std::chrono::sys_seconds moment) {
        return fmt::format(
            "{:%Y%m%dT%H%M%SZ}",
            fmt::gmtime(static_cast<std::time_t>(moment.time_since_epoch().count())));
    };
    if (now - time > lifetime) {
        return fmt::format(
            "Signature expired: {} is now earlier than {} ({} - {} min.)",
            signed_at,
            stamp(now - lifetime),
            stamp(now),
            lifetime / std::chrono::minutes(1));
    }
    if (time - now > tolerance) {
        return fmt::format(
            "Signature not yet current: {} is still later than {} ({} + {} min.)",
            signed_at,
            stamp(now + tolerance),
            stamp(now),
            tolerance.count());
    }
    return {};
}

/// What is wrong with the scope of a credential, in AWS's words.
std::string
wrong_scope(const Presented& presented, std::string_view region, std::string_view service) {
    const SignatureParts& authorization = presented.authorization;
    if (authorization.service != service) {
        return fmt::format("Credential should be scoped to correct service: '{}'.", service);
    }
    if (authorization.region != region) {
        return fmt::format(
            "Credential should be scoped to a valid region, not '{}'.", authorization.region);
    }
    if (authorization.date != presented.time.substr(0, 8)) {
        return fmt::format(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            "HTTP: '{}' != '{}'.",
            authorization.date,
            presented.time.substr(0, 8));
    }
    return {};
}

} // namespace

VerifiedSignature verify_sigv4(
    const net::HttpRequest& request,
    const IamCredentials& credentials,
    std::string_view region,
    std::chrono::system_clock::time_point now,
    std::string_view service) {
    Presented presented;
    if (!read_header_signature(request, presented) && !read_query_signature(request, presented)) {
        return {};
    }
    const SignatureParts& authorization = presented.authorization;
    const auto time = parse_time(std::string(presented.time));
    if (!time) {
        return {};
    }
    VerifiedSignature verified{SignatureVerdict::mismatch, authorization.access_key, {}, {}};
    const auto credential = credentials.find(authorization.access_key);
    if (credential == credentials.end() ||
        !jose::equal_in_constant_time(credential->second.session_token, presented.token)) {
        verified.verdict = SignatureVerdict::unknown_key;
        return verified;
    }
    verified.user = credential->second.name;
    verified.message = wrong_scope(presented, region, service);
    // The hash a client declares is signed with the rest; the body has to have it: a payload that
    // is not signed (UNSIGNED-PAYLOAD) is for S3 only.
    const std::string* hash = net::find_header(request.headers, "X-Amz-Content-Sha256");
    const bool body_matches = hash == nullptr || *hash == jose::to_hex(jose::sha256(request.body));
    if (!body_matches || !verified.message.empty() ||
        !jose::equal_in_constant_time(
            sign(request, authorization, presented.time, credential->second.secret_key),
            authorization.signature)) {
        return verified;
    }
    verified.message = out_of_time(
        presented.time, *time, std::chrono::floor<std::chrono::seconds>(now), presented.lifetime);
    verified.verdict =
        verified.message.empty() ? SignatureVerdict::valid : SignatureVerdict::expired;
    return verified;
}

void sign_sigv4(
    net::HttpRequest& request,
    const std::string& access_key,
    const IamCredential& credential,
    const std::string& region,
    const std::string& service,
    std::chrono::system_clock::time_point now,
    const SigningRules& rules) {
    const std::string time =
        fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
    request.headers.push_back({"X-Amz-Date", time});
    if (!credential.session_token.empty()) {
        request.headers.push_back({"X-Amz-Security-Token", credential.session_token});
    }
    std::vector<std::string> names;
    names.reserve(request.headers.size());
    for (const net::HttpHeader& header : request.headers) {
        if (is_signed_header(header.name)) {
            names.push_back(base::to_lower(header.name));
        }
    }
    std::sort(names.begin(), names.end());
    const std::string signed_headers = base::join(names, ";");
    SignatureParts authorization;
    authorization.date = time.substr(0, time.find('T'));
    authorization.region = region;
    authorization.service = service;
    authorization.signed_headers = base::split(signed_headers, ';');
    authorization.signed_headers_text = signed_headers;
    request.headers.push_back(
        {"Authorization",
         fmt::format(
             "{} Credential={}/{}/{}/{}/aws4_request, SignedHeaders={}, Signature={}",
             signing_algorithm,
             access_key,
             authorization.date,
             region,
             service,
             signed_headers,
             sign(request, authorization, time, credential.secret_key, rules))});
}

} // namespace samara::aws_client
