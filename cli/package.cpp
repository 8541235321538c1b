#include "app/cloud/package.h"

#include "cloud_observer.h"
#include "cloud_options.h"
#include "commands.h"
#include "os/signals.h"

#include <filesystem>

#include <fmt/format.h>

// samara package
namespace samara::cli {

namespace {

constexpr std::string_view examples =
    "  samara package --resolve-s3 --output-template-file packaged.yaml\n"
    "  samara package --s3-bucket my-artifacts --s3-prefix app > packaged.yaml\n";

} // namespace

int package(Console& console, const Arguments& arguments) {
    CommonOptions common;
    UploadOptions upload;
    app::PackageOptions package;
    std::string output;
    Options options(
        "samara package",
        "Upload the code of an application and write the template that names what was uploaded.",
        examples);
    options.group("Package");
    options.text(
        "--output-template-file",
        output,
        {.help = "Where the template goes; default: standard output", .value_name = "FILE"});
    declare_upload(options, upload);
    declare_common(options, common);
    if (const auto ended = prepare(console, options, arguments, "package", common)) {
        return *ended;
    }
    package.artifacts = artifact_options(upload, common);
    package.use_json = upload.use_json;
    package.output_template = output;
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    CloudObserver observer(
        console, {.progress = !upload.no_progress && !common.quiet, .quiet = output.empty()});
    const auto text = app::package_application(package, session_options(common, cancel), observer);
    if (!text) {
        return exit_with_aws(console, text.error());
    }
    if (output.empty()) {
        console.out(text->ends_with('\n') ? *text : *text + "\n");
        return 0;
    }
    std::error_code ignored;
    console.out(fmt::format(
        "\nSuccessfully packaged artifacts and wrote output template to file {}.\n"
        "Execute the following command to deploy the packaged template\n"
        "sam deploy --template-file {} --stack-name <YOUR STACK NAME>\n\n",
        output,
        std::filesystem::absolute(output, ignored).string()));
    return 0;
}

} // namespace samara::cli
