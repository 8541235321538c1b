#pragma once

#include "app/load/application.h"

#include <filesystem>
#include <string>

namespace samara::app {

/// Where the ImageUri of an Image function is a file that `docker save` wrote: its path, absolute.
/// Empty where it names an image. Relative paths are the template's.
std::filesystem::path
image_archive(const Application& application, const model::Function& function);

/// The name that its image gets in the engine: another one when the file is another one.
std::string archive_image_name(const std::filesystem::path& archive);

} // namespace samara::app
