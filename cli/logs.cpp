#include "base/strings.h"
#include "cloud/logs/log_groups.h"
#include "cloud/logs/log_puller.h"
#include "cloud_options.h"
#include "commands.h"
#include "log_events.h"
#include "os/signals.h"
#include "trace_events.h"

#include <fmt/format.h>

// samara logs
namespace samara::cli {

namespace {

constexpr std::string_view logs_examples =
    "  samara logs --stack-name app\n"
    "  samara logs --stack-name app --name Hello --tail\n"
    "  samara logs --stack-name app --start-time \"1 hour ago\" --filter ERROR\n"
    "  samara logs --cw-log-group /aws/lambda/hello --output json\n";

struct LogsArguments {
    CommonOptions common;
    cloud::LogSources sources;
    std::string pattern;
    std::string begin = "10m ago";
    std::string end;
    std::string output = "text";
    bool follow = false;
    bool traces = false;
};

void declare(Options& options, LogsArguments& given) {
    options.group("Logs");
    options.list(
        "-n,--name",
        given.sources.names,
        {.help =
             "Resource whose logs are shown: its logical id, or Nested/Logical; can be repeated",
         .value_name = "ID"});
    options.text("--stack-name", given.sources.stack, {.help = "The stack"});
    options.text(
        "--filter",
        given.pattern,
        {.help = "Filter pattern of CloudWatch Logs", .value_name = "PATTERN"});
    options.text(
        "-s,--start-time",
        given.begin,
        {.help = "Begin here: \"10m ago\", \"yesterday 10:00\", \"2024-01-05T10:00:00Z\"; UTC "
                 "without a zone",
         .value_name = "TIME"});
    options.text(
        "-e,--end-time",
        given.end,
        {.help = "End here, else now; not with --tail", .value_name = "TIME"});
    options.flag("-t,--tail", given.follow, {.help = "Go on with what comes, until Ctrl-C"});
    options.flag("-i,--include-traces", given.traces, {.help = "Show traces of X-Ray as well"});
    options.list(
        "--cw-log-group",
        given.sources.groups,
        {.help = "Log group by its name; can be repeated", .value_name = "NAME"});
    options.choice("--output", given.output, {"text", "json"}, {.help = "json: one object a line"});
    declare_without_template(options, given.common);
}

base::Result<std::optional<cloud::Moment>>
read_time(const std::string& text, std::string_view option, cloud::Moment now) {
    if (text.empty()) {
        return std::nullopt;
    }
    const auto moment = cloud::parse_natural_time(text, now);
    if (!moment) {
        return base::fail(
            fmt::format("Unable to parse the time provided by '{}'", option),
            fmt::format("'{}' is no time; write \"10m ago\" or \"2024-01-05T10:00:00Z\"", text));
    }
    return moment;
}

base::Result<void> check(const LogsArguments& given) {
    if (given.sources.stack.empty() && given.sources.groups.empty()) {
        return base::fail(
            usage_error("Missing option. Please provide '--stack-name' or '--cw-log-group'", {}));
    }
    if (given.sources.stack.empty() && !given.sources.names.empty()) {
        return base::fail(usage_error(
            "Missing option. Please provide '--stack-name' when using '--name' option", {}));
    }
    return {};
}

cloud::LogReceiver receiver(Console& console, const LogsArguments& given) {
    if (given.output == "json") {
        return {
            .event = [&](const data::Value& event) { console.out(log_event_json(event)); },
            .trace = [&](const data::Value& trace,
                         std::int64_t) { console.out(trace_json(trace)); },
            .graph = [&](const data::Value& graph) { console.out(graph_json(graph)); }};
    }
    return {
        .event =
            [&](const data::Value& event) { console.out(log_event_text(event, given.pattern)); },
        .trace = [&](const data::Value& trace,
                     std::int64_t revision) { console.out(trace_text(trace, revision)); },
        .graph = [&](const data::Value& graph) { console.out(graph_text(graph)); }};
}

} // namespace

int logs(Console& console, const Arguments& arguments) {
    LogsArguments given;
    Options options("samara logs", "Show the logs of a deployed application.", logs_examples);
    declare(options, given);
    if (const auto ended = prepare(console, options, arguments, "logs", given.common)) {
        return *ended;
    }
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const auto valid = check(given);
    const auto begin = read_time(given.begin, "start-time", now);
    const auto end = read_time(given.end, "end-time", now);
    if (!valid || !begin || !end) {
        return exit_with(console, !valid ? valid.error() : !begin ? begin.error() : end.error());
    }
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    const auto session = aws_client::Session::open(session_options(given.common, cancel));
    if (!session) {
        return exit_with(console, session.error());
    }
    const auto groups = cloud::find_log_groups(**session, given.sources, console.log());
    if (!groups) {
        return exit_with(console, groups.error());
    }
    if (given.sources.names.size() == 1) {
        console.log().info("Without --name, the logs of all resources of the stack are shown");
    }
    const auto pulled = cloud::pull_logs(
        **session,
        {.groups = *groups,
         .begin = begin->value_or(now),
         .end = *end,
         .pattern = given.pattern,
         .traces = given.traces,
         .follow = given.follow},
        receiver(console, given),
        console.log());
    if (given.follow && cancel.cancelled()) {
        return 0; // Ctrl-C is how following ends
    }
    if (!pulled) {
        return exit_with(console, pulled.error());
    }
    return cancel.cancelled() ? exit_with(console, {}) : 0;
}

} // namespace samara::cli
