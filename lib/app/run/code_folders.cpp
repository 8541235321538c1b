#include "app/run/code_folders.h"

#include "app/run/function_error.h"
#include "app/run/unpack.h"
#include "base/try.h"
#include "model/code_file.h"
#include "model/runtimes.h"
#include "os/file.h"

#include <utility>

#include <fmt/format.h>

namespace samara::app {

namespace {

bool is_remote(std::string_view path) {
    return path.starts_with("s3://");
}

std::filesystem::path absolute_from(const std::filesystem::path& folder, const std::string& path) {
    return (folder / path).lexically_normal();
}

std::filesystem::path
code_base(const Application& application, const std::filesystem::path& basedir) {
    return basedir.empty() ? application.folder() : std::filesystem::absolute(basedir);
}

} // namespace

std::optional<std::filesystem::path> code_path(
    const Application& application,
    const model::Function& function,
    const std::filesystem::path& basedir) {
    if (function.package_type != model::PackageType::zip || function.inline_code ||
        function.code.empty() || is_remote(function.code)) {
        return std::nullopt;
    }
    return absolute_from(code_base(application, basedir), function.code);
}

std::optional<std::filesystem::path>
content_path(const Application& application, const model::Layer& layer) {
    return layer.content.empty() || is_remote(layer.content)
               ? std::nullopt
               : std::optional(absolute_from(application.folder(), layer.content));
}

CodeFolders::CodeFolders(base::Log log, os::Cancellation cancel)
    : log_(std::move(log)), cancel_(std::move(cancel)) {}

base::Result<std::filesystem::path> CodeFolders::of_function(
    const Application& application,
    const model::Function& function,
    std::string_view runtime,
    const std::filesystem::path& basedir) {
    if (function.inline_code) {
        return inline_code(function, runtime);
    }
    const base::Location& where =
        function.code_where.known() ? function.code_where : function.where;
    if (is_remote(function.code)) {
        return base::fail(function_error(
            function,
            where,
            fmt::format("the code of '{}' is in S3: {}", function.logical_id, function.code),
            "it is run here from a folder: write its path as CodeUri"));
    }
    const std::filesystem::path folder =
        absolute_from(code_base(application, basedir), function.code.empty() ? "." : function.code);
    std::error_code failed;
    const bool no_code = std::filesystem::is_regular_file(folder, failed) &&
                         !model::is_archive(folder) && !model::is_code_file(folder, runtime);
    auto found = no_code ? base::Result<std::optional<std::filesystem::path>>(std::nullopt)
                         : content_folder(folder);
    if (!found) {
        return base::fail(about_function(std::move(found).error(), function, where));
    }
    if (*found) {
        return std::move(**found);
    }
    return base::fail(function_error(
        function,
        where,
        std::filesystem::exists(folder, failed)
            ? fmt::format(
                  "CodeUri '{}' of '{}' is neither a folder nor a zip archive nor code of "
                  "runtime {}",
                  function.code,
                  function.logical_id,
                  function.runtime)
            : fmt::format(
                  "CodeUri '{}' of '{}' does not exist", function.code, function.logical_id),
        fmt::format("it is looked for at {}", folder.string())));
}

base::Result<std::filesystem::path>
CodeFolders::of_layer(const Application& application, const model::Layer& layer) {
    const std::filesystem::path path = absolute_from(application.folder(), layer.content);
    auto folder = content_folder(path);
    base::Error error;
    if (!folder) {
        error = std::move(folder).error();
    } else if (!*folder) {
        error.message = fmt::format(
            "ContentUri '{}' of layer '{}' is neither a folder nor a zip archive",
            layer.content,
            layer.logical_id);
        error.hint = fmt::format("it is looked for at {}", path.string());
    } else {
        return std::move(**folder);
    }
    error.where = layer.content_where;
    error.resource = layer.logical_id;
    return base::fail(std::move(error));
}

// Nothing where there is neither a folder nor a file.
base::Result<std::optional<std::filesystem::path>>
CodeFolders::content_folder(const std::filesystem::path& path) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) {
        return std::filesystem::canonical(path, failed);
    }
    if (!model::is_archive(path)) {
        return std::filesystem::is_regular_file(path, failed)
                   ? folder_of_one(path).map([](auto folder) { return std::optional(folder); })
                   : base::Result<std::optional<std::filesystem::path>>(std::nullopt);
    }
    auto folder = unpack(path, log_, cancel_);
    return folder ? base::Result<std::optional<std::filesystem::path>>(std::move(*folder))
                  : base::fail(std::move(folder).error());
}

base::Result<std::filesystem::path> CodeFolders::folder_of_one(const std::filesystem::path& file) {
    TRY_ASSIGN(auto folder, os::TempDir::create("code"));
    os::CopyOptions copy;
    copy.symlinks = os::SymlinkMode::follow;
    copy.cancel = cancel_;
    TRY(os::copy_tree(file, folder.path() / file.filename(), copy));
    temporary_.push_back(std::move(folder));
    return temporary_.back().path();
}

// Lambda keeps inline code in a file called index.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html
base::Result<std::filesystem::path>
CodeFolders::inline_code(const model::Function& function, std::string_view runtime) {
    TRY_ASSIGN(auto folder, os::TempDir::create("inline"));
    const std::string_view name =
        model::runtime_family(runtime) == "nodejs" ? "index.js" : "index.py";
    if (auto written = os::write_file_atomically(folder.path() / name, *function.inline_code);
        !written) {
        return base::fail(std::move(written).error());
    }
    temporary_.push_back(std::move(folder));
    return temporary_.back().path();
}

} // namespace samara::app
