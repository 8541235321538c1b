#include "app/cloud/artifacts.h"
#include "app/load/parameter_files.h"
#include "aws_client/credentials.h"
#include "aws_client/shared_config.h"
#include "base/strings.h"
#include "cloud/deploy/companion_stack.h"
#include "cloud/deploy/open_access.h"
#include "cloud/package/artifact_rows.h"
#include "command.h"
#include "config/save.h"
#include "config/settings.h"
#include "data/accessors.h"
#include "deploy_options.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

// The questions of `samara deploy --guided`, and where the answers are kept.
namespace samara::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view usual_capability = "CAPABILITY_IAM";

struct Answers {
    std::string config_file;
    std::string config_environment;
    bool save = false;
};

class Guide {
public:
    Guide(
        Console& console,
        Prompt& prompt,
        cloud::Observer& observer,
        DeployArguments& given,
        const os::Cancellation& cancel)
        : console_(console), prompt_(prompt), observer_(observer), given_(given), cancel_(cancel) {}

    std::optional<int> run() {
        report_config();
        auto file = app::read_cloud_template(given_.common.template_file);
        if (!file) {
            return exit_with(console_, file.error());
        }
        const auto overrides = app::read_parameter_overrides(given_.common.parameter_overrides);
        if (!overrides) {
            return exit_with(console_, overrides.error());
        }
        title("Setting default arguments for 'sam deploy'");
        prompt_.show("\t=========================================\n", Colour::yellow);
        if (!ask_where() || !ask_parameters(file->document, *overrides) || !ask_how()) {
            return aborted();
        }
        for (const std::string& open : cloud::open_access(file->document)) {
            const auto fine =
                prompt_.confirm(fmt::format("\t{} has no authentication. Is this okay?", open));
            if (!fine) {
                return aborted();
            }
            if (!*fine) {
                base::Error error;
                error.message = "Security Constraints Not Satisfied!";
                return exit_with(console_, error);
            }
        }
        if (!ask_signing(file->document)) {
            return aborted();
        }
        Answers answers;
        if (!ask_where_to_keep(answers)) {
            return aborted();
        }
        if (auto ended = find_resources(*file)) {
            return ended;
        }
        return answers.save ? keep(answers) : std::nullopt;
    }

private:
    int aborted() {
        console_.err_line("\nAborted!");
        return 1;
    }

    void title(std::string_view text) {
        prompt_.show(fmt::format("\n\t{}\n", text), Colour::yellow);
    }

    void report_config() {
        title("Configuring SAM deploy");
        prompt_.show("\t======================\n", Colour::yellow);
        std::error_code ignored;
        const std::vector<fs::path> files = given_.common.config_file.empty()
                                                ? config::find_settings(config_folder())
                                                : std::vector<fs::path>{given_.common.config_file};
        const bool there = !files.empty() && fs::exists(files.front(), ignored);
        prompt_.show(fmt::format(
            "\n\tLooking for config file [{}] :  {}\n",
            files.empty() ? "samconfig.toml" : files.front().filename().string(),
            there ? "Found" : "Not found"));
        if (there) { // what cannot be read has ended the command before
            prompt_.show("\tReading default arguments  :  Success\n");
        }
    }

    [[nodiscard]] fs::path config_folder() const {
        std::error_code ignored;
        const fs::path folder = fs::path(given_.common.template_file).parent_path();
        return folder.empty() ? fs::current_path(ignored) : folder;
    }

    std::optional<std::string> ask(std::string_view label, const std::string& usual) {
        return prompt_.text(fmt::format("\t{}", label), usual);
    }

    bool ask_into(std::string_view label, const std::string& usual, std::string& target) {
        auto answer = ask(label, usual);
        target = answer.value_or("");
        return answer.has_value();
    }

    bool ask_yes(std::string_view label, std::optional<bool>& target, bool usual) {
        target = prompt_.confirm(fmt::format("\t{}", label), target.value_or(usual));
        return target.has_value();
    }

    bool ask_where() {
        std::string& stack = given_.deploy.stack_name;
        std::string& region = given_.common.region;
        return ask_into("Stack Name", stack.empty() ? "sam-app" : stack, stack) &&
               ask_into(
                   "AWS Region", aws_client::find_region(region, given_.common.profile), region);
    }

