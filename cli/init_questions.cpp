#include "init_questions.h"

#include "base/hint.h"
#include "base/strings.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace samara::cli {

namespace {

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

// Options that can be read and fit nothing: exit code 1, as with the SAM CLI.
base::Error unfit(std::string message, std::string hint) {
    base::Error error;
    error.message = std::move(message);
    error.hint = std::move(hint);
    return error;
}

base::Error no_match(const projects::Wanted& wanted) {
    projects::Wanted any;
    any.name = wanted.name;
    const auto of_name = projects::matches(any);
    if (of_name.empty()) {
        const std::vector<std::string> names = template_names(projects::matches({}));
        const std::string_view near = base::nearest(wanted.name, {names.begin(), names.end()});
        return unfit(
            fmt::format("there is no template {}", wanted.name),
            base::did_you_mean(near, fmt::format("there are: {}", base::join(names, ", "))));
    }
    std::string what;
    for (const std::string& part :
         {wanted.runtime, wanted.package_type, wanted.manager, wanted.family}) {
        what += part.empty() ? "" : fmt::format("{}{}", what.empty() ? "" : ", ", part);
    }
    return unfit(
        fmt::format(
            "there is no template {}for {}", wanted.name.empty() ? "" : wanted.name + " ", what),
        fmt::format(
            "{} for: {}; as {}; with {}",
            wanted.name.empty() ? "there are templates" : "it is",
            base::join(runtime_labels(of_name), ", "),
            base::join(package_types(of_name), " or "),
            base::join(managers(of_name), ", ")));
}

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
        if (go_on && asks) {
            go_on = ask_usual();
        }
        if (go_on && given_.wanted.runtime.empty()) {
            go_on = ask_runtime();
        }
        if (go_on && given_.wanted.package_type.empty()) {
            go_on = ask_package_type(asks);
        }
        if (go_on && given_.wanted.manager.empty()) {
            go_on = ask_one(
                "Which dependency manager?",
                "Dependency manager",
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
        std::string_view question,
        std::string_view label,
        const std::vector<std::string>& choices,
        std::string& target) {
        if (choices.size() > 1) {
            const auto index = prompt_.choice(question, label, choices);
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
            return true; // reported later
        }
        const auto index = prompt_.choice("Which template?", "Template", shown);
        if (index) {
            given_.wanted.name = names[*index];
        }
        return index.has_value();
    }

    // Of the first template only, and where none of both is given.
    bool ask_usual() {
        const std::vector<std::string> runtimes = runtime_labels(projects::matches(given_.wanted));
        if (given_.wanted.name != projects::templates().front().name || runtimes.empty() ||
            !given_.wanted.runtime.empty() || !given_.wanted.package_type.empty()) {
            return true;
        }
        const auto usual = prompt_.confirm(
            fmt::format("Take the usual runtime and package type ({}, Zip)?", runtimes.front()));
        if (usual.value_or(false)) {
            take_label(runtimes.front(), given_.wanted);
            given_.wanted.package_type = "Zip";
        }
        return usual.has_value();
    }

    bool ask_package_type(bool asks) {
        const auto types = package_types(projects::matches(given_.wanted));
        if (!asks) { // all else was given: Zip, as AWS has it
            given_.wanted.package_type = types.empty() ? "Zip" : types.front();
            return true;
        }
        return ask_one("Which package type?", "Package type", types, given_.wanted.package_type);
    }

    bool ask_runtime() {
        std::string label;
        if (!ask_one(
                "Which runtime?",
                "Runtime",
                runtime_labels(projects::matches(given_.wanted)),
                label)) {
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

} // namespace

bool ask_for_source(Prompt& prompt, InitArguments& given) {
    if (!given.wanted.name.empty()) {
        return true;
    }
    const auto source = prompt.choice(
        "Where does the application come from?", "Choice", {"A quick start template", "Elsewhere"});
    if (!source || *source == 0) {
        return source.has_value();
    }
    while (given.location.empty()) {
        auto location = prompt.text("Location (folder, zip file or git address)", {});
        if (!location) {
            return false;
        }
        given.location = std::move(*location);
    }
    return true;
}

std::optional<base::Result<projects::Match>> ask_for_project(Prompt& prompt, InitArguments& given) {
    return Questions(prompt, given).ask();
}

base::Result<projects::Match> match_given(InitArguments& given) {
    std::vector<std::string> missing;
    if (given.choices.name.empty()) {
        missing.emplace_back("--name");
    }
    if (given.wanted.runtime.empty()) {
        missing.emplace_back(given.wanted.package_type == "Image" ? "--base-image" : "--runtime");
    }
    if (!missing.empty()) {
        return base::fail(
            fmt::format(
                "Missing required parameters, with nobody to ask: {}", base::join(missing, ", ")),
            "give --name, --runtime and --app-template, or --name, --package-type Image and "
            "--base-image, or --location");
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
        return base::fail(
            "there is more than one template for this",
            fmt::format("give --dependency-manager: {}", base::join(managers(found), " or ")));
    }
    return found.front();
}

} // namespace samara::cli
