#pragma once

#include "app/load/application.h"
#include "base/error.h"
#include "base/log.h"
#include "model/function.h"
#include "model/layer.h"
#include "os/cancellation.h"
#include "os/temp_dir.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Where the code of functions and the content of layers is.
namespace samara::app {

/// The file or folder that the template names, absolute: of code below `basedir`
/// (--docker-volume-basedir) where that is given, else below the template's folder. Nothing where
/// there is none on this machine: code in the template itself or in S3, an image.
std::optional<std::filesystem::path> code_path(
    const Application& application,
    const model::Function& function,
    const std::filesystem::path& basedir);
std::optional<std::filesystem::path>
content_path(const Application& application, const model::Layer& layer);

/// Folders with what stands there: a folder as it is, an archive's content, a folder with a file
/// that is alone, as it is packaged, and one with inline code. Holds the temporary ones of them, so
/// it has to outlive the environments.
class CodeFolders {
public:
    CodeFolders(base::Log log, os::Cancellation cancel);

    /// What runs it is `runtime`. Errors have the place in the template.
    base::Result<std::filesystem::path> of_function(
        const Application& application,
        const model::Function& function,
        std::string_view runtime,
        const std::filesystem::path& basedir);
    base::Result<std::filesystem::path>
    of_layer(const Application& application, const model::Layer& layer);

private:
    base::Result<std::filesystem::path>
    inline_code(const model::Function& function, std::string_view runtime);
    base::Result<std::filesystem::path> folder_of_one(const std::filesystem::path& file);
    base::Result<std::optional<std::filesystem::path>>
    content_folder(const std::filesystem::path& path);

    base::Log log_;
    os::Cancellation cancel_;
    std::vector<os::TempDir> temporary_;
};

} // namespace samara::app