    bool ask_parameters(const data::Value& document, model::ParameterOverrides values) {
        for (const data::Entry& entry : data::members_of(document.find("Parameters"))) {
            const bool secret = data::is_true(entry.value.find("NoEcho")) ||
                                data::text_of(entry.value, "NoEcho") == "true";
            const std::string label = fmt::format("Parameter {}", entry.key);
            std::optional<std::string> answer;
            if (secret) {
                answer = prompt_.secret(fmt::format("\t{}", label));
                given_.deploy.hidden.push_back(entry.key);
            } else {
                const auto given = values.find(entry.key);
                const std::string usual = given != values.end()
                                              ? given->second
                                              : data::text_of(entry.value.find("Default"));
                answer = ask(usual.empty() ? label + " []" : label, usual);
            }
            if (!answer) {
                return false;
            }
            values[entry.key] = std::move(*answer);
        }
        given_.common.parameter_overrides.clear();
        for (const auto& [key, value] : values) {
            given_.common.parameter_overrides.push_back(assignment(key, value));
        }
        return true;
    }

    /// K="V", as --parameter-overrides and the configuration file have it.
    static std::string assignment(const std::string& key, const std::string& value) {
        return fmt::format(
            "{}=\"{}\"",
            key,
            base::replace_all(base::replace_all(value, "\\", "\\\\"), "\"", "\\\""));
    }

    bool ask_how() {
        prompt_.show("\t#Shows you resources changes to be deployed and require a 'Y' to initiate "
                     "deploy\n");
        if (!ask_yes("Confirm changes before deploy", given_.confirm, false)) {
            return false;
        }
        prompt_.show("\t#SAM needs permission to be able to create roles to connect to the "
                     "resources in your template\n");
        std::optional<bool> roles;
        if (!ask_yes("Allow SAM CLI IAM role creation", roles, true)) {
            return false;
        }
        std::vector<std::string>& capabilities = given_.deploy.capabilities;
        if (capabilities.empty()) {
            capabilities = {std::string(usual_capability)};
        }
        if (!*roles) {
            std::string text;
            if (!ask_into("Capabilities", fmt::format("{}", fmt::join(capabilities, " ")), text)) {
                return false;
            }
            capabilities = app::split_words({text});
        }
        prompt_.show("\t#Preserves the state of previously provisioned resources when an operation "
                     "fails\n");
        return ask_yes("Disable rollback", given_.disable_rollback, false);
    }

    /// The bucket, and what images need. A bucket of one's own is for deployments without
    /// questions.
    std::optional<int> find_resources(const app::CloudTemplate& file) {
        app::ArtifactOptions& artifacts = given_.upload.artifacts;
        prompt_.show("\n\tLooking for resources needed for deployment:\n");
        auto bucket = app::managed_bucket(session_options(given_.common, cancel_), observer_);
        if (!bucket) {
            return exit_with_aws(console_, bucket.error());
        }
        given_.upload.resolve_s3 = false;
        artifacts.s3_bucket = std::move(*bucket);
        artifacts.s3_prefix = given_.deploy.stack_name;
        return ask_images(file);
    }

    std::optional<int> ask_images(const app::CloudTemplate& file) {
        const auto rules =
            app::check_artifacts(artifact_options(given_.upload, given_.common), file, true);
        if (!rules) {
            return exit_with(console_, rules.error());
        }
        app::ArtifactOptions& artifacts = given_.upload.artifacts;
        std::vector<std::string> without;
        for (const std::string& function : rules->needs.images) {
            if (rules->repositories.find(function).empty()) {
                without.push_back(function);
            }
        }
        if (artifacts.resolve_image_repos) {
            return ask_unused(rules->needs.images);
        }
        if (without.empty()) {
            return std::nullopt;
        }
        const auto managed = prompt_.confirm(
            without.size() == rules->needs.images.size()
                ? std::string("\tCreate managed ECR repositories for all functions?")
                : fmt::format(
                      "\tCreate managed ECR repositories for the {} functions without?",
                      without.size()),
            true);
        if (!managed) {
            return aborted();
        }
        if (*managed) {
            artifacts.resolve_image_repos = true;
            return ask_unused(rules->needs.images);
        }
        for (const std::string& function : without) {
            std::string uri;
            if (!ask_into(fmt::format("ECR repository for {}", function), "", uri)) {
                return aborted();
            }
            if (!cloud::is_ecr_url(uri)) {
                base::Error error;
                error.message = fmt::format("Invalid Image Repository ECR URI: {}", uri);
                error.hint = "write ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME";
                return exit_with(console_, error);
            }
            artifacts.image_repositories.push_back(fmt::format("{}={}", function, uri));
        }
        const auto checked =
            app::check_artifacts(artifact_options(given_.upload, given_.common), file, true);
        return checked ? std::nullopt : std::optional(exit_with(console_, checked.error()));
    }

