#pragma once

#include "base/error.h"
#include "init_options.h"
#include "projects/projects.h"
#include "prompt.h"

#include <optional>

/// From what is given, and asked, to one template.
namespace samara::cli {

/// Asks for what is missing. Nothing: no more answers; an Error when what was given fits no
/// template.
std::optional<base::Result<projects::Match>> ask_for_project(Prompt& prompt, InitArguments& given);

/// Without questions: an Error says what is missing.
base::Result<projects::Match> match_given(InitArguments& given);

} // namespace samara::cli
