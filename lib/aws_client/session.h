#pragma once

#include "aws_client/call.h"
#include "aws_client/credential_chain.h"
#include "aws_client/sender.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// What a program needs to call AWS: files, region, credentials, connections. Everything else is a
/// Call.
namespace samara::aws_client {

struct SessionOptions {
    std::string region;  ///< --region; empty: AWS_REGION, AWS_DEFAULT_REGION, the profile's
    std::string profile; ///< --profile; empty: AWS_DEFAULT_PROFILE, AWS_PROFILE, "default"
    AskSecret ask_secret = {};
    os::Cancellation cancel = {};
    bool only_known_machines = false; ///< metadata of an instance: only where this is one
    std::string version = "0";        ///< of the program, for the user agent
};

class Session {
public:
    /// Fails on a profile that is nowhere and a region that cannot be one. No region is no error
    /// before a call needs one. Asks nobody.
    static AwsResult<std::shared_ptr<Session>> open(SessionOptions options);

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    Session(Session&&) = delete;
    Session& operator=(Session&&) = delete;
    ~Session();

    /// Thread-safe.
    AwsResult<Reply> call(const Call& call);

    /// The keys that count now, renewed where they are about to expire.
    AwsResult<Keys> keys();

    [[nodiscard]] const std::string& region() const { return sender_.settings().region; }

    [[nodiscard]] AwsResult<Endpoint>
    endpoint(std::string_view service, const std::string& region = {}) const {
        return sender_.endpoint(service, region);
    }

    [[nodiscard]] const os::Cancellation& cancel() const { return sender_.settings().cancel; }

    /// False when the session was cancelled meanwhile.
    [[nodiscard]] bool pause(std::chrono::milliseconds time) const { return sender_.pause(time); }

private:
    class Chain;
    Session(SenderSettings settings, std::unique_ptr<KeySource> source);

    Sender sender_;
    std::unique_ptr<KeySource> source_;
};

/// Calls page after page. `next` is the member of an answer that names the next page, `member` the
/// one of the input that asks for it. Ends when `page` gives false, or the same page is named
/// again.
AwsResult<void> for_each_page(
    Session& session,
    Call call,
    std::string_view next,
    std::string_view member,
    const std::function<bool(const data::Value& page)>& page);

} // namespace samara::aws_client
