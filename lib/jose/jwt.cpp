#include "jose/jwt.h"

#include "base/base64.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "base/try.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::jose {

namespace {

constexpr std::size_t max_token = 16UL * 1024;
constexpr std::size_t max_depth = 16;

/// base64url without padding (RFC 7515), nothing else.
std::optional<std::string> decode(std::string_view text) {
    const bool alphabet = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_';
    });
    return alphabet ? base::base64_decode(text) : std::nullopt;
}

std::string encode(std::string_view bytes) {
    std::string text = base::base64_encode(bytes);
    text.erase(std::min(text.find('='), text.size()));
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

std::string decoded_member(const data::Value& map, std::string_view name) {
    return decode(data::text_of(map, name)).value_or(std::string());
}

std::optional<Key> read_key(const data::Value& jwk) {
    const std::string use = data::text_of(jwk, "use");
    if (!use.empty() && use != "sig") {
        return std::nullopt;
    }
    const std::string type = data::text_of(jwk, "kty");
    if (type == "RSA") {
        return Key::from_rsa(decoded_member(jwk, "n"), decoded_member(jwk, "e"));
    }
    if (type == "EC") {
        return Key::from_ec(
            data::text_of(jwk, "crv"), decoded_member(jwk, "x"), decoded_member(jwk, "y"));
    }
    return std::nullopt;
}

base::Result<data::Value> read_part(std::string_view part) {
    const auto json = decode(part);
    if (!json) {
        return base::fail("the token is not base64url");
    }
    auto value = data::read_json(*json, "token", {.depth = max_depth});
    if (!value || !value->is_map()) {
        return base::fail("a part of the token is no JSON object");
    }
    return value;
}

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> found;
    for (const std::string_view word : base::split(text, ' ')) {
        if (!word.empty()) {
            found.emplace_back(word);
        }
    }
    return found;
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

} // namespace

base::Result<JwtKeySet> JwtKeySet::parse(std::string_view jwks, const std::string& name) {
    TRY_ASSIGN(const auto document, data::read_json(jwks, name, {.depth = max_depth}));
    const data::Value* keys = document.find("keys");
    if (keys == nullptr || !keys->is_list()) {
        return base::fail(fmt::format("{}: a JWKS document needs a list called 'keys'", name));
    }
    JwtKeySet set;
    for (const data::Value& jwk : *keys->as_list()) {
        if (auto key = read_key(jwk)) {
            set.keys_.push_back(
                {data::text_of(jwk, "kid"), data::text_of(jwk, "alg"), std::move(*key)});
        }
    }
    return set;
}

bool JwtKeySet::has(std::string_view kid) const {
    return std::any_of(
        keys_.begin(), keys_.end(), [&](const Named& named) { return named.kid == kid; });
}

bool JwtKeySet::verify(const Jwt& token) const {
    return !token.kid.empty() && std::any_of(keys_.begin(), keys_.end(), [&](const Named& named) {
        return named.kid == token.kid && (named.alg.empty() || named.alg == token.alg) &&
               named.key.verify(token.alg, token.signed_part, token.signature);
    });
}

std::string Jwt::text_claim(std::string_view name) const {
    const data::Value* claim = claims.find(name);
    return claim == nullptr ? std::string() : std::string(claim->text());
}

std::optional<std::int64_t> Jwt::time_claim(std::string_view name) const {
    const data::Value* claim = claims.find(name);
    if (claim == nullptr) {
        return std::nullopt;
    }
    if (const std::int64_t* seconds = claim->as_integer()) {
        return *seconds;
    }
    if (const double* seconds = claim->as_number();
        seconds != nullptr && *seconds > -9e18 && *seconds < 9e18) {
        return static_cast<std::int64_t>(*seconds);
    }
    return std::nullopt;
}

std::vector<std::string> Jwt::scopes() const {
    for (const std::string_view name : {"scope", "scp"}) {
        if (const data::Value* claim = claims.find(name)) {
            return claim->is_list() ? data::texts_of(claim) : words(claim->text());
        }
    }
    return {};
}

std::vector<std::string> Jwt::audience() const {
    const data::Value* claim = claims.find("aud");
    return data::texts_of(claim != nullptr ? claim : claims.find("client_id"));
}

base::Result<Jwt> parse_jwt(std::string_view token) {
    if (token.size() > max_token) {
        return base::fail("the token is too large");
    }
    const auto parts = base::split(token, '.');
    if (parts.size() != 3) {
        return base::fail("token contains an invalid number of segments");
    }
    const auto header = read_part(parts[0]);
    auto claims = read_part(parts[1]);
    auto signature = decode(parts[2]);
    if (!header || !claims || !signature) {
        return base::fail("the token is no JWT");
    }
    if (header->find("crit") != nullptr) {
        return base::fail("the token has critical extensions");
    }
    Jwt jwt;
    jwt.alg = data::text_of(*header, "alg");
    jwt.kid = data::text_of(*header, "kid");
    jwt.claims = std::move(*claims);
    jwt.signed_part = token.substr(0, parts[0].size() + 1 + parts[1].size());
    jwt.signature = std::move(*signature);
    return jwt;
}

std::string check_claims(
    const Jwt& token,
    const std::vector<std::string>& issuers,
    const std::vector<std::string>& audience,
    std::chrono::system_clock::time_point now) {
    const std::int64_t seconds =
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    const std::string issuer = token.text_claim("iss");
    if (issuer.empty() || !contains(issuers, issuer)) {
        return "the token does not have a valid issuer";
    }
    const auto expiry = token.time_claim("exp");
    if (!expiry || *expiry <= seconds) {
        return std::string(token_has_expired);
    }
    for (const std::string_view name : {"nbf", "iat"}) {
        // A claim that is there and no time does not hold either.
        const auto time = token.time_claim(name);
        if (token.claims.find(name) != nullptr && (!time || *time > seconds)) {
            return "the token is not yet valid";
        }
    }
    const auto offered = token.audience();
    const bool meant = audience.empty() ||
                       std::any_of(offered.begin(), offered.end(), [&](const std::string& one) {
                           return contains(audience, one);
                       });
    return meant ? "" : "the token does not have a valid audience";
}

base::Result<std::string>
sign_jwt(const Key& key, std::string_view kid, const data::Value& claims) {
    std::string header;
    base::JsonWriter(header)
        .begin_object()
        .member("alg", "ES256")
        .member("typ", "JWT")
        .member("kid", kid)
        .end_object();
    std::string token = encode(header) + "." + encode(data::write_json(claims));
    const auto signature = key.sign_es256(token);
    if (!signature) {
        return base::fail("the key cannot sign: it has to be a P-256 private key");
    }
    return token + "." + encode(*signature);
}

std::string write_jwks(const Key& key, std::string_view kid) {
    std::string jwks;
    const auto point = key.point();
    base::JsonWriter json(jwks);
    json.begin_object().key("keys").begin_list();
    if (point) {
        json.begin_object().member("kty", "EC").member("crv", "P-256").member("use", "sig");
        json.member("alg", "ES256").member("kid", kid);
        json.member("x", encode(point->first)).member("y", encode(point->second)).end_object();
    }
    json.end_list().end_object();
    return jwks;
}

} // namespace samara::jose