    /// Repositories that go with the functions they were for.
    std::optional<int> ask_unused(const std::vector<std::string>& functions) {
        const auto unused = app::unused_image_repositories(
            given_.deploy.stack_name, functions, session_options(given_.common, cancel_));
        if (!unused) {
            return exit_with_aws(console_, unused.error());
        }
        if (unused->empty()) {
            return std::nullopt;
        }
        prompt_.show("\t#The following repositories are not referenced by any function:\n");
        for (const std::string& repository : *unused) {
            prompt_.show(fmt::format("\t  {}\n", repository));
        }
        const auto fine =
            prompt_.confirm("\tDelete the unreferenced repositories listed above when deploying?");
        if (!fine) {
            return aborted();
        }
        if (!*fine) {
            base::Error error;
            error.message = "The repositories that no function uses have to be deleted";
            error.hint = "move them out of the companion stack, or give repositories of your own "
                         "with --image-repositories";
            return exit_with(console_, error);
        }
        return std::nullopt;
    }

    bool ask_signing(const data::Value& document) {
        const auto resources = resources_to_sign(document);
        if (resources.empty()) {
            return true;
        }
        prompt_.show("\t#Found code signing configurations in your function definitions\n");
        std::optional<bool> wanted;
        if (!ask_yes("Do you want to sign your code?", wanted, true)) {
            return false;
        }
        std::vector<std::string>& profiles = given_.upload.artifacts.signing_profiles;
        profiles.clear();
        for (const auto& [resource, function] : resources) {
            if (!*wanted) {
                break;
            }
            prompt_.show(fmt::format(
                "\t#Please provide signing profile details for the {} '{}'\n",
                function ? "function" : "layer",
                resource));
            std::string name;
            std::string owner;
            if (!ask_into("Signing Profile Name", "", name) ||
                !ask_into("Signing Profile Owner Account ID (optional)", "", owner)) {
                return false;
            }
            profiles.push_back(
                fmt::format("{}={}{}{}", resource, name, owner.empty() ? "" : ":", owner));
        }
        return true;
    }

    bool ask_where_to_keep(Answers& answers) {
        std::optional<bool> save;
        if (!ask_yes("Save arguments to configuration file", save, true)) {
            return false;
        }
        answers.save = *save;
        return !*save ||
               (ask_into("SAM configuration file", "samconfig.toml", answers.config_file) &&
                ask_into(
                    "SAM configuration environment",
                    given_.common.config_environment,
                    answers.config_environment));
    }

    std::optional<int> keep(const Answers& answers) {
        const fs::path path = config_folder() / answers.config_file;
        config::Parameters kept = values_to_keep(given_);
        // What holds for all commands stands in one place.
        if (const auto settings = config::Settings::load(path)) {
            for (const auto& [key, value] :
                 settings->parameters(answers.config_environment, "global")) {
                if (kept.contains(key) && kept[key] == value) {
                    kept.erase(key);
                }
            }
        }
        const auto saved =
            config::save_parameters(path, answers.config_environment, "deploy", kept);
        const auto global = saved ? config::save_parameters(
                                        path,
                                        answers.config_environment,
                                        "global",
                                        {{"region", data::Value(given_.common.region)}})
                                  : saved;
        if (!global) {
            return exit_with(console_, global.error());
        }
        prompt_.show(fmt::format(
            "\n\tSaved arguments to config file\n"
            "\tRunning 'sam deploy' for future deployments will use the parameters saved above.\n"
            "\tThe above parameters can be changed by modifying {}\n"
            "\tLearn more about {} syntax at \n"
            "\thttps://docs.aws.amazon.com/serverless-application-model/latest/developerguide/"
            "serverless-sam-cli-config.html\n",
            answers.config_file,
            answers.config_file));
        return std::nullopt;
    }

    Console& console_;
    Prompt& prompt_;
    cloud::Observer& observer_;
    DeployArguments& given_;
    const os::Cancellation& cancel_;
};

} // namespace

std::optional<int> ask_for_deployment(
    Console& console,
    Prompt& prompt,
    cloud::Observer& observer,
    DeployArguments& given,
    const os::Cancellation& cancel) {
    return Guide(console, prompt, observer, given, cancel).run();
}

} // namespace samara::cli
