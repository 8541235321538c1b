#include "app/init.h"

#include "base/strings.h"
#include "commands.h"
#include "model/runtimes.h"
#include "os/signals.h"
#include "prompt.h"

#include <algorithm>

#include <fmt/format.h>

// samara init
namespace samara::cli {

namespace {

constexpr std::string_view examples =
    "  samara init\n"
    "  samara init --name my-app --runtime python3.13 --app-template hello-world --no-interactive\n"
    "  samara init --name my-app --package-type Image --base-image amazon/nodejs22.x-base\n"
    "  samara init --location gh:owner/template --name my-app\n";

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

void declare(Options& options, InitArguments& given) {
    options.group("Project");
    options.text("-n,--name", given.choices.name, {.help = "Name of the project and its folder"});
    options.text(
        "--app-template",
        given.wanted.name,
        {.help = "What it begins as; without this and without --no-interactive it is asked"});
    options.text("-r,--runtime", given.wanted.runtime, {.help = "Lambda runtime of its functions"});
    options.choice(
        "--package-type",
        given.wanted.package_type,
        {"Zip", "Image"},
        {.help = "How its functions are packaged"});
    options.text(
        "-b,--base-image",
        given.base_image,
        {.help = "Lambda base image, for --package-type Image: amazon/python3.13-base"});
    options.choice(
        "-d,--dependency-manager",
        given.wanted.manager,
        {"pip", "npm", "bundler", "maven", "gradle", "cli-package", "mod", "cargo"},
        {.help = "What installs its dependencies"});
    options.choice(
        "-a,--architecture",
        given.choices.architecture,
        {"x86_64", "arm64"},
        {.help = "Processor its functions run on"});
    options.toggle(
        "--tracing/--no-tracing", given.tracing, {.help = "Trace its functions with X-Ray"});
    options.toggle(
        "--application-insights/--no-application-insights",
        given.application_insights,
        {.help = "Monitor it with CloudWatch Application Insights"});
    options.toggle(
        "--structured-logging/--no-structured-logging",
        given.structured_logging,
        {.help = "Let its functions log JSON"});
    options.group("Where from, where to");
    options.text(
        "-l,--location",
        given.location,
        {.help = "Folder, zip file or git address of a project to begin with (gh:owner/name)"});
    options.text(
        "-o,--output-dir",
        given.output_dir,
        {.help = "Folder that the project's folder is made in", .value_name = "FOLDER"});
    options.text(
        "--extra-context",
        given.extra_context,
        {.help = "JSON object with the answers for a cookiecutter template", .value_name = "JSON"});
    options.flag("--no-interactive", given.no_interactive, {.help = "Ask nothing"});
    options.flag("--no-input", given.no_input, {.help = "Ask nothing of a cookiecutter template"});
    options.group("Configuration");
    options.text(
        "--config-env",
        given.common.config_environment,
        {.help = "Environment of the configuration file"});
    options.text(
        "--config-file",
        given.common.config_file,
        {.help = "Configuration file; default: samconfig.toml in this folder",
         .value_name = "FILE"});
    options.flag(
        "--save-params",
        given.common.save_params,
        {.help = "Write the options given here to the configuration file"});
    options.flag(
        "--debug",
        given.common.debug,
        {.help = "Tell what is being done", .environment = "SAM_DEBUG"});
    options.ignored_flag("--beta-features/--no-beta-features", "there are no beta features");
}

base::Error usage(std::string message, std::string hint) {
    base::Error error;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.kind = base::ErrorKind::usage;
    return error;
}

template <class Get>
std::vector<std::string> distinct(const std::vector<projects::Match>& matches, Get get) {
    std::vector<std::string> values;
    for (const projects::Match& match : matches) {
        for (const std::string& value : get(match)) {
            if (std::find(values.begin(), values.end(), value) == values.end()) {
                values.push_back(value);
            }
        }
    }
    return values;
}

std::vector<std::string> template_names(const std::vector<projects::Match>& matches) {
    return distinct(
        matches, [](const projects::Match& match) { return std::vector{match.project->name}; });
}

std::vector<std::string> managers(const std::vector<projects::Match>& matches) {
    return distinct(
        matches, [](const projects::Match& match) { return std::vector{match.variant->manager}; });
}

std::vector<std::string> package_types(const std::vector<projects::Match>& matches) {
    return distinct(matches, [](const projects::Match& match) {
        return std::vector{match.variant->package_type};
    });
}

// "python3.13", "go (provided.al2023)": the family where the runtime does not tell it.
std::vector<std::string> runtime_labels(const std::vector<projects::Match>& matches) {
    return distinct(matches, [](const projects::Match& match) {
        std::vector<std::string> labels;
        for (const std::string& runtime : match.variant->runtimes) {
            labels.push_back(
                match.variant->fixed_runtimes
                    ? fmt::format("{} ({})", match.variant->family, runtime)
                    : runtime);
        }
        return labels;
    });
}

void take_label(const std::string& label, projects::Wanted& wanted) {
    const std::size_t bracket = label.find(" (");
    if (bracket == std::string::npos) {
        wanted.runtime = label;
        return;
    }
    wanted.family = label.substr(0, bracket);
    wanted.runtime = label.substr(bracket + 2, label.size() - bracket - 3);
}

// "go (provided.al2023)" is what the AWS SAM CLI calls it in its questions.
base::Result<void> check_wanted(InitArguments& given) {
    if (given.wanted.runtime.find(" (") != std::string::npos) {
        take_label(given.wanted.runtime, given.wanted);
    }
    if (!given.base_image.empty()) {
        if (given.wanted.package_type == "Zip") {
            return base::fail(usage("--base-image is for --package-type Image", {}));
        }
        given.wanted.package_type = "Image";
        if (auto read = projects::read_base_image(given.base_image, given.wanted); !read) {
            return read;
        }
    }
    const std::string& id = given.wanted.runtime;
    const auto runtime = model::find_runtime(id);
    if (!id.empty() && !runtime) {
        const std::string near = model::nearest_runtime(id);
        return base::fail(usage(
            fmt::format("Lambda has no runtime {}", id),
            near.empty() ? std::string("write for example --runtime python3.13")
                         : fmt::format("did you mean {}?", near)));
    }
    if (runtime) {
        const auto& known = runtime->architectures;
        if (std::find(known.begin(), known.end(), given.choices.architecture) == known.end()) {
            return base::fail(usage(
                fmt::format("runtime {} is not for {}", id, given.choices.architecture),
                fmt::format("it is for {}", base::join(known, ", "))));
        }
    }
    if (!given.choices.name.empty()) {
        return projects::check_name(given.choices.name);
    }
    return {};
}

base::Error no_match(const projects::Wanted& wanted) {
    projects::Wanted any;
    any.name = wanted.name;
    const auto of_name = projects::matches(any);
    if (of_name.empty()) {
        const std::vector<std::string> names = template_names(projects::matches({}));
        const std::string_view near = base::nearest(wanted.name, {names.begin(), names.end()});
        return usage(
            fmt::format("there is no template {}", wanted.name),
            near.empty() ? fmt::format("there are: {}", base::join(names, ", "))
                         : fmt::format("did you mean {}?", near));
    }
    std::string what;
    for (const std::string& part :
         {wanted.runtime, wanted.package_type, wanted.manager, wanted.family}) {
        what += part.empty() ? "" : fmt::format("{}{}", what.empty() ? "" : ", ", part);
    }
    return usage(
        fmt::format(
            "there is no template {}for {}", wanted.name.empty() ? "" : wanted.name + " ", what),
        fmt::format(
            "{} for: {}; as {}; with {}",
            wanted.name.empty() ? "there are templates" : "it is",
            base::join(runtime_labels(of_name), ", "),
            base::join(package_types(of_name), " or "),
            base::join(managers(of_name), ", ")));
}

/// Asks for what is missing. Nothing: no more answers.
class Questions {
public:
    Questions(Prompt& prompt, InitArguments& given) : prompt_(prompt), given_(given) {}

