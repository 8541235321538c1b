#include "cloud/remove/remove.h"

#include "aws_client/waiter.h"
#include "aws_client/xml.h"
#include "base/hash.h"
#include "cloud/deploy/companion_stack.h"
#include "cloud/remove/artifacts.h"
#include "cloud/remove/stored.h"
#include "data/accessors.h"
#include "data/read.h"

#include <set>

#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsError;
using aws_client::AwsFailure;
using aws_client::AwsResult;
using aws_client::Session;

namespace {

struct Deployed {
    std::string name;
    std::string id;
    std::string text = {}; ///< of the template
    data::Value document = {};
    StoredArtifacts stored = {};
    std::set<std::string> retained = {}; ///< logical ids of repositories that stay
};

/// The template of a stack that was only ever reviewed is that of its change set.
AwsResult<std::string> template_of(Session& session, const std::string& stack) {
    AWS_TRY_ASSIGN(auto text, aws_client::get_template(session, stack));
    if (!text.empty()) {
        return text;
    }
    data::Map input;
    input.set("StackName", stack);
    AWS_TRY_ASSIGN(
        const auto reply, aws_client::cloudformation(session, "ListChangeSets", std::move(input)));
    const data::List sets = aws_client::list_of(&reply.value, "Summaries");
    if (sets.empty()) {
        return aws_client::aws_fail(
            AwsFailure::other,
            fmt::format("The stack {} has neither a template nor a change set", stack));
    }
    return aws_client::get_template(session, stack, data::text_of(sets.front(), "ChangeSetName"));
}

AwsResult<Deployed> read_deployed(Session& session, const aws_client::Stack& stack) {
    Deployed deployed{.name = stack.name, .id = stack.id};
    AWS_TRY_ASSIGN(deployed.text, template_of(session, stack.name));
    // A template that cannot be read has no artifacts that are known; the stack can still go.
    if (auto document = data::read_document(deployed.text, stack.name)) {
        deployed.document = *std::move(document);
        deployed.stored = find_stored(deployed.document);
    }
    return deployed;
}

std::string folder_of(const std::string& key) {
    const std::size_t slash = key.rfind('/');
    return slash == std::string::npos ? std::string() : key.substr(0, slash);
}

class Remover {
public:
    Remover(Session& session, const RemovalRules& rules, RemovalTalk& talk)
        : session_(session), rules_(rules), talk_(talk) {}

    AwsResult<Removal> run() {
        if (rules_.ask) {
            AWS_TRY_ASSIGN(
                const bool sure,
                talk_.confirm(fmt::format(
                    "\tAre you sure you want to delete the stack {} in the region {} ?",
                    rules_.stack,
                    session_.region())));
            if (!sure) {
                return Removal::declined;
            }
        }
        AWS_TRY_ASSIGN(const auto stack, find());
        if (!stack) {
            return Removal::no_such_stack;
        }
        AWS_TRY_ASSIGN(Deployed deployed, read_deployed(session_, *stack));
        find_place(deployed.stored);
        const std::string template_key = base::md5_hex(deployed.text) + ".template";
        bool with_folder = !rules_.ask && !prefix_.empty();
        bool with_template = !rules_.ask && prefix_.empty();
        if (rules_.ask && !bucket_.empty()) {
            if (!prefix_.empty()) {
                AWS_TRY_ASSIGN(
                    with_folder,
                    talk_.confirm(fmt::format(
                        "\tAre you sure you want to delete the folder {} in S3 which contains the "
                        "artifacts?",
                        prefix_)));
            }
            if (!with_folder) {
                AWS_TRY_ASSIGN(
                    with_template,
                    talk_.confirm(fmt::format(
                        "\tDo you want to delete the template file {} in S3?", template_key)));
            }
        }
        AWS_TRY(ask_for_repositories(deployed));
        AWS_TRY(remove_companion());
        AWS_TRY(remove_artifacts(deployed));
        if (!bucket_.empty() && with_folder) {
            AWS_TRY(remove_folder(session_, bucket_, prefix_, talk_));
        } else if (!bucket_.empty() && with_template) {
            const std::string key = prefix_.empty() ? template_key : prefix_ + "/" + template_key;
            AWS_TRY(remove_objects(session_, bucket_, {key}, talk_));
        }
        talk_.say(fmt::format("- Deleting Cloudformation stack {}", deployed.name));
        AWS_TRY(delete_and_wait(deployed));
        if (bucket_.empty()) {
            talk_.warn(
                "Nothing in S3 was deleted: neither the template nor --s3-bucket names a bucket");
        }
        return Removal::done;
    }

private:
    AwsResult<std::optional<aws_client::Stack>> find() {
        auto stack = aws_client::find_stack(session_, rules_.stack);
        if (!stack) {
            AwsError error = stack.error();
            if (error.failure == AwsFailure::service) {
                error.message = fmt::format(
                    "Failed to complete an API call to fetch stack information for {}: {}",
                    rules_.stack,
                    error.message);
            }
            return aws_client::aws_fail(std::move(error));
        }
        if (*stack && (*stack)->termination_protection) {
            return aws_client::aws_fail(
                AwsFailure::other,
                fmt::format("The stack {} has termination protection turned on", rules_.stack),
                fmt::format(
                    "turn it off: aws cloudformation update-termination-protection --stack-name {} "
                    "--no-enable-termination-protection",
                    rules_.stack));
        }
        return stack;
    }

