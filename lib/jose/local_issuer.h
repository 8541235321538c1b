#pragma once

#include "base/error.h"
#include "data/value.h"
#include "jose/jwt.h"

#include <chrono>
#include <filesystem>
#include <string>

namespace samara::jose {

/// Signs tokens for protected APIs on this machine: `samara local token` makes them, `start-api
/// --local-issuer` trusts them. The key never leaves the machine.
class LocalIssuer {
public:
    /// The key in `file` (PEM, readable by its owner only); made when it is not there.
    static base::Result<LocalIssuer> open(const std::filesystem::path& file);

    /// For IssuerKeysOptions::local.
    [[nodiscard]] JwtKeySet keys() const;

    /// A token with `claims` (a map); `iat` and `exp` (in an hour) are added where they are
    /// missing.
    [[nodiscard]] base::Result<std::string>
    token(const data::Value& claims, std::chrono::system_clock::time_point now) const;

private:
    explicit LocalIssuer(Key key);

    Key key_;
    std::string kid_;
};

} // namespace samara::jose
