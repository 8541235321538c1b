#include "app/build.h"

#include "commands.h"

#include <fmt/format.h>

// samara build
namespace samara::cli {

namespace {

constexpr std::string_view examples = "  samara build\n"
                                      "  samara build HelloFunction --cached\n"
                                      "  samara build -t app/template.yaml --parallel\n";

struct BuildArguments {
    CommonOptions common;
    app::BuildOptions build;
    std::optional<bool> cached;
    std::optional<bool> in_source;
};

void declare(Options& options, BuildArguments& given) {
    options.positional(
        "RESOURCE_LOGICAL_ID", given.build.function, "Build only this function or layer");
    options.group("Build");
    options.toggle(
        "-c,--cached/--no-cached", given.cached, {.help = "Build again only what has changed"});
    options.flag("-p,--parallel", given.build.parallel, {.help = "Build functions side by side"});
    options.list(
        "-x,--exclude", given.build.exclude, {.help = "Leave these out", .value_name = "ID"});
    options.text(
        "-m,--manifest",
        given.build.manifest,
        {.help = "Dependencies, instead of requirements.txt, package.json ...",
         .value_name = "FILE"});
    options.toggle(
        "--build-in-source/--no-build-in-source",
        given.in_source,
        {.help = "Let tools work in the source folder"});
    options.text(
        "-b,--build-dir",
        given.build.build_dir,
        {.help = "Where artifacts go; default: .aws-sam/build", .value_name = "FOLDER"});
    options.text(
        "-cd,--cache-dir",
        given.build.cache_dir,
        {.help = "Where --cached keeps them; default: .aws-sam/cache", .value_name = "FOLDER"});
    options.text(
        "-s,--base-dir",
        given.build.base_dir,
        {.help = "Folder the code paths are relative to", .value_name = "FOLDER"});
    options.flag(
        "--strict", given.build.strict, {.help = "Take every warning as an error, at once"});
    declare_common(options, given.common);
    options.ignored_flag(
        "-u,--use-container/--no-use-container",
        "functions are built with the tools of this machine");
    options.ignored_flag(
        "--use-buildkit/--no-use-buildkit", "the engine decides how it builds images");
    options.ignored_value(
        "-e,--container-env-var", "functions are built with the tools of this machine");
    options.ignored_value(
        "-ef,--container-env-var-file", "functions are built with the tools of this machine");
    options.ignored_value(
        "-bi,--build-image", "functions are built with the tools of this machine");
    options.ignored_value("-mw,--mount-with", "functions are built with the tools of this machine");
    options.ignored_flag("--skip-pull-image", "no image is needed to build");
    options.ignored_value("--docker-network", "functions are built with the tools of this machine");
    options.ignored_flag(
        "--mount-symlinks/--no-mount-symlinks",
        "functions are built with the tools of this machine");
}

} // namespace

int build(Console& console, const Arguments& arguments) {
    BuildArguments given;
    Options options("samara build", "Build the functions and layers of a template.", examples);
    declare(options, given);
    if (const auto ended = prepare(console, options, arguments, "build", given.common)) {
        return *ended;
    }
    given.build.load = load_arguments(given.common);
    given.build.cached = given.cached.value_or(false);
    given.build.build_in_source = given.in_source.value_or(false);
    const auto built = app::build_application(given.build, console.log());
    if (!built) {
        if (!was_aborted()) {
            console.out_line("Build Failed");
        }
        return exit_with(console, built.error());
    }
    console.out(fmt::format(
        "\nBuild Succeeded\n\n"
        "Built Artifacts  : {}\n"
        "Built Template   : {}\n\n"
        "Commands you can use next\n"
        "=========================\n"
        "[*] Invoke Function: samara local invoke\n"
        "[*] Serve the APIs: samara local start-api\n"
        "[*] Validate the template: samara validate\n",
        built->artifacts.string(),
        built->template_file.string()));
    return 0;
}

} // namespace samara::cli
