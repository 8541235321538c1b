#include "cloud/deploy/managed_stack.h"

#include "data/accessors.h"
#include "samara_cloud_files.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsFailure;
using aws_client::AwsResult;
using aws_client::Session;
using aws_client::Stack;

namespace {

constexpr std::string_view source_tag = "ManagedStackSource";
constexpr std::string_view source = "AwsSamCli";
constexpr aws_client::WaitTimes wait_times{std::chrono::seconds(5), std::chrono::minutes(15)};

tl::unexpected<aws_client::AwsError> unusable(const Stack& stack, std::string_view why) {
    return aws_client::aws_fail(
        AwsFailure::other,
        fmt::format("Stack {} {}. Current state is: {}", managed_stack_name, why, stack.status),
        fmt::format(
            "delete it, so that it is made again: samara delete --stack-name {}",
            managed_stack_name));
}

AwsResult<std::string> bucket_of(const Stack& stack) {
    if (stack.tags.empty() || stack.outputs.empty()) {
        return unusable(
            stack,
            "is missing Tags and/or Outputs information and therefore not in a "
            "healthy state");
    }
    const auto tag = stack.tags.find(std::string(source_tag));
    if (tag == stack.tags.end() || tag->second != source) {
        return unusable(stack, "ManagedStackSource tag is missing or shows that it is another's");
    }
    const auto output = std::find_if(
        stack.outputs.begin(), stack.outputs.end(), [](const aws_client::StackOutput& one) {
            return one.key == "SourceBucket";
        });
    return output == stack.outputs.end() ? unusable(stack, "has no output SourceBucket")
                                         : AwsResult<std::string>(output->value);
}

AwsResult<Stack> make(Session& session, Observer& observer) {
    observer.say("\n\tCreating the required resources...");
    const std::string name(managed_stack_name);
    data::Map tag;
    tag.set("Key", source_tag);
    tag.set("Value", source);
    data::Map input;
    input.set("StackName", name);
    input.set("TemplateBody", *embedded("templates/cloud/managed_stack.json"));
    input.set("Tags", data::List{std::move(tag)});
    input.set("ChangeSetType", "CREATE");
    input.set("ChangeSetName", "InitialCreation");
    input.set("Capabilities", data::List{"CAPABILITY_IAM"});
    input.set("Parameters", data::List());
    AWS_TRY_ASSIGN(
        const auto made, aws_client::cloudformation(session, "CreateChangeSet", std::move(input)));
    const std::string change_set = data::text_of(made.value, "Id");
    const std::string stack = data::text_of(made.value, "StackId");
    AWS_TRY(aws_client::wait_for_change_set(session, change_set, name, wait_times));
    data::Map execute;
    execute.set("ChangeSetName", change_set);
    execute.set("StackName", name);
    AWS_TRY(aws_client::cloudformation(session, "ExecuteChangeSet", std::move(execute)));
    AWS_TRY(aws_client::wait_for_stack(session, stack, aws_client::StackWait::created, wait_times));
    AWS_TRY_ASSIGN(auto found, aws_client::find_stack(session, name));
    if (!found) {
        return aws_client::aws_fail(AwsFailure::other, "the stack is gone");
    }
    observer.say("\tSuccessfully created!");
    return std::move(*found);
}

} // namespace

AwsResult<std::string> find_or_make_bucket(Session& session, Observer& observer) {
    AWS_TRY_ASSIGN(auto stack, aws_client::find_stack(session, std::string(managed_stack_name)));
    if (!stack) {
        auto made = make(session, observer);
        if (!made) {
            auto error = std::move(made).error();
            if (error.failure == AwsFailure::service || error.failure == AwsFailure::other) {
                error.message =
                    fmt::format("Failed to create managed resources: {}", error.message);
            }
            return aws_client::aws_fail(std::move(error));
        }
        stack = std::move(*made);
    }
    return bucket_of(*stack);
}

void report_bucket(Observer& observer, const std::string& bucket, bool beside) {
    const std::array<std::string, 3> lines{
        fmt::format("\n\tManaged S3 bucket: {}", bucket),
        "\tA different default S3 bucket can be set in samconfig.toml and auto resolution of "
        "buckets turned off by setting resolve_s3=False",
        "\tOr by specifying --s3-bucket explicitly."};
    for (const std::string& line : lines) {
        if (beside) {
            observer.log(line);
        } else {
            observer.say(line);
        }
    }
}

} // namespace samara::cloud
