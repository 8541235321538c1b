#pragma once

#include "aws_client/session.h"
#include "base/log.h"

#include <memory>
#include <string>
#include <vector>

/// What is asked for over and over. Private to logs/.
namespace samara::cloud {

class Puller {
public:
    explicit Puller(std::string service) : service_(std::move(service)) {}

    Puller(const Puller&) = delete;
    Puller& operator=(const Puller&) = delete;
    Puller(Puller&&) = delete;
    Puller& operator=(Puller&&) = delete;
    virtual ~Puller() = default;

    /// Whether there was anything. Later calls give what is new.
    virtual aws_client::AwsResult<bool> pull() = 0;

    /// "CloudWatch Logs"
    [[nodiscard]] const std::string& service() const { return service_; }

private:
    std::string service_;
};

using Pullers = std::vector<std::unique_ptr<Puller>>;

/// Each of them once, or with `follow` until the session is cancelled, one fails, or nothing has
/// come for long.
aws_client::AwsResult<void> run_pullers(
    aws_client::Session& session, const Pullers& pullers, bool follow, const base::Log& log);

} // namespace samara::cloud
