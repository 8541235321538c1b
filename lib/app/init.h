#pragma once

#include "base/error.h"
#include "base/log.h"
#include "os/cancellation.h"
#include "projects/projects.h"

#include <filesystem>
#include <map>
#include <string>

namespace samara::app {

/// A project from somewhere else than our own templates.
struct InitLocation {
    std::string location; ///< folder, zip file, or address of a git repository
    std::string name;     ///< of the new folder; empty: that of the location
    /// For templates of the cookiecutter program: values of its questions.
    std::map<std::string, std::string> context;
};

/// Makes `output`/<name> from one of our templates. The folder appears whole, at the end, and never
/// in the place of something that is there. Gives its path.
base::Result<std::filesystem::path> init_project(
    const projects::Match& match,
    const projects::Choices& choices,
    const std::filesystem::path& output,
    const os::Cancellation& cancel);

/// The same from a folder, a zip file or a git repository, by the programs git and cookiecutter
/// where they are needed.
base::Result<std::filesystem::path> init_from_location(
    const InitLocation& from,
    const std::filesystem::path& output,
    const base::Log& log,
    const os::Cancellation& cancel);

/// What --extra-context holds: a JSON object of texts.
base::Result<std::map<std::string, std::string>> read_extra_context(const std::string& text);

} // namespace samara::app
