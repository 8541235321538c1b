#include "cloud/logs/log_groups.h"

#include "aws_client/cloudformation.h"
#include "base/strings.h"
#include "cloud/at_once.h"
#include "data/accessors.h"

#include <array>
#include <optional>

#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsResult;
using aws_client::Session;
using aws_client::StackResource;

namespace {

/// A resource of a stack or of a stack inside it.
struct Loggable {
    std::string path; ///< "Nested/Logical"
    StackResource resource;
};

data::Map input_with(std::string_view member, const std::string& value) {
    data::Map input;
    input.set(member, value);
    return input;
}

std::string last_part(const std::string& arn) {
    const auto parts = base::split(arn, ':');
    // "...:log-group:NAME" or "...:log-group:NAME:*"
    const std::size_t last =
        parts.size() > 1 && parts.back() == "*" ? parts.size() - 2 : parts.size() - 1;
    return std::string(parts[last]);
}

/// Nothing when the resource writes no logs.
using Finder = std::optional<std::string> (*)(Session& session, const std::string& physical_id);

std::optional<std::string> group_of_function(Session& session, const std::string& name) {
    const auto reply = session.call(
        {.service = "lambda",
         .operation = "GetFunctionConfiguration",
         .input = input_with("FunctionName", name)});
    const data::Value* logging = reply ? reply->value.find("LoggingConfig") : nullptr;
    const std::string configured = data::text_of(logging, "LogGroup");
    return configured.empty() ? "/aws/lambda/" + name : configured;
}

std::optional<std::string> group_of_rest_api(Session& /*session*/, const std::string& id) {
    return fmt::format("API-Gateway-Execution-Logs_{}/Prod", id);
}

std::optional<std::string> group_of_http_api(Session& session, const std::string& id) {
    data::Map input = input_with("ApiId", id);
    input.set("StageName", "$default");
    const auto reply = session.call(
        {.service = "apigatewayv2", .operation = "GetStage", .input = std::move(input)});
    const data::Value* settings = reply ? reply->value.find("accessLogSettings") : nullptr;
    const std::string arn = data::text_of(settings, "destinationArn");
    return arn.empty() ? std::nullopt : std::optional(last_part(arn));
}

std::optional<std::string> group_of_state_machine(Session& session, const std::string& arn) {
    const auto reply = session.call(
        {.service = "states",
         .operation = "DescribeStateMachine",
         .input = input_with("stateMachineArn", arn)});
    const data::Value* logging = reply ? reply->value.find("loggingConfiguration") : nullptr;
    const data::Value* destinations = logging == nullptr ? nullptr : logging->find("destinations");
    if (destinations == nullptr || destinations->as_list() == nullptr) {
        return std::nullopt;
    }
    for (const data::Value& destination : *destinations->as_list()) {
        const std::string group =
            data::text_of(destination.find("cloudWatchLogsLogGroup"), "logGroupArn");
        if (!group.empty()) {
            return last_part(group);
        }
    }
    return std::nullopt;
}

struct Row {
    std::string_view type;
    Finder find;
};

constexpr std::array<Row, 4> rows{{
    {"AWS::Lambda::Function", group_of_function},
    {"AWS::ApiGateway::RestApi", group_of_rest_api},
    {"AWS::ApiGatewayV2::Api", group_of_http_api},
    {"AWS::StepFunctions::StateMachine", group_of_state_machine},
}};

const Row* row_of(std::string_view type) {
    const auto found = std::ranges::find(rows, type, &Row::type);
    return found == rows.end() ? nullptr : &*found;
}

AwsResult<void> add_loggable(
    Session& session,
    const std::string& stack,
    const std::string& prefix,
    std::vector<Loggable>& found) {
    AWS_TRY_ASSIGN(const auto resources, aws_client::list_stack_resources(session, stack));
    for (const StackResource& resource : resources) {
        if (resource.physical_id.empty()) {
            continue;
        }
        if (resource.type == "AWS::CloudFormation::Stack") {
            AWS_TRY(add_loggable(
                session, resource.physical_id, prefix + resource.logical_id + "/", found));
        } else if (row_of(resource.type) != nullptr) {
            found.push_back({prefix + resource.logical_id, resource});
        }
    }
    return {};
}

AwsResult<std::vector<Loggable>> loggable_of(Session& session, const std::string& stack) {
    std::vector<Loggable> found;
    const auto added = add_loggable(session, stack, "", found);
    if (!added) {
        return aws_client::says_no_such_stack(added.error())
                   ? aws_client::aws_fail(
                         aws_client::AwsFailure::other,
                         fmt::format(
                             "Invalid --stack-name parameter. Stack with id '{}' does not exist",
                             stack))
                   : aws_client::aws_fail(added.error());
    }
    return found;
}

/// Those that were named, by their path or their id alone; all where none was.
std::vector<Loggable>
named(std::vector<Loggable> all, const std::vector<std::string>& names, const base::Log& log) {
    if (names.empty()) {
        return all;
    }
    std::vector<Loggable> chosen;
    std::vector<std::string> known;
    for (const Loggable& one : all) {
        known.push_back(one.path);
        const bool wanted = std::ranges::any_of(names, [&](const std::string& name) {
            return name == one.path || name == one.resource.logical_id;
        });
        if (wanted) {
            chosen.push_back(one);
        }
    }
    for (const std::string& name : names) {
        const bool is_known = std::ranges::any_of(all, [&](const Loggable& one) {
            return name == one.path || name == one.resource.logical_id;
        });
        if (!is_known) {
            log.warning(fmt::format(
                "The stack has no resource {} with logs; those that have are: {}",
                name,
                known.empty() ? "none" : base::join(known, ", ")));
        }
    }
    return chosen;
}

void add(std::vector<std::string>& groups, std::string group) {
    if (std::ranges::find(groups, group) == groups.end()) {
        groups.push_back(std::move(group));
    }
}

} // namespace

AwsResult<std::vector<std::string>>
find_log_groups(Session& session, const LogSources& sources, const base::Log& log) {
    std::vector<std::string> groups;
    // Groups that were named stand alone, unless resources were named as well.
    if (!sources.stack.empty() && (sources.groups.empty() || !sources.names.empty())) {
        AWS_TRY_ASSIGN(auto all, loggable_of(session, sources.stack));
        const auto chosen = named(std::move(all), sources.names, log);
        std::vector<std::optional<std::string>> found(chosen.size());
        for_each_at_once(chosen.size(), [&](std::size_t i) {
            found[i] =
                row_of(chosen[i].resource.type)->find(session, chosen[i].resource.physical_id);
        });
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            if (found[i]) {
                add(groups, std::move(*found[i]));
            } else {
                log.warning(fmt::format("{} does not write logs", chosen[i].path));
            }
        }
    }
    for (const std::string& group : sources.groups) {
        data::Map input = input_with("logGroupName", group);
        input.set("limit", 1);
        const auto reply = session.call(
            {.service = "logs", .operation = "DescribeLogStreams", .input = std::move(input)});
        if (!reply && reply.error().failure != aws_client::AwsFailure::service) {
            return aws_client::aws_fail(reply.error());
        }
        if (!reply) {
            log.warning(
                fmt::format("The log group {} cannot be read: {}", group, reply.error().reason));
        }
        add(groups, group);
    }
    if (groups.empty()) {
        return aws_client::aws_fail(
            aws_client::AwsFailure::other, "No valid resources find to pull information");
    }
    return groups;
}

} // namespace samara::cloud
