#pragma once

#include "base/error.h"
#include "jose/jwt.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace samara::jose {

/// Gets a document of at most aws::api_gateway::key_document bytes over HTTPS, in a bounded time;
/// given by the program.
using Fetch = std::function<base::Result<std::string>(const std::string& url)>;

struct IssuerKeysOptions {
    std::optional<JwtKeySet> jwks; ///< --jwks: instead of asking issuers
    std::optional<JwtKeySet>
        local;   ///< --local-issuer: trusted for every issuer beside its own keys
    Fetch fetch; ///< empty: issuers cannot be asked
    std::function<std::chrono::steady_clock::time_point()> clock = std::chrono::steady_clock::now;
};

/// Finds the keys that may have signed a token of an issuer. Thread-safe.
class IssuerKeys {
public:
    using Keys = std::shared_ptr<const JwtKeySet>;

    explicit IssuerKeys(IssuerKeysOptions options);

    /// Whether there is any place to look for keys.
    [[nodiscard]] bool available() const;

    /// The set that has `kid`, from the local issuer, the file, or the issuer's discovery document.
    /// An issuer is asked again for an unknown kid, but not more than once a minute: bad tokens do
    /// not become requests. Its keys are kept for two hours, as API Gateway does
    /// (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html). Fails
    /// when the issuer cannot be asked, and then for ten seconds without asking. Tokens whose keys
    /// are known wait for no issuer.
    base::Result<Keys> keys_for(const std::string& issuer, const std::string& kid);

private:
    /// What is known of one issuer.
    struct Known {
        base::Result<Keys> keys = Keys(); ///< nullptr before the first answer
        std::chrono::steady_clock::time_point asked;
        std::chrono::steady_clock::time_point learned; ///< when the keys came
        bool asking = false;
    };

    [[nodiscard]] bool has_to_ask(const Known& known, const std::string& kid) const;
    [[nodiscard]] base::Result<std::string> fetch_bounded(const std::string& url) const;
    [[nodiscard]] base::Result<Keys> ask(const std::string& issuer) const;

    Keys jwks_;
    Keys local_;
    Fetch fetch_;
    std::function<std::chrono::steady_clock::time_point()> clock_;
    std::mutex mutex_; // never held while an issuer is asked
    std::condition_variable answered_;
    std::map<std::string, Known> by_issuer_;
};

} // namespace samara::jose
