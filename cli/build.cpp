#include "app/build.h"

#include "base/strings.h"
#include "commands.h"
#include "data/write.h"
#include "live_progress.h"
#include "option_rules.h"

#include <algorithm>

#include <fmt/format.h>

// samara build
namespace samara::cli {

namespace {

constexpr std::string_view build_examples = "  samara build\n"
                                            "  samara build HelloFunction --cached\n"
                                            "  samara build -t app/template.yaml --parallel\n";

struct BuildArguments {
    CommonOptions common;
    app::BuildOptions build;
    std::optional<bool> cached;
    std::optional<bool> in_source;
    std::optional<bool> follow_links;
    std::optional<bool> use_container;
    bool watch = false;
    std::string output;
    std::string variables_file;
    std::string mount_with;
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
    options.toggle(
        "--follow-links/--no-follow-links",
        given.follow_links,
        {.help = "Whether links that lead out of the project are followed; default: yes"});
    options.folder(
        "-b,--build-dir",
        given.build.build_dir,
        {.help = "Where artifacts go; default: .aws-sam/build"});
    options.folder(
        "-cd,--cache-dir",
        given.build.cache_dir,
        {.help = "Where --cached keeps them; default: .aws-sam/cache"});
    options.folder(
        "-s,--base-dir", given.build.base_dir, {.help = "Folder the code paths are relative to"});
    options.flag(
        "--watch", given.watch, {.help = "Build again whenever a source or the template changes"});
    options.choice(
        "--output",
        given.output,
        {"text", "json"},
        {.help = "How the result is written to standard output; default: text"});
    options.flag(
        "--strict", given.build.strict, {.help = "Take every warning as an error, at once"});
    declare_common(options, given.common);
    options.group("Build in containers");
    options.toggle(
        "-u,--use-container/--no-use-container",
        given.use_container,
        {.help = "Run the tools in a container of the runtime"});
    options.toggle(
        "--use-buildkit/--no-use-buildkit",
        given.build.buildkit,
        {.help = "Build images with BuildKit; default: where a Dockerfile asks for it"});
    options.list(
        "-bi,--build-image",
        given.build.containers.images,
        {.help = "The container's image, for all or for one function", .value_name = "[ID=]IMAGE"});
    options.list(
        "-e,--container-env-var",
        given.build.containers.variables,
        {.help = "Variable of the container", .value_name = "[ID.]NAME=VALUE"});
    options.text(
        "-ef,--container-env-var-file",
        given.variables_file,
        {.help = "Variables as JSON, as for --env-vars", .value_name = "FILE"});
    options.choice(
        "-mw,--mount-with",
        given.mount_with,
        {"READ", "WRITE"},
        {.help = "Whether tools may write into the sources; default: READ"});
    options.flag(
        "--skip-pull-image",
        given.build.containers.skip_pull,
        {.help = "Use images that are here", .environment = "SAM_SKIP_PULL_IMAGE"});
    options.text(
        "--docker-network",
        given.build.containers.network,
        {.help = "Network of the container",
         .environment = "SAM_DOCKER_NETWORK",
         .value_name = "NAME"});
    options.ignored_value("--terraform-project-root-path", "templates come from files only");
    options.ignored_flag(
        "--mount-symlinks/--no-mount-symlinks",
        "functions are built with the tools of this machine");
}

std::string counted(std::ptrdiff_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// "Built 3 functions and 1 layer in 1.2 s (2 unchanged)"
void report_summary(Console& console, const app::BuildResult& built) {
    const auto layers = std::count_if(
        built.done.begin(), built.done.end(), [](const build::Done& done) { return done.layer; });
    const std::ptrdiff_t functions = std::ssize(built.done) - layers;
    std::string what = functions > 0 || layers == 0 ? counted(functions, "function") : "";
    if (layers > 0) {
        what += (what.empty() ? "" : " and ") + counted(layers, "layer");
    }
    const auto unchanged =
        std::count_if(built.done.begin(), built.done.end(), [](const build::Done& done) {
            return done.fate == build::Fate::unchanged;
        });
    console.err_line(fmt::format(
        "Built {} in {:.1f} s ({} unchanged)",
        what,
        static_cast<double>(built.time.count()) / 1000,
        unchanged));
}

void report_failures(Console& console, const app::BuildResult& built) {
    std::vector<std::string> ids;
    for (const build::Failure& failure : built.failures) {
        console.error(failure.error);
        ids.push_back(failure.logical_id);
    }
    console.err_line(fmt::format("Not built: {}", base::join(ids, ", ")));
    if (built.former_stays) {
        console.err_line(
            "The former build stays as it was; what could be built is kept for the next time.");
    } else if (built.placed) {
        console.err_line("What could be built is in place.");
    }
}

// What is built elsewhere is not found by itself.
std::string next_steps(const BuildArguments& given, const app::BuildResult& built) {
    const std::filesystem::path usual = ".aws-sam/build";
    const bool elsewhere = !given.build.build_dir.empty() && built.artifacts != usual;
    const std::string file = elsewhere ? " -t " + built.template_file.string() : "";
    return fmt::format(
        "Commands you can use next\n"
        "=========================\n"
        "[*] Invoke Function: samara local invoke{0}\n"
        "[*] Serve the APIs: samara local start-api{0}\n"
        "[*] Validate the template: samara validate\n"
        "[*] Deploy: samara deploy --guided{1}\n",
        file,
        elsewhere ? " --template-file " + built.template_file.string() : "");
}

std::string_view fate_name(build::Fate fate) {
    switch (fate) {
    case build::Fate::built:
        return "built";
    case build::Fate::restored:
        return "restored";
    case build::Fate::unchanged:
        return "unchanged";
    }
    return "";
}

// One JSON object: status, where it is, and what became of each function and layer.
std::string json_result(const app::BuildResult& built) {
    data::List resources;
    for (const build::Done& done : built.done) {
        resources.emplace_back(data::Map{
            {"id", done.logical_id},
            {"status", fate_name(done.fate)},
            {"milliseconds", static_cast<std::int64_t>(done.time.count())}});
    }
    for (const build::Failure& failure : built.failures) {
        resources.emplace_back(data::Map{
            {"id", failure.logical_id}, {"status", "failed"}, {"error", to_string(failure.error)}});
    }
    return data::write_json(data::Map{
        {"status", built.failures.empty() ? "succeeded" : "failed"},
        {"build_dir", built.artifacts.string()},
        {"template", built.template_file.string()},
        {"milliseconds", static_cast<std::int64_t>(built.time.count())},
        {"former_build_stays", built.former_stays},
        {"resources", std::move(resources)}});
}

void report_result(
    Console& console, const BuildArguments& given, const base::Result<app::BuildResult>& built) {
    const bool json = given.output == "json";
    if (built) {
        report_summary(console, *built);
    }
    const bool usage = !built && built.error().kind == base::ErrorKind::usage;
    if (json && built) {
        console.out_line(json_result(*built));
    } else if (usage) {
        // nothing was tried
    } else if (!built || !built->failures.empty()) {
        console.out_line("Build Failed");
    } else {
        console.out(fmt::format(
            "\nBuild Succeeded\n\nBuilt Artifacts  : {}\nBuilt Template   : {}\n\n{}",
            built->artifacts.string(),
            built->template_file.string(),
            next_steps(given, *built)));
    }
    if (!built) {
        console.error(built.error());
    } else if (!built->failures.empty()) {
        report_failures(console, *built);
    }
}

} // namespace

int build(Console& console, const Arguments& arguments) {
    BuildArguments given;
    Options options(
        "samara build", "Build the functions and layers of a template.", build_examples);
    declare(options, given);
    if (const auto ended = prepare(console, options, arguments, "build", given.common)) {
        return *ended;
    }
    const auto possible = check_needed(
        options,
        {"container_env_var", "container_env_var_file", "build_image", "mount_with"},
        "--use-container",
        given.use_container.value_or(false));
    const auto alone =
        possible ? check_alone(options, "build_in_source", {"use_container"}) : possible;
    const auto named = alone ? check_images(given.build.containers.images) : alone;
    if (!named) {
        return exit_with(console, named.error());
    }
    given.build.load = load_arguments(given.common);
    given.build.build_in_source = given.in_source.value_or(false);
    given.build.cached = given.cached;
    given.build.progress = std::make_shared<build::Progress>();
    given.build.follow_links = given.follow_links.value_or(true);
    given.build.containers.use = given.use_container.value_or(false);
    given.build.containers.variables_file = given.variables_file;
    given.build.containers.writable_sources = given.mount_with == "WRITE";
    if (given.cached.value_or(false)) {
        console.log().info("Starting Build use cache");
    }
    if (given.build.containers.use) {
        console.log().info("Starting Build inside a container");
    }
    if (given.watch) {
        const auto watched = app::watch_and_build(
            given.build, console.log(), [&](const base::Result<app::BuildResult>& built) {
                report_result(console, given, built);
            });
        return watched ? 0 : exit_with(console, watched.error());
    }
    const auto built = [&] {
        const LiveProgress live(console, given.build.progress);
        return app::build_application(given.build, console.log());
    }();
    if (!built && was_aborted()) {
        return exit_with(console, built.error());
    }
    report_result(console, given, built);
    const bool usage = !built && built.error().kind == base::ErrorKind::usage;
    return usage ? 2 : built && built->failures.empty() ? 0 : 1;
}

} // namespace samara::cli
