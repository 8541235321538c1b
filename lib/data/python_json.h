#pragma once

#include "data/value.h"

#include <string>

namespace samara::data {

/// How json.dumps of Python writes.
struct PythonJson {
    bool sorted = false;  ///< sort_keys
    bool compact = false; ///< no blanks behind colons and commas
};

/// JSON in ASCII as Python writes it, where hashes and names of files are made of it.
std::string write_python_json(const Value& value, const PythonJson& form = {});

} // namespace samara::data
