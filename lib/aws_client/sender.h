#pragma once

#include "aws_client/call.h"
#include "aws_client/endpoint.h"
#include "aws_client/keys.h"
#include "aws_client/retry.h"
#include "aws_client/shared_config.h"
#include "aws_client/transport.h"
#include "os/cancellation.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

/// Sends calls: finds the endpoint, signs, tries again, follows a bucket to its region and a clock
/// to its time.
namespace samara::aws_client {

/// What holds for every call of a session.
struct SenderSettings {
    SharedConfig config{"", ""};
    std::string profile = "default";
    std::string region; ///< may be empty until a call needs one
    std::string user_agent = "samara";
    os::Cancellation cancel;
};

class Sender {
public:
    explicit Sender(SenderSettings settings);

    /// Thread-safe.
    AwsResult<Reply> send(const Call& call, KeySource& source);

    [[nodiscard]] const SenderSettings& settings() const { return settings_; }

    /// Where `service` is, in `region` or in the session's. Fails when there is none.
    [[nodiscard]] AwsResult<Endpoint>
    endpoint(std::string_view service, const std::string& region = {}) const;

    Transport& transport() { return transport_; }

    /// False when the session was cancelled meanwhile.
    [[nodiscard]] bool pause(std::chrono::milliseconds time) const;

private:
    struct Attempt;
    struct Outcome;
    AwsResult<net::Url> url_of(const Call& call, net::HttpRequest& message, std::string& region);
    AwsResult<Outcome> attempt(const Call& call, Attempt& state, KeySource& source);
    bool may_repeat(const Call& call, Attempt& state, const Outcome& outcome, KeySource& source);
    bool follow_region(const Call& call, Attempt& state, const Outcome& outcome, KeySource& source);
    std::chrono::seconds clock_offset(const std::string& host);

    SenderSettings settings_;
    EndpointRules rules_;
    std::uint32_t most_attempts_;
    Transport transport_;
    Transport cleanup_; ///< that nothing stops
    RetryQuota quota_;
    std::mutex mutex_;
    std::map<std::string, std::chrono::seconds> offsets_; // of clocks, by host
    std::map<std::string, std::string> regions_of_buckets_;
};

} // namespace samara::aws_client
