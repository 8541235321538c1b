#pragma once

#include "cloud/deploy/change_set.h"
#include "cloud/observer.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// A stack made or changed, from the change set to the outputs.
namespace samara::cloud {

enum class OnFailure : std::uint8_t { roll_back, delete_stack, do_nothing };

struct DeployRules {
    bool execute = true;
    bool fail_on_empty = true;
    bool confirm = false;      ///< the change set, by whoever sits there
    bool protect_data = false; ///< refuse to remove or replace what holds data
    OnFailure on_failure = OnFailure::roll_back;
    std::chrono::minutes longest{60};
    /// Asks yes or no; nothing comes back where nobody answers. Empty: nobody can be asked.
    std::function<std::optional<bool>(std::string_view question)> ask = {};
};

struct Deployed {
    enum class End : std::uint8_t {
        deployed,
        nothing_to_change,
        not_executed, ///< as it was asked for
        declined,     ///< by the one who was asked
    } end = End::deployed;

    bool created = false;
    std::string stack_id;
    std::string change_set;
    std::vector<aws_client::Change> changes;
    std::vector<aws_client::StackOutput> outputs;
};

aws_client::AwsResult<Deployed> deploy_stack(
    Uploader& uploader, const StackRequest& request, const DeployRules& rules, Observer& observer);

} // namespace samara::cloud