    // An Error when what was given fits no template.
    std::optional<base::Result<projects::Match>> ask() {
        bool go_on = true;
        const bool asks = given_.wanted.name.empty() || given_.wanted.runtime.empty() ||
                          given_.choices.name.empty();
        if (given_.wanted.name.empty()) {
            go_on = ask_template();
        }
        if (go_on && given_.wanted.package_type.empty()) {
            go_on = ask_package_type(asks);
        }
        if (go_on && given_.wanted.runtime.empty()) {
            go_on = ask_runtime();
        }
        if (go_on && given_.wanted.manager.empty()) {
            go_on = ask_one(
                "Which dependency manager?",
                managers(projects::matches(given_.wanted)),
                given_.wanted.manager);
        }
        go_on = go_on && (!asks || ask_features());
        if (go_on && given_.choices.name.empty()) {
            go_on = ask_name();
        }
        if (!go_on) {
            return std::nullopt;
        }
        const auto found = projects::matches(given_.wanted);
        if (found.empty()) {
            return base::fail(no_match(given_.wanted));
        }
        return found.front();
    }

private:
    // Only where there is something to choose.
    bool ask_one(
        std::string_view question, const std::vector<std::string>& choices, std::string& target) {
        if (choices.size() > 1) {
            const auto index = prompt_.choice(question, choices);
            if (!index) {
                return false;
            }
            target = choices[*index];
        } else if (choices.size() == 1) {
            target = choices.front();
        }
        return true;
    }

