#include "cloud/list/list.h"

#include "app/local_resources.h"
#include "base/strings.h"
#include "cloud_options.h"
#include "commands.h"
#include "data/write.h"
#include "os/signals.h"
#include "table.h"

#include <fmt/format.h>

// samara list resources, list endpoints, list stack-outputs
namespace samara::cli {

namespace {

struct ListArguments {
    CommonOptions common;
    std::string stack;
    std::string output = "table";
};

void print_json(Console& console, data::List rows) {
    console.out_line(rows.empty() ? "[]" : data::write_json(data::Value(std::move(rows)), 2));
}

void declare_list(Options& options, ListArguments& given) {
    options.group("List");
    options.text("--stack-name", given.stack, {.help = "The stack"});
    options.choice("--output", given.output, {"table", "json"}, {.help = "Format of the result"});
}

data::Value texts(const std::vector<std::string>& values) {
    return data::List(values.begin(), values.end());
}

void show(
    Console& console, const ListArguments& given, const std::vector<cloud::ListedResource>& rows) {
    if (given.output == "json") {
        data::List list;
        for (const cloud::ListedResource& row : rows) {
            list.emplace_back(data::Map{
                {"LogicalResourceId", row.logical_id}, {"PhysicalResourceId", row.physical_id}});
        }
        return print_json(console, std::move(list));
    }
    Table table(console, "Resources", {"Logical ID", "Physical ID"});
    for (const cloud::ListedResource& row : rows) {
        table.row({row.logical_id, row.physical_id}, Colour::yellow);
    }
    table.end();
}

void show(
    Console& console, const ListArguments& given, const std::vector<cloud::ListedEndpoint>& rows) {
    if (given.output == "json") {
        data::List list;
        for (const cloud::ListedEndpoint& row : rows) {
            const bool is_list = row.is_api && !row.urls.empty();
            list.emplace_back(data::Map{
                {"LogicalResourceId", row.logical_id},
                {"PhysicalResourceId", row.physical_id},
                {"CloudEndpoint",
                 is_list ? texts(row.urls)
                         : data::Value(row.urls.empty() ? "-" : row.urls.front())},
                {"Methods", row.methods.empty() ? data::Value("-") : texts(row.methods)}});
        }
        return print_json(console, std::move(list));
    }
    Table table(console, "Endpoints", {"Resource ID", "Physical ID", "Cloud Endpoints", "Methods"});
    for (const cloud::ListedEndpoint& row : rows) {
        table.row(
            {row.logical_id,
             row.physical_id,
             row.urls.empty() ? "-" : row.urls.front(),
             row.methods.empty() ? "-" : base::join(row.methods, "; ")},
            Colour::yellow);
        for (std::size_t i = 1; i < row.urls.size(); ++i) {
            table.row({"", "", row.urls[i], ""}, Colour::yellow);
        }
    }
    table.end();
}

void show(
    Console& console,
    const ListArguments& given,
    const std::vector<aws_client::StackOutput>& rows) {
    if (given.output == "json") {
        data::List list;
        for (const aws_client::StackOutput& row : rows) {
            list.emplace_back(data::Map{
                {"OutputKey", row.key},
                {"OutputValue", row.value},
                {"Description", row.description}});
        }
        return print_json(console, std::move(list));
    }
    Table table(console, "Stack Outputs", {"OutputKey", "OutputValue", "Description"});
    for (const aws_client::StackOutput& row : rows) {
        table.row({row.key, row.value, row.description}, Colour::yellow);
    }
    table.end();
}

/// The two that compare the stack with the template at hand.
template <class Row>
int list_with_template(
    Console& console,
    const Arguments& arguments,
    Options& options,
    std::string_view path,
    aws_client::AwsResult<std::vector<Row>> (*list)(
        aws_client::Session& session, const std::string& stack, const data::Value& document)) {
    ListArguments given;
    declare_list(options, given);
    declare_common(options, given.common);
    if (const auto ended = prepare(console, options, arguments, path, given.common)) {
        return *ended;
    }
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    const auto local = app::local_resources(load_arguments(given.common));
    if (!local) {
        return exit_with(console, local.error());
    }
    const auto session = aws_client::Session::open(session_options(given.common, cancel));
    if (!session) {
        return exit_with(console, session.error());
    }
    if (given.stack.empty()) {
        console.log().warning(
            "without --stack-name only what the template has is shown, not what is deployed");
    }
    const auto rows = list(**session, given.stack, *local);
    if (!rows) {
        return exit_with(console, rows.error());
    }
    show(console, given, *rows);
    return 0;
}

} // namespace

int list_resources(Console& console, const Arguments& arguments) {
    Options options(
        "samara list resources",
        "List the resources of a stack, and those of the template that are not deployed.",
        "  samara list resources --stack-name app\n"
        "  samara list resources --stack-name app --output json\n");
    return list_with_template(console, arguments, options, "list resources", cloud::list_resources);
}

int list_endpoints(Console& console, const Arguments& arguments) {
    Options options(
        "samara list endpoints",
        "List where the functions and APIs of a stack are called.",
        "  samara list endpoints --stack-name app\n"
        "  samara list endpoints --stack-name app --output json\n");
    return list_with_template(console, arguments, options, "list endpoints", cloud::list_endpoints);
}

int list_stack_outputs(Console& console, const Arguments& arguments) {
    ListArguments given;
    Options options(
        "samara list stack-outputs",
        "List the outputs of a stack.",
        "  samara list stack-outputs --stack-name app\n"
        "  samara list stack-outputs --stack-name app --output json\n");
    declare_list(options, given);
    declare_without_template(options, given.common);
    if (const auto ended =
            prepare(console, options, arguments, "list stack-outputs", given.common)) {
        return *ended;
    }
    if (given.stack.empty()) {
        return exit_with(
            console,
            usage_error("Missing option '--stack-name'", "which stack's outputs are meant"));
    }
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    const auto session = aws_client::Session::open(session_options(given.common, cancel));
    if (!session) {
        return exit_with(console, session.error());
    }
    const auto rows = cloud::list_stack_outputs(**session, given.stack);
    if (!rows) {
        return exit_with(console, rows.error());
    }
    show(console, given, *rows);
    return 0;
}

} // namespace samara::cli
