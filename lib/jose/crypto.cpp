#include "jose/crypto.h"

#include <array>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace samara::jose {

namespace {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};

using BigNumber = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;
using Memory = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

BigNumber big_number(std::string_view bytes) {
    return BigNumber(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

std::string padded(const BIGNUM* number, std::size_t size) {
    std::string bytes(size, '\0');
    BN_bn2binpad(
        number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    return bytes;
}

EVP_PKEY* handle_of(const std::shared_ptr<void>& handle) {
    return static_cast<EVP_PKEY*>(handle.get());
}

std::shared_ptr<void> own(EVP_PKEY* key) {
    return {static_cast<void*>(key), [](void* handle) {
                EVP_PKEY_free(static_cast<EVP_PKEY*>(handle));
            }};
}

EVP_PKEY* build(const char* type, OSSL_PARAM_BLD* builder) {
    const Params params(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
        ERR_clear_error();
        return nullptr;
    }
    return key;
}

struct Algorithm {
    std::string_view name;
    const EVP_MD* (*digest)();
    bool rsa;
    Key::Type curve; ///< for elliptic curves
};

constexpr std::array algorithms{
    Algorithm{"RS256", EVP_sha256, true, Key::Type::rsa},
    Algorithm{"RS384", EVP_sha384, true, Key::Type::rsa},
    Algorithm{"RS512", EVP_sha512, true, Key::Type::rsa},
    Algorithm{"ES256", EVP_sha256, false, Key::Type::p256},
    Algorithm{"ES384", EVP_sha384, false, Key::Type::p384},
};

/// JWS has r and s side by side, OpenSSL wants them in DER. Empty when the size is wrong.
std::string der_signature(std::string_view raw, std::size_t half) {
    if (raw.size() != 2 * half) {
        return {};
    }
    const EcSignature signature(ECDSA_SIG_new());
    ECDSA_SIG_set0(
        signature.get(),
        big_number(raw.substr(0, half)).release(),
        big_number(raw.substr(half)).release());
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(signature.get(), &der);
    std::string bytes;
    if (size > 0) {
        bytes.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
        OPENSSL_free(der);
    }
    return bytes;
}

std::optional<Key::Type> type_of(EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "RSA") == 1) {
        return Key::Type::rsa;
    }
    std::array<char, 32> group{};
    std::size_t size = 0;
    if (EVP_PKEY_is_a(key, "EC") == 1 &&
        EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1) {
        const std::string_view name(group.data(), size);
        if (name == "prime256v1" || name == "P-256") {
            return Key::Type::p256;
        }
        if (name == "secp384r1" || name == "P-384") {
            return Key::Type::p384;
        }
    }
    return std::nullopt;
}

} // namespace

std::string sha256(std::string_view bytes) {
    std::string digest(32, '\0');
    unsigned int size = 0;
    EVP_Digest(
        bytes.data(),
        bytes.size(),
        reinterpret_cast<unsigned char*>(digest.data()),
        &size,
        EVP_sha256(),
        nullptr);
    return digest;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    std::string digest(32, '\0');
    unsigned int size = 0;
    HMAC(
        EVP_sha256(),
        key.data(),
        static_cast<int>(key.size()),
        bytes_of(bytes),
        bytes.size(),
        reinterpret_cast<unsigned char*>(digest.data()),
        &size);
    return digest;
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += digits[byte >> 4U];
        hex += digits[byte & 0xFU];
    }
    return hex;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<Key> Key::from_rsa(std::string_view modulus, std::string_view exponent) {
    if (modulus.size() < 256 || modulus.size() > 1024 || exponent.empty() || exponent.size() > 8) {
        return std::nullopt; // 2048 to 8192 bits, as AWS takes them
    }
    const BigNumber n = big_number(modulus);
    const BigNumber e = big_number(exponent);
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    EVP_PKEY* key = build("RSA", builder.get());
    return key == nullptr ? std::nullopt : std::optional<Key>(Key(own(key), Type::rsa));
}

std::optional<Key> Key::from_ec(std::string_view curve, std::string_view x, std::string_view y) {
    const bool p256 = curve == "P-256";
    const std::size_t size = p256 ? 32 : 48;
    if ((!p256 && curve != "P-384") || x.size() != size || y.size() != size) {
        return std::nullopt;
    }
    const std::string point = std::string("\x04").append(x).append(y); // uncompressed
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(
        builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, p256 ? "prime256v1" : "secp384r1", 0);
    OSSL_PARAM_BLD_push_octet_string(
        builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    EVP_PKEY* key = build("EC", builder.get());
    return key == nullptr ? std::nullopt
                          : std::optional<Key>(Key(own(key), p256 ? Type::p256 : Type::p384));
}

std::optional<Key> Key::from_pem(const std::string& pem) {
    const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr);
    if (key == nullptr) {
        ERR_clear_error();
        return std::nullopt;
    }
    auto handle = own(key);
    const auto type = type_of(key);
    return type ? std::optional<Key>(Key(std::move(handle), *type)) : std::nullopt;
}

std::optional<Key> Key::generate() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    return key == nullptr ? std::nullopt : std::optional<Key>(Key(own(key), Type::p256));
}

std::string Key::to_pem() const {
    const Memory memory(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_PKCS8PrivateKey(
            memory.get(), handle_of(handle_), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        ERR_clear_error();
        return {};
    }
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::optional<std::pair<std::string, std::string>> Key::point() const {
    BIGNUM* x = nullptr;
    BIGNUM* y = nullptr;
    const bool found =
        EVP_PKEY_get_bn_param(handle_of(handle_), OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
        EVP_PKEY_get_bn_param(handle_of(handle_), OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1;
    const BigNumber own_x(x);
    const BigNumber own_y(y);
    if (!found || type_ == Type::rsa) {
        return std::nullopt;
    }
    const std::size_t size = type_ == Type::p256 ? 32 : 48;
    return std::pair{padded(x, size), padded(y, size)};
}

bool Key::verify(std::string_view alg, std::string_view bytes, std::string_view signature) const {
    for (const Algorithm& algorithm : algorithms) {
        if (algorithm.name != alg || algorithm.rsa != (type_ == Type::rsa) ||
            (!algorithm.rsa && algorithm.curve != type_)) {
            continue;
        }
        const std::string der =
            algorithm.rsa ? std::string() : der_signature(signature, type_ == Type::p256 ? 32 : 48);
        const std::string_view native = algorithm.rsa ? signature : std::string_view(der);
        const DigestContext context(EVP_MD_CTX_new());
        const bool valid =
            !native.empty() &&
            EVP_DigestVerifyInit(
                context.get(), nullptr, algorithm.digest(), nullptr, handle_of(handle_)) == 1 &&
            EVP_DigestVerify(
                context.get(), bytes_of(native), native.size(), bytes_of(bytes), bytes.size()) == 1;
        ERR_clear_error();
        return valid;
    }
    return false;
}

std::optional<std::string> Key::sign_es256(std::string_view bytes) const {
    const DigestContext context(EVP_MD_CTX_new());
    std::array<unsigned char, 128> der{};
    std::size_t size = der.size();
    if (type_ != Type::p256 ||
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, handle_of(handle_)) !=
            1 ||
        EVP_DigestSign(context.get(), der.data(), &size, bytes_of(bytes), bytes.size()) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    const unsigned char* begin = der.data();
    const EcSignature signature(d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(size)));
    if (!signature) {
        return std::nullopt;
    }
    return padded(ECDSA_SIG_get0_r(signature.get()), 32) +
           padded(ECDSA_SIG_get0_s(signature.get()), 32);
}

} // namespace samara::jose
