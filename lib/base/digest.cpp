#include "base/digest.h"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openssl/evp.h>

namespace samara::base {

Digest::Digest(DigestKind kind) : context_(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex(context_.get(), kind == DigestKind::md5 ? EVP_md5() : EVP_sha256(), nullptr);
}

void Digest::add(std::string_view bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

std::string Digest::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
    return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

void Digest::Free::operator()(evp_md_ctx_st* context) const {
    EVP_MD_CTX_free(context);
}

} // namespace samara::base
