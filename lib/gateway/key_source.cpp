#include "gateway/key_source.h"

#include "data/read.h"
#include "gateway/read_text.h"

#include <fmt/format.h>

namespace samara::gateway {

namespace {

constexpr std::chrono::minutes ask_again{1};

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
    const std::scoped_lock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    const auto found = by_issuer_.find(issuer);
    if (found != by_issuer_.end() &&
        (found->second.keys->find(kid) != nullptr || now - found->second.asked < ask_again)) {
        return found->second.keys;
    }
    auto keys = ask(issuer);
    if (keys) {
        by_issuer_.insert_or_assign(issuer, Known{*keys, now});
    }
    return keys;
}

} // namespace samara::gateway
