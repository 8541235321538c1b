#pragma once

#include "common_options.h"
#include "options.h"
#include "projects/projects.h"

#include <optional>
#include <string>

/// What may be said to `samara init`.
namespace samara::cli {

struct InitArguments {
    CommonOptions common;
    projects::Wanted wanted;
    projects::Choices choices;
    std::string base_image;
    std::string location;
    std::string output_dir = ".";
    std::string extra_context;
    bool no_interactive = false;
    bool no_input = false;
    std::optional<bool> tracing;
    std::optional<bool> application_insights;
    std::optional<bool> structured_logging;
};

void declare_init(Options& options, InitArguments& given);

/// What has to be there where nobody is asked (--no-interactive).
base::Result<void> check_complete(const InitArguments& given);

/// Whether package type and base image are given, which is all that an image needs beside its name.
bool has_image(const InitArguments& given);

/// Whether what is given can be; a base image tells the runtime.
base::Result<void> check_wanted(InitArguments& given);

/// "go (provided.al2023)" is what the AWS SAM CLI calls it in its questions.
void take_label(const std::string& label, projects::Wanted& wanted);

} // namespace samara::cli
