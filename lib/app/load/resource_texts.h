#pragma once

#include "base/error.h"
#include "data/value.h"

#include <string>
#include <string_view>

namespace samara::app {

/// Fails where a function or a layer says what cannot be given to a program: a text with a NUL
/// character anywhere in it, or a variable whose name is empty or holds "=". With the place of it.
base::Result<void> check_resource_texts(const std::string& logical_id, const data::Value& resource);

/// Fails where `logical_id`, written at `where`, is no name for a folder: of a function, a layer or
/// a nested stack it becomes one of the build folder. What leads elsewhere, or is a file of ours
/// there, is none.
base::Result<void> check_folder_name(std::string_view logical_id, const base::Location& where);

} // namespace samara::app
