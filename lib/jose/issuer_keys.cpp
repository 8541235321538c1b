#include "jose/issuer_keys.h"

#include "aws/api_gateway_limits.h"
#include "base/try.h"
#include "data/accessors.h"
#include "data/read.h"

#include <fmt/format.h>

namespace samara::jose {

namespace {

constexpr std::chrono::minutes ask_again{1};  // for a key that is not known
constexpr std::chrono::seconds try_again{10}; // after a failure
constexpr std::chrono::hours keep_keys{2};

IssuerKeys::Keys share(std::optional<JwtKeySet> keys) {
    return keys ? std::make_shared<const JwtKeySet>(std::move(*keys)) : nullptr;
}

} // namespace

IssuerKeys::IssuerKeys(IssuerKeysOptions options)
    : jwks_(share(std::move(options.jwks))), local_(share(std::move(options.local))),
      fetch_(std::move(options.fetch)), clock_(std::move(options.clock)) {}

bool IssuerKeys::available() const {
    return jwks_ != nullptr || local_ != nullptr || fetch_ != nullptr;
}

base::Result<std::string> IssuerKeys::fetch_bounded(const std::string& url) const {
    auto text = fetch_(url);
    if (text && text->size() > aws::api_gateway::key_document) {
        return base::fail(
            fmt::format("{} has more than {} bytes", url, aws::api_gateway::key_document));
    }
    return text;
}

base::Result<IssuerKeys::Keys> IssuerKeys::ask(const std::string& issuer) const {
    const bool slash = !issuer.empty() && issuer.back() == '/';
    const std::string discovery =
        fmt::format("{}{}.well-known/openid-configuration", issuer, slash ? "" : "/");
    TRY_ASSIGN(const auto text, fetch_bounded(discovery));
    TRY_ASSIGN(const auto document, data::read_json(text, discovery));
    const std::string url = data::text_of(document, "jwks_uri");
    if (url.rfind("https://", 0) != 0) {
        return base::fail(fmt::format("{} has no https jwks_uri", discovery));
    }
    TRY_ASSIGN(const auto jwks, fetch_bounded(url));
    TRY_ASSIGN(auto keys, JwtKeySet::parse(jwks, url));
    return std::make_shared<const JwtKeySet>(std::move(keys));
}

base::Result<IssuerKeys::Keys>
IssuerKeys::keys_for(const std::string& issuer, const std::string& kid) {
    if (local_ && local_->has(kid)) {
        return local_;
    }
    if (jwks_) {
        return jwks_;
    }
    if (!fetch_) {
        // Only the local issuer is trusted, and it does not know the key.
        return local_ ? base::Result<Keys>(local_)
                      : base::fail(fmt::format("the keys of issuer {} are not known", issuer));
    }
    std::unique_lock lock(mutex_);
    Known& known = by_issuer_[issuer]; // stays where it is
    // Only who cannot do without the answer waits for it.
    answered_.wait(lock, [&] { return !known.asking || (known.keys && *known.keys != nullptr); });
    if (known.asking || !has_to_ask(known, kid)) {
        return known.keys;
    }
    known.asking = true;
    known.asked = clock_();
    lock.unlock();
    auto keys = ask(issuer);
    lock.lock();
    known.asking = false;
    const bool stale = known.asked - known.learned >= keep_keys;
    if (keys) {
        known.learned = known.asked;
    }
    if (keys || stale || !known.keys || *known.keys == nullptr) {
        known.keys = std::move(keys);
    }
    answered_.notify_all();
    return known.keys;
}

bool IssuerKeys::has_to_ask(const Known& known, const std::string& kid) const {
    const auto since = clock_() - known.asked;
    if (!known.keys) {
        return since >= try_again;
    }
    if (*known.keys == nullptr) {
        return true;
    }
    return clock_() - known.learned >= keep_keys ||
           (!(*known.keys)->has(kid) && since >= ask_again);
}

} // namespace samara::jose
