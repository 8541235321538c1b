#pragma once

#include "data/value.h"

#include <map>
#include <string>
#include <vector>

/// What the functions of a template make together.
namespace samara::transform {

/// What the functions with a DeploymentPreference need together.
struct Deployments {
    bool any = false;
    bool needs_role = false;
    bool unconditional = false;          ///< a function without a condition takes part
    std::vector<data::Value> conditions; ///< of the others, each once
    data::Map tags;                      ///< that functions pass on
};

/// What the outcomes that several functions share (through Globals or a YAML alias) became, by the
/// place where they are written: AWS's transform writes the queue or topic that it makes for the
/// first function into them, and the others then use it. Functions of a loop share their place too
/// and are not meant.
struct SharedDestinations {
    struct Made {
        data::Value destination;
        std::string owner; ///< where the first function is written
    };

    std::map<std::string, Made> made;
};

} // namespace samara::transform
