#pragma once

#include "data/value.h"

#include <filesystem>
#include <map>
#include <string>

/// The loops of AWS::LanguageExtensions in a template that is packaged.
namespace samara::cloud {

struct LoopRules {
    bool written_out = true; ///< --language-extensions
    /// What decides collections that are parameters; those of a nested stack as far as they are
    /// texts.
    std::map<std::string, std::string> parameters;
    std::string region = "us-east-1";
};

/// Writes the loops of a template out when the resources that they make name files of this machine:
/// each has an artifact of its own, and a loop has room for one only. Other loops stay as they are.
/// Fails on a loop that cannot be expanded before the deployment.
base::Result<void>
write_out_loops(data::Value& document, const std::filesystem::path& file, const LoopRules& rules);

} // namespace samara::cloud
