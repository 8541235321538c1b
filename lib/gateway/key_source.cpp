#include "gateway/key_source.h"

#include "data/read.h"
#include "gateway/read_text.h"

#include <fmt/format.h>

namespace samara::gateway {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes after_success{1};
constexpr std::chrono::seconds after_failure{10};

KeySource::Keys share(std::optional<JwtKeySet> keys) {
    return keys ? std::make_shared<const JwtKeySet>(std::move(*keys)) : nullptr;
}

} // namespace

KeySource::KeySource(KeySourceOptions options)
    : jwks_(share(std::move(options.jwks))), local_(share(std::move(options.local))),
      fetch_(std::move(options.fetch)) {}

bool KeySource::available() const {
    return jwks_ != nullptr || local_ != nullptr || fetch_ != nullptr;
}

base::Result<KeySource::Keys> KeySource::ask(const std::string& issuer) {
    const bool slash = !issuer.empty() && issuer.back() == '/';
    const std::string discovery =
        fmt::format("{}{}.well-known/openid-configuration", issuer, slash ? "" : "/");
    const auto text = fetch_(discovery);
    if (!text) {
        return tl::unexpected(text.error());
    }
    const auto document = data::read_json(*text, discovery);
    if (!document) {
        return tl::unexpected(document.error());
    }
    const std::string url = text_of(*document, "jwks_uri");
    if (url.rfind("https://", 0) != 0) {
        return base::fail(fmt::format("{} has no https jwks_uri", discovery));
    }
    const auto jwks = fetch_(url);
    if (!jwks) {
        return tl::unexpected(jwks.error());
    }
    auto keys = JwtKeySet::parse(*jwks);
    if (!keys) {
        return tl::unexpected(keys.error());
    }
    return std::make_shared<const JwtKeySet>(std::move(*keys));
}

base::Result<KeySource::Keys>
KeySource::keys_for(const std::string& issuer, const std::string& kid) {
    if (local_ && local_->find(kid) != nullptr) {
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
    std::shared_ptr<Issuer> known_issuer;
    {
        const std::scoped_lock lock(mutex_);
        std::shared_ptr<Issuer>& entry = by_issuer_[issuer];
        if (!entry) {
            entry = std::make_shared<Issuer>();
        }
        known_issuer = entry;
    }
    if (auto answer = known(*known_issuer, kid)) {
        return std::move(*answer);
    }
    const std::scoped_lock one_asks(known_issuer->asking);
    if (auto answer = known(*known_issuer, kid)) { // somebody has asked meanwhile
        return std::move(*answer);
    }
    auto keys = ask(issuer);
    const std::scoped_lock lock(known_issuer->mutex);
    known_issuer->ask_again =
        Clock::now() + (keys ? Clock::duration(after_success) : Clock::duration(after_failure));
    if (keys) {
        known_issuer->keys = *keys;
    } else {
        known_issuer->error = keys.error();
    }
    return keys;
}

std::optional<base::Result<KeySource::Keys>>
KeySource::known(Issuer& issuer, const std::string& kid) {
    const std::scoped_lock lock(issuer.mutex);
    const bool has_key = issuer.keys != nullptr && issuer.keys->find(kid) != nullptr;
    if (!has_key && (!issuer.ask_again || *issuer.ask_again <= Clock::now())) {
        return std::nullopt;
    }
    return issuer.keys != nullptr ? base::Result<Keys>(issuer.keys) : base::fail(issuer.error);
}

} // namespace samara::gateway
