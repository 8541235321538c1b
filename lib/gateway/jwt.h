#pragma once

#include "base/error.h"
#include "data/value.h"
#include "gateway/crypto.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

/// JSON Web Tokens (RFC 7519), as API Gateway takes them.
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
namespace samara::gateway {

/// The public keys of an issuer.
class JwtKeySet {
public:
    /// A JWKS document. Keys of kinds that are not taken (symmetric, other curves) are left out.
    static base::Result<JwtKeySet> parse(std::string_view jwks);

    /// The key called `kid`; without a kid the only key there is. nullptr otherwise.
    [[nodiscard]] const Key* find(std::string_view kid) const;

    [[nodiscard]] bool empty() const { return keys_.empty(); }

private:
    struct Named {
        std::string kid;
        Key key;
    };

    std::vector<Named> keys_;
};

struct Jwt {
    std::string alg;
    std::string kid;
    data::Value claims;           ///< not to be trusted before verify_signature
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

/// Takes a token apart; its form only. Huge and deeply nested ones are refused.
base::Result<Jwt> parse_jwt(std::string_view token);

/// Whether one of RS256/384/512, ES256/384 by a key of the set made the signature. `none` and
/// symmetric algorithms never pass.
bool verify_signature(const Jwt& token, const JwtKeySet& keys);

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

} // namespace samara::gateway
