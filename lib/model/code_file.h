#pragma once

#include <filesystem>
#include <string_view>

namespace samara::model {

/// Whether Lambda would take this file as code: a zip archive by its name, a jar being one as well.
bool is_archive(const std::filesystem::path& path);

/// Whether this file can be all the code of a function with the runtime, so that it is packaged as
/// a folder that holds it alone: source code of the runtime's language (schemas/source_files.json),
/// or a program where the runtime has no language. A runtime that is not known has any language.
bool is_code_file(const std::filesystem::path& path, std::string_view runtime);

} // namespace samara::model
