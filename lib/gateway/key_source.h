#pragma once

#include "base/error.h"
#include "gateway/jwt.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace samara::gateway {

/// Gets a document over HTTPS; given by the program.
using Fetch = std::function<base::Result<std::string>(const std::string& url)>;

struct KeySourceOptions {
    std::optional<JwtKeySet> jwks; ///< --jwks: instead of asking issuers
    std::optional<JwtKeySet>
        local;   ///< --local-issuer: trusted for every issuer beside its own keys
    Fetch fetch; ///< empty: issuers cannot be asked
};

/// Finds the keys that may have signed a token of an issuer. Thread-safe.
class KeySource {
public:
    using Keys = std::shared_ptr<const JwtKeySet>;

    explicit KeySource(KeySourceOptions options);

    /// Whether there is any place to look for keys.
    [[nodiscard]] bool available() const;

    /// The set that has `kid`, from the local issuer, the file, or the issuer's discovery document
    /// (asked again for an unknown kid, but not more than once a minute). Fails when the issuer
    /// cannot be asked.
    base::Result<Keys> keys_for(const std::string& issuer, const std::string& kid);

private:
    struct Known {
        Keys keys;
        std::chrono::steady_clock::time_point asked;
    };

    base::Result<Keys> ask(const std::string& issuer);

    Keys jwks_;
    Keys local_;
    Fetch fetch_;
    std::mutex mutex_;
    std::map<std::string, Known> by_issuer_;
};

} // namespace samara::gateway
