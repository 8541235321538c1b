#include "cloud/deploy/failure.h"

#include "base/strings.h"
#include "data/accessors.h"
#include "data/read.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace samara::cloud {

using aws_client::Session;
using aws_client::StackEvent;

namespace {

constexpr int deepest = 5;

bool is_consequence(const StackEvent& event) {
    return event.reason.find("cancelled") != std::string::npos ||
           event.reason.find("canceled") != std::string::npos;
}

bool is_stack(const StackEvent& event) {
    return event.type == "AWS::CloudFormation::Stack";
}

std::optional<StackEvent> first_failure(
    Session& session, const std::string& stack, std::chrono::system_clock::time_point since) {
    std::optional<StackEvent> first;
    // Newest first: the last one that is seen is the first one that happened.
    static_cast<void>(aws_client::for_each_event(session, stack, [&](const StackEvent& event) {
                          if (event.time <= since) {
                              return false;
                          }
                          const bool own = is_stack(event) && event.physical_id == event.stack_id;
                          if (event.status.ends_with("_FAILED") && !own && !is_consequence(event)) {
                              first = event;
                          }
                          return true;
                      }).has_value());
    return first;
}

/// The function that stands behind a resource: itself, or that of a custom resource.
std::string function_behind(const StackEvent& event) {
    if (event.type == "AWS::Lambda::Function") {
        return event.physical_id;
    }
    if (!event.type.starts_with("Custom::") &&
        event.type != "AWS::CloudFormation::CustomResource") {
        return {};
    }
    const auto properties = data::read_json(event.properties, "properties");
    const std::string token =
        properties ? data::text_of(properties->find("ServiceToken")) : std::string();
    constexpr std::string_view mark = ":function:";
    const std::size_t at = token.find(mark);
    if (at == std::string::npos) {
        return {};
    }
    const std::string name = token.substr(at + mark.size());
    return name.substr(0, name.find(':'));
}

std::vector<std::string> last_lines(
    Session& session, const std::string& function, std::chrono::system_clock::time_point since) {
    constexpr std::size_t most = 10;
    aws_client::Call call{.service = "logs", .operation = "FilterLogEvents"};
    call.input.set("logGroupName", fmt::format("/aws/lambda/{}", function));
    call.input.set(
        "startTime",
        static_cast<std::int64_t>(
            std::chrono::duration_cast<std::chrono::milliseconds>(since.time_since_epoch())
                .count()));
    std::vector<std::string> lines;
    static_cast<void>(aws_client::for_each_page(
                          session,
                          std::move(call),
                          "nextToken",
                          "nextToken",
                          [&](const data::Value& page) {
                              const data::Value* events = page.find("events");
                              if (events != nullptr && events->is_list()) {
                                  for (const data::Value& event : *events->as_list()) {
                                      lines.emplace_back(
                                          base::trim(data::text_of(event, "message")));
                                  }
                              }
                              return true;
                          })
                          .has_value()); // one who deploys may not be allowed to read logs
    if (lines.size() > most) {
        lines.erase(lines.begin(), lines.end() - most);
    }
    return lines;
}

} // namespace

FirstCause find_first_cause(
    Session& session, const std::string& stack, std::chrono::system_clock::time_point since) {
    FirstCause cause;
    std::string path;
    std::string at = stack;
    for (int depth = 0; depth < deepest; ++depth) {
        const auto failed = first_failure(session, at, since);
        if (!failed) {
            break;
        }
        cause.logical_id = path + failed->logical_id;
        cause.type = failed->type;
        cause.status = failed->status;
        cause.reason = failed->reason;
        if (is_stack(*failed) && !failed->physical_id.empty()) {
            path = cause.logical_id + "/";
            at = failed->physical_id;
            continue;
        }
        if (const std::string function = function_behind(*failed); !function.empty()) {
            cause.log = last_lines(session, function, since);
        }
        break;
    }
    return cause;
}

} // namespace samara::cloud
