#pragma once

#include "base/error.h"
#include "data/value.h"
#include "jose/crypto.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

/// JSON Web Tokens (RFC 7519), as API Gateway takes them.
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
namespace samara::jose {

struct Jwt {
    std::string alg;
    std::string kid;
    data::Value claims;           ///< not to be trusted before JwtKeySet::verify
    std::string_view signed_part; ///< points into the token
    std::string signature;

    [[nodiscard]] std::string text_claim(std::string_view name) const;
    /// Seconds since the epoch; nothing when it is missing or no number.
    [[nodiscard]] std::optional<std::int64_t> time_claim(std::string_view name) const;
    /// "scope" (a text with blanks) or "scp" (a list or such a text).
    [[nodiscard]] std::vector<std::string> scopes() const;
    /// "aud" (a text or list), and "client_id" where there is no aud.
    [[nodiscard]] std::vector<std::string> audience() const;
};

/// The public keys of an issuer.
class JwtKeySet {
public:
    /// A JWKS document; `name` is the file or URL it comes from. Keys of kinds that are not taken
    /// (symmetric, other curves, short, for encryption) are left out.
    static base::Result<JwtKeySet> parse(std::string_view jwks, const std::string& name = "JWKS");

    [[nodiscard]] bool has(std::string_view kid) const;

    /// Whether the key that the token names has signed it, by one of RS256/384/512, ES256/384 and
    /// by the algorithm the key is for. `none`, symmetric algorithms and tokens that name no key
    /// never pass.
    [[nodiscard]] bool verify(const Jwt& token) const;

    [[nodiscard]] bool empty() const { return keys_.empty(); }

private:
    struct Named {
        std::string kid;
        std::string alg; ///< may be empty: any that suits the key
        Key key;
    };

    std::vector<Named> keys_;
};

/// Takes a token apart; its form only. Huge and deeply nested ones are refused.
base::Result<Jwt> parse_jwt(std::string_view token);

/// What check_claims says of a token that held once.
inline constexpr std::string_view token_has_expired = "the token has expired";

/// Why the token does not hold now ("the token has expired"), empty when it does. An empty audience
/// allows any.
std::string check_claims(
    const Jwt& token,
    const std::vector<std::string>& issuers,
    const std::vector<std::string>& audience,
    std::chrono::system_clock::time_point now);

/// A token signed with ES256. `claims` is a JSON object.
base::Result<std::string> sign_jwt(const Key& key, std::string_view kid, const data::Value& claims);

/// The JWKS document with the public part of one P-256 key.
std::string write_jwks(const Key& key, std::string_view kid);

} // namespace samara::jose
