#include "base/hash.h"

#include <array>
#include <cassert>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openssl/evp.h>

namespace samara::base {
namespace {

std::string digest_hex(std::string_view bytes, const EVP_MD* algorithm) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    [[maybe_unused]] const int done =
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr);
    assert(done == 1);
    return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

} // namespace

std::string md5_hex(std::string_view bytes) {
    return digest_hex(bytes, EVP_md5());
}

std::string sha1_hex(std::string_view bytes) {
    return digest_hex(bytes, EVP_sha1());
}

std::string sha256_hex(std::string_view bytes) {
    return digest_hex(bytes, EVP_sha256());
}

} // namespace samara::base
