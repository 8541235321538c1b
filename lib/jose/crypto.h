#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// The few primitives that tokens and signatures need, over OpenSSL. Private to gateway/.
namespace samara::jose {

/// 32 bytes.
std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// Small hexadecimal digits.
std::string to_hex(std::string_view bytes);

/// Without a shortcut at the first difference.
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// An RSA or elliptic curve key, public or with its private part.
class Key {
public:
    enum class Type : std::uint8_t { rsa, p256, p384 };

    /// From the members of a JSON Web Key (RFC 7518 section 6), base64url-decoded.
    static std::optional<Key> from_rsa(std::string_view modulus, std::string_view exponent);
    static std::optional<Key>
    from_ec(std::string_view curve, std::string_view x, std::string_view y);

    /// From a PEM private key (PKCS #8 or traditional).
    static std::optional<Key> from_pem(const std::string& pem);

    /// A fresh P-256 key.
    static std::optional<Key> generate();

    [[nodiscard]] Type type() const { return type_; }

    /// PKCS #8 PEM of the private part; empty when there is none.
    [[nodiscard]] std::string to_pem() const;

    /// The affine coordinates of an elliptic curve key's point, 32 or 48 bytes each.
    [[nodiscard]] std::optional<std::pair<std::string, std::string>> point() const;

    /// Whether `signature` (JWS form: r and s joined for elliptic curves) is that of `bytes` by
    /// algorithm `alg` ("RS256", "ES384", ...). False for an algorithm that is not this key's.
    [[nodiscard]] bool
    verify(std::string_view alg, std::string_view bytes, std::string_view signature) const;

    /// A JWS signature by ES256, with a P-256 private key.
    [[nodiscard]] std::optional<std::string> sign_es256(std::string_view bytes) const;

private:
    Key(std::shared_ptr<void> handle, Type type) : handle_(std::move(handle)), type_(type) {}

    std::shared_ptr<void> handle_; // EVP_PKEY
    Type type_;
};

} // namespace samara::jose