    bool ask_template() {
        const std::vector<std::string> names = template_names(projects::matches(given_.wanted));
        std::vector<std::string> shown;
        for (const std::string& name : names) {
            for (const projects::Template& project : projects::templates()) {
                if (project.name == name) {
                    shown.push_back(fmt::format("{}: {}", name, project.about));
                }
            }
        }
        if (names.empty()) {
            return true; // told later
        }
        const auto index = prompt_.choice("What shall the application begin as?", shown);
        if (index) {
            given_.wanted.name = names[*index];
        }
        return index.has_value();
    }

    bool ask_package_type(bool asks) {
        const auto types = package_types(projects::matches(given_.wanted));
        if (!asks) { // all else was given: Zip, as AWS has it
            given_.wanted.package_type = types.empty() ? "Zip" : types.front();
            return true;
        }
        return ask_one("What package type?", types, given_.wanted.package_type);
    }

    bool ask_runtime() {
        std::string label;
        if (!ask_one("Which runtime?", runtime_labels(projects::matches(given_.wanted)), label)) {
            return false;
        }
        if (!label.empty()) {
            take_label(label, given_.wanted);
        }
        return true;
    }

    bool ask_features() {
        for (auto [target, question] :
             {std::pair(&given_.tracing, "Enable X-Ray tracing?"),
              std::pair(
                  &given_.application_insights,
                  "Enable monitoring with CloudWatch Application Insights?"),
              std::pair(&given_.structured_logging, "Enable structured logging in JSON?")}) {
            if (!target->has_value()) {
                *target = prompt_.confirm(question);
            }
            if (!target->has_value()) {
                return false;
            }
        }
        return true;
    }

    bool ask_name() {
        while (true) {
            auto name = prompt_.text("Project name", "sam-app");
            if (!name) {
                return false;
            }
            const auto valid = projects::check_name(*name);
            if (valid) {
                given_.choices.name = std::move(*name);
                return true;
            }
            prompt_.say(to_string(valid.error()));
        }
    }

