#pragma once

#include "data/value.h"
#include "transform/core/expanders.h"
#include "transform/core/policies.h"
#include "transform/core/resource.h"
#include "transform/event/function_event.h"

#include <optional>
#include <string>
#include <vector>

/// The pieces that expand_function puts together.
namespace samara::transform {

/// The version and alias that AutoPublishAlias asks for.
struct PublishedAlias {
    std::string name;     ///< of the alias, e.g. "live"
    std::string alias_id; ///< logical ids
    std::string version_id;
    std::string code_sha256; ///< AutoPublishCodeSha256, or empty
};

/// The Code of the Lambda function; nothing when (an error) it has none.
std::optional<data::Value> function_code(const Resource& function);

/// Whether PackageType says that the code is a container image.
bool is_image(const Resource& function);

/// Whether Tracing asks for traces.
bool is_traced(const Resource& function);

/// The properties of AWS::Lambda::Function without Role; nothing after an error.
std::optional<data::Map> lambda_properties(const Resource& function);

/// What AutoPublishAlias, which is there, asks for; nothing after an error.
std::optional<PublishedAlias> published_alias(const Resource& function, const data::Map& lambda);

/// Adds the version and the alias. `update_policy` is the alias's UpdatePolicy, or null.
void emit_alias(const Resource& function, const PublishedAlias& alias, data::Value update_policy);

/// FunctionUrlConfig: the URL and, for AuthType NONE, its permissions.
void emit_function_url(const Resource& function, const PublishedAlias* alias);

/// EventInvokeConfig with its destinations, and what they need in the role.
void emit_event_invoke_config(
    const Resource& function, const PublishedAlias* alias, RolePolicies& policies);

/// DeploymentPreference: remembers it for add_deployments() and gives the alias's UpdatePolicy, or
/// null when deployments are not gradual; nothing after an error.
std::optional<data::Value>
deployment_update_policy(const Resource& function, const PublishedAlias* alias);

/// An event whose form is right, and what expands it.
struct ReadEvent {
    data::Entry* entry;
    const EventRow* row;
};

struct ReadEvents {
    std::vector<ReadEvent> events; ///< in the order in which AWS's transform expands them
    bool good = true;              ///< false after an error
};

/// The Events property. AWS's transform looks at the form of all events before it looks at what the
/// function says about itself.
ReadEvents read_events(const Resource& function);

/// What every event source generates, and what it needs in the role.
void emit_events(
    const Resource& function,
    const ReadEvents& events,
    const PublishedAlias* alias,
    RolePolicies& policies);

/// What the function's role needs beside what its own properties say.
struct RoleNeeds {
    RolePolicies invocations; ///< destinations of asynchronous invocations
    RolePolicies events;
};

/// The Role of the function; adds the role resource unless the template names one.
data::Value function_role(const Resource& function, RoleNeeds needs);

} // namespace samara::transform
