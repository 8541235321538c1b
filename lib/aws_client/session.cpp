#include "aws_client/session.h"

#include "aws_client/credential_cache.h"
#include "base/trace.h"
#include "data/accessors.h"
#include "os/environment.h"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

std::string user_agent(const std::string& version) {
    std::string agent = fmt::format("samara/{} os/linux lang/c++", version);
    // What is no part of a header must not get into one.
    const auto add = [&](std::string_view name, const char* variable) {
        if (const auto value = set_variable(variable);
            value && std::all_of(value->begin(), value->end(), [](char c) {
                return c > ' ' && c < '\x7f';
            })) {
            agent += fmt::format(" {}/{}", name, *value);
        }
    };
    add("exec-env", "AWS_EXECUTION_ENV");
    add("app", "AWS_SDK_UA_APP_ID");
    return agent;
}

} // namespace

/// The chain, asked once and again before the keys expire.
class Session::Chain final : public KeySource {
public:
    Chain(bool explicit_profile, AskSecret ask, bool only_known_machines)
        : explicit_profile_(explicit_profile), ask_(std::move(ask)),
          only_known_machines_(only_known_machines) {}

    void use(Sender& sender) { sender_ = &sender; }

    AwsResult<Keys> keys() override {
        const std::scoped_lock lock(mutex_);
        if (keys_ && (!keys_->renewable || lasts(*keys_, renew_early))) {
            return *keys_;
        }
        auto found = find_keys({*sender_, explicit_profile_, ask_, refused_, only_known_machines_});
        if (found) {
            base::trace(fmt::format("credentials: {}", found->source));
            keys_ = std::move(*found);
        } else if (!keys_ || !lasts(*keys_, renew_at_last)) {
            return found;
        }
        return *keys_;
    }

    bool expired(const Keys& used) override {
        const std::scoped_lock lock(mutex_);
        if (!used.renewable) {
            return false;
        }
        if (keys_ && keys_->access_key_id == used.access_key_id) {
            keys_.reset();
            refused_ = used.access_key_id;
        }
        return true;
    }

private:
    Sender* sender_ = nullptr;
    bool explicit_profile_;
    AskSecret ask_;
    bool only_known_machines_;
    std::mutex mutex_;
    std::optional<Keys> keys_;
    std::string refused_; ///< id of a key that AWS takes no more
};

Session::Session(SenderSettings settings, std::unique_ptr<KeySource> source)
    : sender_(std::move(settings)), source_(std::move(source)) {}

Session::~Session() = default;

AwsResult<std::shared_ptr<Session>> Session::open(SessionOptions options) {
    SenderSettings settings;
    settings.config = SharedConfig::load();
    AWS_TRY_ASSIGN(settings.profile, check_profile(settings.config, options.profile));
    settings.region = std::move(options.region);
    for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        if (settings.region.empty()) {
            settings.region = set_variable(variable).value_or("");
        }
    }
    if (const std::string* region = settings.config.find(settings.profile, "region");
        region != nullptr && settings.region.empty()) {
        settings.region = *region;
    }
    if (!is_region(settings.region)) {
        return aws_fail(
            AwsFailure::other,
            fmt::format(
                "Provided region_name '{}' doesn't match a supported format.", settings.region),
            "write it like us-east-1");
    }
    settings.user_agent = user_agent(options.version);
    settings.cancel = std::move(options.cancel);
    auto chain = std::make_unique<Chain>(
        !options.profile.empty(), std::move(options.ask_secret), options.only_known_machines);
    Chain& source = *chain;
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the constructor is private
    std::shared_ptr<Session> session(new Session(std::move(settings), std::move(chain)));
    source.use(session->sender_);
    return session;
}

AwsResult<Reply> Session::call(const Call& call) {
    return sender_.send(call, *source_);
}

AwsResult<Keys> Session::keys() {
    return source_->keys();
}

AwsResult<void> for_each_page(
    Session& session,
    Call call,
    std::string_view next,
    std::string_view member,
    const std::function<bool(const data::Value& page)>& page) {
    std::string token;
    while (true) {
        AWS_TRY_ASSIGN(const auto reply, session.call(call));
        std::string following = data::text_of(reply.value.find(next));
        if (!page(reply.value) || following.empty() || following == token) {
            return {};
        }
        token = std::move(following);
        call.input.set(member, token);
    }
}

} // namespace samara::aws_client