    Prompt& prompt_;
    InitArguments& given_;
};

// Without questions: what is missing is told.
base::Result<projects::Match> match_given(InitArguments& given) {
    std::vector<std::string> missing;
    if (given.choices.name.empty()) {
        missing.emplace_back("--name");
    }
    if (given.wanted.runtime.empty()) {
        missing.emplace_back(given.wanted.package_type == "Image" ? "--base-image" : "--runtime");
    }
    if (!missing.empty()) {
        return base::fail(usage(
            fmt::format("nothing may be asked, and {} is missing", base::join(missing, ", ")),
            "give --name, --runtime and --app-template, or --name, --package-type Image and "
            "--base-image, or --location"));
    }
    if (given.wanted.name.empty()) {
        given.wanted.name = "hello-world";
    }
    if (given.wanted.package_type.empty()) {
        given.wanted.package_type = "Zip";
    }
    const auto found = projects::matches(given.wanted);
    if (found.empty()) {
        return base::fail(no_match(given.wanted));
    }
    if (found.size() > 1) {
        return base::fail(usage(
            "there is more than one template for this",
            fmt::format("give --dependency-manager: {}", base::join(managers(found), " or "))));
    }
    return found.front();
}

int aborted(Console& console) {
    console.err_line("\nAborted!");
    return 1;
}

void tell(
    Console& console,
    const projects::Match& match,
    const projects::Choices& choices,
    const std::string& folder) {
    console.out(fmt::format(
        "\n    -----------------------\n"
        "    Generating application:\n"
        "    -----------------------\n"
        "    Name: {}\n"
        "    Runtime: {}\n"
        "    Architectures: {}\n"
        "    Package Type: {}\n"
        "    Dependency Manager: {}\n"
        "    Application Template: {}\n"
        "    Output Directory: {}\n"
        "    Configuration file: {}/samconfig.toml\n\n"
        "    Next steps are in {}/README.md\n\n"
        "Commands you can use next\n"
        "=========================\n"
        "[*] Go there: cd {}\n"
        "[*] Build it: samara build\n"
        "[*] Validate the template: samara validate\n",
        choices.name,
        match.runtime,
        choices.architecture,
        match.variant->package_type,
        match.variant->manager,
        match.project->name,
        folder,
        folder,
        folder,
        folder));
}

int from_location(Console& console, const InitArguments& given, const os::Cancellation& cancel) {
    auto context = app::read_extra_context(given.extra_context);
    if (!context) {
        return exit_with(console, context.error());
    }
    const auto made = app::init_from_location(
        {given.location, given.choices.name, std::move(*context)},
        given.output_dir,
        console.log(),
        cancel);
    if (cancel.cancelled()) {
        return aborted(console);
    }
    if (!made) {
        return exit_with(console, made.error());
    }
    console.out_line(fmt::format("Made {}", made->lexically_normal().string()));
    return 0;
}

} // namespace

int init(Console& console, const Arguments& arguments) {
    InitArguments given;
    Options options("samara init", "Begin a new application.", examples);
    declare(options, given);
    if (const auto ended = prepare(console, options, arguments, "init", given.common)) {
        return *ended;
    }
    if (const auto valid = check_wanted(given); !valid) {
        return exit_with(console, valid.error());
    }
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    if (!given.location.empty()) {
        return from_location(console, given, cancel);
    }
    if (!given.extra_context.empty()) {
        console.log().warning("--extra-context is for cookiecutter templates (--location)");
    }
    base::Result<projects::Match> match = base::fail("");
    if (given.no_interactive) {
        match = match_given(given);
    } else {
        Prompt prompt(console, cancel);
        auto answer = Questions(prompt, given).ask();
        if (!answer && !prompt.answered() && !cancel.cancelled()) {
            console.out("\n");
            match = match_given(given); // nobody is there to answer: tells what is missing
            if (match) {
                return aborted(console);
            }
        } else if (!answer) {
            return aborted(console);
        } else {
            match = std::move(*answer);
        }
    }
    if (!match) {
        return exit_with(console, match.error());
    }
    given.choices.runtime = match->runtime;
    given.choices.tracing = given.tracing.value_or(false);
    given.choices.application_insights = given.application_insights.value_or(false);
    given.choices.structured_logging = given.structured_logging.value_or(false);
    const auto made = app::init_project(*match, given.choices, given.output_dir, cancel);
    if (cancel.cancelled()) {
        return aborted(console);
    }
    if (!made) {
        return exit_with(console, made.error());
    }
    tell(console, *match, given.choices, made->lexically_normal().string());
    return 0;
}

} // namespace samara::cli
