#include "aws_client/credentials.h"

#include "aws/partition.h"
#include "aws_client/shared_config.h"

#include <fmt/format.h>

namespace samara::aws_client {

base::Result<std::shared_ptr<CallerCredentials>>
CallerCredentials::open(SessionOptions options, base::Log log) {
    if (const auto profile = check_profile(SharedConfig::load(), options.profile); !profile) {
        return base::fail(profile.error());
    }
    options.only_known_machines = true;
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the constructor is private
    return std::shared_ptr<CallerCredentials>(
        new CallerCredentials(std::move(options), std::move(log)));
}

Credentials CallerCredentials::now() {
    constexpr std::chrono::minutes pause(1);
    const std::scoped_lock lock(mutex_);
    if (failed_ && std::chrono::steady_clock::now() - *failed_ < pause) {
        return {};
    }
    const auto keys = find();
    if (keys) {
        failed_.reset();
        return {keys->access_key_id, keys->secret_access_key, keys->session_token};
    }
    failed_ = std::chrono::steady_clock::now();
    const AwsError& error = keys.error();
    if (error.code != no_credentials && error.failure != AwsFailure::cancelled &&
        reported_ != error.message) {
        reported_ = error.message;
        log_.warning(fmt::format(
            "the functions get no AWS credentials but stand-ins: {}{}",
            error.message,
            error.hint.empty() ? std::string() : fmt::format(" ({})", error.hint)));
    }
    return {};
}

AwsResult<Keys> CallerCredentials::find() {
    if (!session_) {
        AWS_TRY_ASSIGN(session_, Session::open(options_));
    }
    return session_->keys();
}

std::string find_region(const std::string& given, const std::string& profile) {
    if (!given.empty()) {
        return given;
    }
    for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        if (const auto region = set_variable(name)) {
            return *region;
        }
    }
    const SharedConfig config = SharedConfig::load();
    const std::string* region = config.find(profile_name(profile), "region");
    return region == nullptr ? std::string(aws::default_region) : *region;
}

} // namespace samara::aws_client
