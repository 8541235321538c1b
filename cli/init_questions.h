#pragma once

#include "base/error.h"
#include "init_options.h"
#include "projects/projects.h"
#include "prompt.h"

#include <optional>

/// From what is given, and asked, to one template.
namespace samara::cli {

/// Asks whether the application begins as one of our templates or as a project elsewhere, which
/// becomes the location, unless the template is given. False: no more answers.
bool ask_for_source(Prompt& prompt, InitArguments& given);

/// Asks for what is missing, in the order of the AWS SAM CLI, since scripts answer it. Nothing: no
/// more answers; an Error when what was given fits no template.
std::optional<base::Result<projects::Match>> ask_for_project(Prompt& prompt, InitArguments& given);

/// Without questions: an Error says what is missing.
base::Result<projects::Match> match_given(InitArguments& given);

} // namespace samara::cli
