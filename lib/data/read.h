#pragma once

#include "data/value.h"

#include <string>
#include <string_view>

/// Reading YAML and JSON text into a Value. Every failure is one Error with file:line:col.
namespace samara::data {

/// Bounds on what a text may make of itself. Defaults admit every template CloudFormation accepts.
struct ReadLimits {
    std::size_t depth = 200;             ///< nested lists and maps
    std::size_t alias_nodes = 1'000'000; ///< nodes that aliases and merge keys may add in all
};

/// One YAML 1.1 document as CloudFormation reads it: short-form intrinsics become their long form
/// (`!GetAtt a.b` is {"Fn::GetAtt": ["a", "b"]}), `<<` is applied, plain scalars follow YAML 1.1
/// except that a date stays a string. An empty text gives null. `file` names the text in places.
/// A key that occurs twice in a map is an error, unless there are `warnings`: then the last one
/// wins, as in CloudFormation, and a warning names both places.
base::Result<Value> read_yaml(
    std::string_view text,
    std::string_view file,
    const ReadLimits& limits = {},
    base::Diagnostics* warnings = nullptr);

/// One JSON document. Numbers without fraction that fit become integers. Keys that occur twice are
/// as in YAML.
base::Result<Value> read_json(
    std::string_view text,
    std::string_view file,
    const ReadLimits& limits = {},
    base::Diagnostics* warnings = nullptr);

/// JSON when the name ends in ".json", else YAML.
base::Result<Value>
read_document(std::string_view text, std::string_view file, base::Diagnostics* warnings = nullptr);

} // namespace samara::data
