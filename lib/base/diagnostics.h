#pragma once

#include "base/error.h"

/// What is asked of the diagnostics of a whole document.
namespace samara::base {

/// The first that is an error rather than a warning; an empty one where there is none.
Error first_error(const Diagnostics& diagnostics);

/// In the order of the document that they are of; those of one place stay as they are.
void sort_by_place(Diagnostics& diagnostics);

} // namespace samara::base
