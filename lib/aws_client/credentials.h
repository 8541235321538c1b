#pragma once

#include "aws_client/session.h"
#include "base/error.h"
#include "base/log.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace samara::aws_client {

struct Credentials {
    std::string access_key_id = "defaultkey";
    std::string secret_access_key = "defaultsecret";
    std::string session_token; ///< may be empty
};

/// The caller's own credentials for functions that run here, as the AWS CLI finds them, and
/// stand-ins where there are none: a function that calls nothing of AWS needs none. They are looked
/// for when somebody asks, and got anew before they expire. The metadata of an EC2 instance is
/// asked for on one only: elsewhere nobody answers, and a second is lost.
class CallerCredentials {
public:
    /// Fails when a profile that was asked for does not exist. Reads two files and asks nobody.
    static base::Result<std::shared_ptr<CallerCredentials>>
    open(SessionOptions options, base::Log log);

    /// Those that count now. Why there are none is reported once, and for a minute nobody is asked
    /// again. Thread-safe.
    Credentials now();

private:
    CallerCredentials(SessionOptions options, base::Log log)
        : options_(std::move(options)), log_(std::move(log)) {}

    AwsResult<Keys> find();

    SessionOptions options_;
    base::Log log_;
    std::mutex mutex_;
    std::shared_ptr<Session> session_;
    std::optional<std::chrono::steady_clock::time_point> failed_;
    std::string reported_;
};

/// --region, AWS_REGION, AWS_DEFAULT_REGION, the profile's region, us-east-1.
std::string find_region(const std::string& given, const std::string& profile);

} // namespace samara::aws_client
