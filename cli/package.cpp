#include "app/cloud/package.h"

#include "cloud_observer.h"
#include "cloud_options.h"
#include "commands.h"
#include "data/write.h"
#include "os/signals.h"

#include <filesystem>

#include <fmt/format.h>

// samara package
namespace samara::cli {

namespace {

constexpr std::string_view package_examples =
    "  samara package --resolve-s3 --output-template-file packaged.yaml\n"
    "  samara package --s3-bucket my-artifacts --s3-prefix app > packaged.yaml\n";

/// Where everything went; the template only where it is in no file.
std::string
packaged_json(const app::PackagedApplication& packaged, const std::string& template_file) {
    constexpr int indent = 2;
    data::List artifacts;
    for (const cloud::PackagedArtifact& artifact : packaged.artifacts) {
        artifacts.emplace_back(data::Map{
            {"Resource", artifact.resource},
            {"Property", artifact.property},
            {"Path", artifact.path},
            {"Location", artifact.location}});
    }
    data::Map result;
    if (template_file.empty()) {
        result.set("TemplateBody", packaged.text);
    } else {
        result.set("TemplateFile", template_file);
    }
    result.set("Artifacts", std::move(artifacts));
    return data::write_json(std::move(result), indent);
}

} // namespace

int package(Console& console, const Arguments& arguments) {
    CommonOptions common;
    UploadOptions upload;
    app::PackageOptions package;
    std::string file;
    std::string output = "text";
    Options options(
        "samara package",
        "Upload the code of an application and write the template that names what was uploaded.",
        package_examples);
    options.group("Package");
    options.text(
        "--output-template-file",
        file,
        {.help = "Where the template goes; default: standard output", .value_name = "FILE"});
    options.choice(
        "--output",
        output,
        {"text", "json"},
        {.help = "json: what was uploaded, as one object on standard output"});
    declare_upload(options, upload);
    declare_common(options, common);
    if (const auto ended = prepare(console, options, arguments, "package", common)) {
        return *ended;
    }
    package.artifacts = artifact_options(upload, common);
    package.use_json = upload.use_json;
    package.output_template = file;
    const bool json = output == "json";
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    CloudObserver observer(
        console, {.progress = !upload.no_progress && !common.quiet, .quiet = file.empty() || json});
    const auto packaged =
        app::package_application(package, session_options(common, cancel), observer);
    if (!packaged) {
        return exit_with_aws(console, packaged.error());
    }
    if (json) {
        console.out_line(packaged_json(*packaged, file));
        return 0;
    }
    if (file.empty()) {
        const std::string& text = packaged->text;
        console.out(text.ends_with('\n') ? text : text + "\n");
        return 0;
    }
    std::error_code ignored;
    console.out(fmt::format(
        "\nSuccessfully packaged artifacts and wrote output template to file {}.\n"
        "Execute the following command to deploy the packaged template\n"
        "sam deploy --template-file {} --stack-name <YOUR STACK NAME>\n\n",
        file,
        std::filesystem::absolute(file, ignored).string()));
    return 0;
}

} // namespace samara::cli
