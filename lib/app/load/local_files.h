#pragma once

#include "base/error.h"
#include "data/value.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace samara::app {

struct Included {
    data::Value document;
    std::vector<std::filesystem::path> files; ///< that were read, or could not be
    bool complete = true;                     ///< whether all of them could be read
};

/// What a call of an intrinsic function stands for, if that is known.
using KnownValue = std::function<std::optional<data::Value>(const data::Value& call)>;

/// The template with the files it names put in their place, so that the rest needs no disk:
/// `Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./file}}` and the local
/// DefinitionUri of APIs and state machines. Files are looked for from `folder`; places in them
/// name that file. A Location may be an intrinsic function whose value is `known`. What cannot be
/// read is an error in `diagnostics` and stays as it was.
Included include_local_files(
    const data::Value& document,
    const std::filesystem::path& folder,
    const KnownValue& known,
    base::Diagnostics& diagnostics);

} // namespace samara::app
