#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// The AWS SDK that Lambda's Node.js has and a host's has not. `samara local sdk` fetches it into a
/// folder of the cache; where that is there, functions see it where Lambda has it.
/// https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
namespace samara::engine::sandbox {

/// schemas/nodejs_sdk.json.
struct NodeSdk {
    std::string version;               ///< of all packages
    std::vector<std::string> packages; ///< those that are fetched unasked
};

const NodeSdk& node_sdk();

/// Where it is kept; holds node_modules once it has been fetched.
std::filesystem::path node_sdk_folder();

/// Its place in the sandbox, and the one where `import` of a function in /var/task looks.
inline constexpr const char* node_modules_inside = "/var/runtime/node_modules";
inline constexpr const char* node_modules_link = "/var/node_modules";

} // namespace samara::engine::sandbox
