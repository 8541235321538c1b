#include "cloud/deploy/companion_stack.h"

#include "aws/partition.h"
#include "aws_client/waiter.h"
#include "base/hash.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/write.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsResult;
using aws_client::Session;

namespace {

constexpr std::size_t digits = 8; // of hashes in names
constexpr aws_client::WaitTimes wait_times{std::chrono::seconds(5), std::chrono::minutes(20)};

std::string short_hash(const std::string& text) {
    return base::md5_hex(text).substr(0, digits);
}

/// Lower case, only what names of repositories may have.
std::string plain(const std::string& text) {
    std::string out;
    for (const char c : base::to_lower(text)) {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            out += c;
        }
    }
    return out;
}

data::Map tag(std::string_view key, const std::string& value) {
    data::Map map;
    map.set("Key", key);
    map.set("Value", value);
    return map;
}

data::Value policy() {
    data::Map principal;
    principal.set("Service", data::List{"lambda.amazonaws.com"});
    data::Map statement;
    statement.set("Sid", "AllowLambdaSLR");
    statement.set("Effect", "Allow");
    statement.set("Principal", std::move(principal));
    statement.set(
        "Action",
        data::List{"ecr:GetDownloadUrlForLayer", "ecr:GetRepositoryPolicy", "ecr:BatchGetImage"});
    data::Map document;
    document.set("Version", "2012-10-17");
    document.set("Statement", data::List{std::move(statement)});
    return document;
}

AwsResult<std::string> account_of(Session& session) {
    AWS_TRY_ASSIGN(
        const auto reply, session.call({.service = "sts", .operation = "GetCallerIdentity"}));
    return data::text_of(reply.value, "Account");
}

AwsResult<void> remove_unused(
    Session& session, const std::string& companion, const std::vector<std::string>& wanted) {
    AWS_TRY_ASSIGN(const auto resources, aws_client::list_stack_resources(session, companion));
    for (const aws_client::StackResource& resource : resources) {
        const bool unused =
            resource.type == "AWS::ECR::Repository" &&
            std::find(wanted.begin(), wanted.end(), resource.logical_id) == wanted.end();
        if (!unused || resource.physical_id.empty()) {
            continue;
        }
        aws_client::Call call{.service = "ecr", .operation = "DeleteRepository"};
        call.input.set("repositoryName", resource.physical_id);
        call.input.set("force", true);
        const auto deleted = session.call(call);
        if (!deleted && deleted.error().code != "RepositoryNotFoundException") {
            return aws_client::aws_fail(deleted.error());
        }
    }
    return {};
}

AwsResult<void> write_stack(
    Uploader& uploader, const std::string& companion, const std::string& text, bool exists) {
    Session& session = uploader.session();
    AWS_TRY_ASSIGN(const auto place, uploader.put_text(text, "template"));
    AWS_TRY_ASSIGN(auto url, aws_client::path_style_url(session, place));
    data::Map input;
    input.set("StackName", companion);
    input.set("TemplateURL", std::move(url));
    input.set("Capabilities", data::List{"CAPABILITY_AUTO_EXPAND"});
    const auto done = aws_client::cloudformation(
        session, exists ? "UpdateStack" : "CreateStack", std::move(input));
    if (!done) {
        const bool same =
            done.error().reason.find("No updates are to be performed") != std::string::npos;
        return same ? AwsResult<void>() : aws_client::aws_fail(done.error());
    }
    return aws_client::wait_for_stack(
        session,
        companion,
        exists ? aws_client::StackWait::updated : aws_client::StackWait::created,
        wait_times);
}

} // namespace

std::string companion_stack_name(const std::string& stack) {
    constexpr std::size_t longest = 104;
    return fmt::format("{}-{}-CompanionStack", stack.substr(0, longest), short_hash(stack));
}

ManagedRepository managed_repository(const std::string& stack, const std::string& function) {
    constexpr std::size_t longest = 52;
    const std::string flat = base::replace_all(function, "/", "");
    const std::string begin = flat.substr(0, longest) + short_hash(flat);
    return {
        function,
        begin + "Repo",
        begin + "Out",
        fmt::format(
            "{}{}/{}{}repo", plain(stack), short_hash(stack), plain(flat), short_hash(flat))};
}

