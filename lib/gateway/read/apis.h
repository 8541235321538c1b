#pragma once

#include "gateway/route/model.h"
#include "serving/functions.h"

#include <functional>
#include <string>
#include <vector>

namespace samara::gateway {

/// Loads an API definition that the template keeps elsewhere: the value of BodyS3Location or
/// DefinitionUri. Given by the caller; a file on disk, as a rule.
using DefinitionLoader =
    std::function<base::Result<data::Value>(const data::Value& location, const std::string& api)>;

struct ReadOptions {
    DefinitionLoader load = {};
    /// Hosts that HTTP integrations may ask beside this machine, in small letters.
    std::vector<std::string> http_hosts = {};
};

/// The APIs of a template. `resources` is the Resources map after the SAM transform with intrinsics
/// evaluated; one that cannot be evaluated stands there as it was written, so that what protects a
/// route does not pass for absent. Warnings name what is not served or stays closed; errors what
/// makes no API.
std::vector<Api>
read_apis(const data::Value& resources, const ReadOptions& options, base::Diagnostics& diagnostics);

/// The WebSocket APIs of a template, which read_apis leaves out.
std::vector<Api> read_websocket_apis(
    const data::Value& resources, const ReadOptions& options, base::Diagnostics& diagnostics);

} // namespace samara::gateway
