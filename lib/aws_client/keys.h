#pragma once

#include "aws_client/error.h"

#include <chrono>
#include <optional>
#include <string>

namespace samara::aws_client {

/// What requests are signed with.
struct Keys {
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token; ///< may be empty
    /// Nothing: they do not expire, or nobody has said when.
    std::optional<std::chrono::system_clock::time_point> expires = {};
    std::string source = {}; ///< for the log: "environment", "sso"
    bool renewable = false;  ///< who asks again gets others
};

/// Gives the keys for each request anew: long waits outlive tokens.
class KeySource {
public:
    KeySource() = default;
    KeySource(const KeySource&) = delete;
    KeySource& operator=(const KeySource&) = delete;
    KeySource(KeySource&&) = delete;
    KeySource& operator=(KeySource&&) = delete;
    virtual ~KeySource() = default;

    /// Thread-safe.
    virtual AwsResult<Keys> keys() = 0;

    /// AWS says that `used` have expired: whether there may be others now.
    virtual bool expired(const Keys& used) = 0;
};

/// The same keys for ever, or none for services that take unsigned requests.
class FixedKeys final : public KeySource {
public:
    explicit FixedKeys(Keys keys) : keys_(std::move(keys)) {}

    AwsResult<Keys> keys() override { return keys_; }

    bool expired(const Keys& /*used*/) override { return false; }

private:
    Keys keys_;
};

} // namespace samara::aws_client
