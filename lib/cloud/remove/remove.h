#pragma once

#include "aws_client/cloudformation.h"

#include <string>
#include <string_view>

/// Deleting a stack with what was uploaded for it.
namespace samara::cloud {

/// Whoever wants a stack gone: is asked, and told what happens.
class RemovalTalk {
public:
    RemovalTalk() = default;
    RemovalTalk(const RemovalTalk&) = delete;
    RemovalTalk& operator=(const RemovalTalk&) = delete;
    RemovalTalk(RemovalTalk&&) = delete;
    RemovalTalk& operator=(RemovalTalk&&) = delete;
    virtual ~RemovalTalk() = default;

    /// Whether it may be deleted; an error when there is no answer.
    virtual base::Result<bool> confirm(const std::string& question) = 0;
    virtual void say(std::string_view line) = 0;
    virtual void warn(std::string_view line) = 0;
};

struct RemovalRules {
    std::string stack;
    std::string bucket; ///< of the artifacts; empty: the template's
    std::string prefix;
    bool express = false;
    bool ask = true; ///< else everything goes
};

enum class Removal : std::uint8_t {
    done,
    no_such_stack,
    declined, ///< by who was asked
};

aws_client::AwsResult<Removal>
remove_stack(aws_client::Session& session, const RemovalRules& rules, RemovalTalk& talk);

} // namespace samara::cloud
