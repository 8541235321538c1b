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
    /// cannot be asked, and then for ten seconds without asking. Tokens whose keys are known wait
    /// for no issuer.
    base::Result<Keys> keys_for(const std::string& issuer, const std::string& kid);

private:
    struct Issuer {
        std::mutex asking; ///< held by the one who asks
        std::mutex mutex;  ///< of what follows
        Keys keys;         ///< the last that it gave
        base::Error error; ///< of the last time, when it gave none
        std::optional<std::chrono::steady_clock::time_point> ask_again; ///< not before
    };

    /// What is known already, or nothing when the issuer has to be asked.
    static std::optional<base::Result<Keys>> known(Issuer& issuer, const std::string& kid);
    base::Result<Keys> ask(const std::string& issuer);

    Keys jwks_;
    Keys local_;
    Fetch fetch_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Issuer>> by_issuer_; // those of the template only
};

} // namespace samara::gateway
