#pragma once

#include "base/error.h"

#include <string>
#include <vector>

namespace samara::app {

struct ValidateArguments {
    std::string template_file;                    ///< empty: the default ones
    std::vector<std::string> parameter_overrides; ///< as typed
    std::string region;                           ///< empty: found as the AWS CLI does
    std::string profile;
    bool lint = false; ///< look for likely mistakes too
};

struct Validated {
    std::string file;              ///< the template that was checked
    base::Diagnostics diagnostics; ///< all that was found, in the order of the file
    bool readable = true;          ///< it is YAML or JSON, and not empty
    bool lint_failed = false;      ///< a likely mistake, which is a failure though only warned of
};

/// Checks a template: against its schema, by transforming it, and with `lint` for likely mistakes.
/// Fails when a file cannot be read.
base::Result<Validated> validate_template(const ValidateArguments& arguments);

} // namespace samara::app
