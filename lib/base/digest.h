#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace samara::base {

enum class DigestKind : std::uint8_t { md5, sha256 };

/// A digest of what comes in pieces; of what is there as a whole see base/hash.h.
class Digest {
public:
    explicit Digest(DigestKind kind = DigestKind::sha256);

    void add(std::string_view bytes);

    /// Lower-case hexadecimal. Only once.
    std::string hex();

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };

    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

} // namespace samara::base
