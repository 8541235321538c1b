#pragma once

#include "app/load/application.h"
#include "base/log.h"

#include <map>
#include <string>

/// The source maps that esbuild writes (Metadata: BuildProperties: Sourcemap) and the option with
/// which Node.js follows them go together: either asks for the other.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build-typescript.html
namespace samara::app {

/// The function's Metadata, with Sourcemap where its NODE_OPTIONS ask Node.js to follow source
/// maps.
data::Value with_source_maps(const model::Function& function);

/// NODE_OPTIONS by the path of the function, for those that are built with source maps and do not
/// ask Node.js to follow them.
std::map<std::string, std::string>
missing_node_options(const Application& application, const base::Log& log);

/// Sets NODE_OPTIONS of a function's resource in a template, unless they are more than a text.
void set_node_options(data::Value& resource, const std::string& options);

} // namespace samara::app
