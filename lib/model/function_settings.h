#pragma once

#include "base/error.h"
#include "data/value.h"
#include "model/function.h"

#include <optional>
#include <string>

/// What other resources of a template say of a function.
namespace samara::model {

/// One AWS::Lambda::EventInvokeConfig, intrinsics resolved.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventinvokeconfig.html
struct EventInvokeConfig {
    std::string function; ///< name or ARN
    AsynchronousEvents events;
};

/// Appends what is wrong to `diagnostics`.
std::optional<EventInvokeConfig> read_event_invoke_config(
    const std::string& logical_id, const data::Value& resource, base::Diagnostics& diagnostics);

/// The ProvisionedConcurrencyConfig of an AWS::Lambda::Alias or AWS::Lambda::Version.
struct ProvisionedConcurrency {
    std::string function; ///< name or ARN
    std::uint32_t environments = 0;
};

/// Nothing where the resource provisions nothing.
std::optional<ProvisionedConcurrency> read_provisioned_concurrency(
    const std::string& logical_id, const data::Value& resource, base::Diagnostics& diagnostics);

/// The name in "name", "name:alias", "123456789012:function:name" or an ARN of a function.
std::string_view function_name_of(std::string_view reference);

} // namespace samara::model
