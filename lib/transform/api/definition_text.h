#pragma once

#include "data/value.h"

#include <cstdint>
#include <string>

namespace samara::transform {

/// What the published transform hashes into the logical id of a REST API's deployment: the API's
/// definition as Python 2 printed it, after `copies`. Maps come in the order of Python 2's hash
/// tables, and text of the template (whose place is known) is marked u'...', unlike text that the
/// transform adds. Templates deployed before stay deployed: the same definition must give the same
/// id for ever.
std::string definition_text(const data::Value& definition, std::uint32_t copies);

/// The same in JSON, of a value that was not edited. `global` is what Globals has in its place, or
/// nullptr.
std::string definition_json(const data::Value& value, const data::Value* global);

} // namespace samara::transform