std::string
companion_template(const std::string& stack, const std::vector<std::string>& functions) {
    data::Map about;
    about.set("SamCliInfo", "samara");
    data::Map resources;
    data::Map outputs;
    for (const std::string& function : functions) {
        const ManagedRepository repository = managed_repository(stack, function);
        data::Map properties;
        properties.set("RepositoryName", repository.name);
        properties.set(
            "Tags",
            data::List{
                tag("ManagedStackSource", "AwsSamCli"),
                tag("AwsSamCliCompanionStack", companion_stack_name(stack))});
        properties.set("RepositoryPolicyText", policy());
        data::Map resource;
        resource.set("Type", "AWS::ECR::Repository");
        resource.set("Properties", std::move(properties));
        resources.set(repository.logical_id, std::move(resource));
        data::Map value;
        value.set(
            "Fn::Sub",
            fmt::format(
                "${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/${{{}}}",
                repository.logical_id));
        data::Map output;
        output.set("Value", std::move(value));
        outputs.set(repository.output, std::move(output));
    }
    data::Map document;
    document.set("AWSTemplateFormatVersion", "2010-09-09");
    document.set("Transform", "AWS::Serverless-2016-10-31");
    document.set("Description", "AWS SAM CLI Managed ECR Repo Stack");
    document.set("Metadata", std::move(about));
    document.set("Resources", std::move(resources));
    document.set("Outputs", std::move(outputs));
    return data::write_json(std::move(document), 2);
}

AwsResult<void> sync_repositories(
    Uploader& uploader,
    const std::string& stack,
    const std::vector<std::string>& functions,
    ImageRepositories& repositories,
    Observer& observer) {
    Session& session = uploader.session();
    AWS_TRY_ASSIGN(const auto account, account_of(session));
    const std::string host = fmt::format(
        "{}.dkr.ecr.{}.amazonaws.com{}",
        account,
        session.region(),
        session.region().starts_with("cn-") ? ".cn" : "");
    std::vector<std::string> managed;
    std::vector<std::string> wanted;
    for (const std::string& function : functions) {
        const ManagedRepository repository = managed_repository(stack, function);
        const std::string uri = fmt::format("{}/{}", host, repository.name);
        const auto own = repositories.by_id.find(function);
        if (own != repositories.by_id.end() && own->second != uri) {
            continue;
        }
        repositories.by_id[function] = uri;
        managed.push_back(function);
        wanted.push_back(repository.logical_id);
    }
    const std::string companion = companion_stack_name(stack);
    AWS_TRY_ASSIGN(const auto found, aws_client::find_stack(session, companion));
    if (found) {
        AWS_TRY(remove_unused(session, companion, wanted));
    }
    if (!managed.empty()) {
        observer.say(
            found ? "\n\tUpdating the repositories of the application's images..."
                  : "\n\tCreating the repositories of the application's images...");
        return write_stack(uploader, companion, companion_template(stack, managed), bool(found));
    }
    if (!found) {
        return {};
    }
    data::Map input;
    input.set("StackName", companion);
    AWS_TRY(aws_client::cloudformation(session, "DeleteStack", std::move(input)));
    return aws_client::wait_for_stack(
        session, found->id, aws_client::StackWait::deleted, wait_times);
}

AwsResult<std::vector<std::string>> unused_repositories(
    Session& session, const std::string& stack, const std::vector<std::string>& functions) {
    const std::string companion = companion_stack_name(stack);
    AWS_TRY_ASSIGN(const auto found, aws_client::find_stack(session, companion));
    std::vector<std::string> unused;
    if (!found) {
        return unused;
    }
    std::vector<std::string> wanted;
    for (const std::string& function : functions) {
        wanted.push_back(managed_repository(stack, function).logical_id);
    }
    AWS_TRY_ASSIGN(const auto resources, aws_client::list_stack_resources(session, companion));
    for (const aws_client::StackResource& resource : resources) {
        if (resource.type == "AWS::ECR::Repository" &&
            std::find(wanted.begin(), wanted.end(), resource.logical_id) == wanted.end()) {
            unused.push_back(resource.logical_id);
        }
    }
    return unused;
}

} // namespace samara::cloud