    /// Bucket and prefix: as given, else those of the first artifact.
    void find_place(const StoredArtifacts& stored) {
        bucket_ = rules_.bucket;
        prefix_ = rules_.prefix;
        if (bucket_.empty() && !stored.objects.empty()) {
            bucket_ = stored.objects.front().bucket;
            prefix_ = prefix_.empty() ? folder_of(stored.objects.front().key) : prefix_;
        }
        while (prefix_.ends_with('/')) {
            prefix_.pop_back();
        }
    }

    AwsResult<void> ask_for_repositories(Deployed& deployed) {
        for (const StoredRepository& repository : deployed.stored.repositories) {
            if (!rules_.ask) {
                break;
            }
            AWS_TRY_ASSIGN(
                const bool gone,
                talk_.confirm(fmt::format(
                    "\tECR repository {} may not be empty. Do you want to delete the repository "
                    "and all the images in it ?",
                    repository.name)));
            if (!gone) {
                deployed.retained.insert(repository.logical_id);
            }
        }
        return {};
    }

    AwsResult<void> remove_companion() {
        const std::string name = companion_stack_name(rules_.stack);
        AWS_TRY_ASSIGN(const auto stack, aws_client::find_stack(session_, name));
        if (!stack) {
            return {};
        }
        talk_.say(fmt::format("\tFound ECR Companion Stack {}", name));
        if (rules_.ask) {
            AWS_TRY_ASSIGN(
                const bool sure,
                talk_.confirm(fmt::format(
                    "\tDo you want to delete the ECR companion stack {} in the region {} ?",
                    name,
                    session_.region())));
            if (!sure) {
                return {};
            }
        }
        AWS_TRY_ASSIGN(Deployed companion, read_deployed(session_, *stack));
        AWS_TRY(ask_for_repositories(companion));
        AWS_TRY(remove_artifacts(companion));
        talk_.say(fmt::format("- Deleting ECR Companion Stack {}", name));
        return delete_and_wait(companion);
    }

    /// Objects in other buckets than the one of this deployment are not ours to delete.
    AwsResult<void> remove_artifacts(const Deployed& deployed) {
        std::vector<std::string> keys;
        for (const StoredObject& object : deployed.stored.objects) {
            if (object.bucket == bucket_ && std::ranges::find(keys, object.key) == keys.end()) {
                keys.push_back(object.key);
            }
        }
        AWS_TRY(remove_objects(session_, bucket_, keys, talk_));
        return remove_images(session_, deployed.stored, deployed.retained, talk_);
    }

    /// A deletion that fails is tried once more without what is to stay.
    AwsResult<void> delete_and_wait(const Deployed& deployed) {
        AWS_TRY(delete_once(deployed, false));
        auto gone = wait(deployed);
        if (gone) {
            return {};
        }
        AWS_TRY_ASSIGN(const auto stack, aws_client::find_stack(session_, deployed.id));
        const bool failed = stack && stack->status == "DELETE_FAILED";
        if (failed && !deployed.retained.empty()) {
            AWS_TRY(delete_once(deployed, true));
            gone = wait(deployed);
            if (gone) {
                return {};
            }
        }
        AwsError error = gone.error();
        if (error.failure == AwsFailure::cancelled) {
            return aws_client::aws_fail(std::move(error));
        }
        error.message =
            failed ? fmt::format(
                         "Stack {} could not be deleted as it encountered DELETE_FAILED status. {}",
                         deployed.name,
                         stack->reason)
                   : fmt::format("Failed to delete the stack {}: {}", deployed.name, error.message);
        return aws_client::aws_fail(std::move(error));
    }

    AwsResult<void> delete_once(const Deployed& deployed, bool retain) {
        data::Map input;
        input.set("StackName", deployed.id);
        if (retain) {
            input.set(
                "RetainResources", data::List(deployed.retained.begin(), deployed.retained.end()));
        }
        if (rules_.express) {
            input.set("DeploymentConfig", data::Map{{"Mode", "EXPRESS"}});
        }
        auto deleted = aws_client::cloudformation(session_, "DeleteStack", std::move(input));
        if (!deleted && deleted.error().failure == AwsFailure::service) {
            deleted.error().message = fmt::format(
                "Failed to delete the stack {}: {}", deployed.name, deleted.error().message);
        }
        AWS_TRY(std::move(deleted));
        return {};
    }

    AwsResult<void> wait(const Deployed& deployed) {
        using namespace std::chrono_literals;
        return aws_client::wait_for_stack(
            session_,
            deployed.id,
            aws_client::StackWait::deleted,
            {aws_client::poll_delay(), 60min});
    }

    Session& session_;
    const RemovalRules& rules_;
    RemovalTalk& talk_;
    std::string bucket_;
    std::string prefix_;
};

} // namespace

AwsResult<Removal> remove_stack(Session& session, const RemovalRules& rules, RemovalTalk& talk) {
    return Remover(session, rules, talk).run();
}

} // namespace samara::cloud
