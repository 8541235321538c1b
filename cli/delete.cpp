#include "cloud/remove/remove.h"
#include "cloud_options.h"
#include "commands.h"
#include "data/write.h"
#include "os/signals.h"
#include "prompt.h"

#include <fmt/format.h>

// samara delete
namespace samara::cli {

namespace {

class Talk : public cloud::RemovalTalk {
public:
    /// `quiet`: the result on standard output is JSON, and what is told goes beside it.
    Talk(Console& console, Prompt& prompt, bool quiet)
        : console_(console), prompt_(prompt), quiet_(quiet) {}

    base::Result<bool> confirm(const std::string& question) override {
        const auto answer = prompt_.confirm(question);
        return answer ? base::Result<bool>(*answer) : base::fail("Aborted!");
    }

    void say(std::string_view line) override {
        if (quiet_) {
            console_.err_line(line);
        } else {
            console_.out_line(line);
        }
    }

    void warn(std::string_view line) override {
        const std::string text = fmt::format("\nWarning: {}\n", line);
        if (quiet_) {
            console_.err(text, Colour::yellow);
        } else {
            console_.out({{text, {.colour = Colour::yellow}}});
        }
    }

private:
    Console& console_;
    Prompt& prompt_;
    bool quiet_;
};

struct DeleteArguments {
    CommonOptions common;
    cloud::RemovalRules rules;
    bool no_prompts = false;
    std::optional<bool> express;
    std::string output = "text";
};

void declare(Options& options, DeleteArguments& given) {
    options.group("Delete");
    options.text("--stack-name", given.rules.stack, {.help = "The stack; asked for without it"});
    options.flag("--no-prompts", given.no_prompts, {.help = "Delete everything, ask nothing"});
    options.text(
        "--s3-bucket",
        given.rules.bucket,
        {.help = "Bucket of the artifacts, else the one the stack's template names"});
    options.text("--s3-prefix", given.rules.prefix, {.help = "Folder of the artifacts there"});
    options.toggle(
        "--express/--no-express", given.express, {.help = "CloudFormation's express mode"});
    options.choice(
        "--output",
        given.output,
        {"text", "json"},
        {.help = "How the result is written to standard output"});
    declare_without_template(options, given.common);
}

std::string_view name_of(cloud::Removal removal) {
    switch (removal) {
    case cloud::Removal::no_such_stack:
        return "not found";
    case cloud::Removal::declined:
        return "declined";
    case cloud::Removal::done:
        break;
    }
    return "deleted";
}

std::string
removal_json(cloud::Removal removal, const std::string& stack, const std::string& region) {
    constexpr int indent = 2;
    return data::write_json(
        data::Map{{"StackName", stack}, {"Region", region}, {"Result", name_of(removal)}}, indent);
}

void print_removal(
    Console& console,
    cloud::Removal removal,
    const cloud::RemovalRules& rules,
    const std::string& region) {
    switch (removal) {
    case cloud::Removal::declined:
        break;
    case cloud::Removal::no_such_stack: // which scripts take for success
        console.out_line(fmt::format(
            "Error: The input stack {} does not exist on Cloudformation in the region {}",
            rules.stack,
            region));
        break;
    case cloud::Removal::done:
        console.out_line("\nDeleted successfully");
        if (rules.express) {
            console.out_line(
                "In express mode resources may still be going while the stack is gone.");
        }
    }
}

} // namespace

int delete_stack(Console& console, const Arguments& arguments) {
    DeleteArguments given;
    Options options(
        "samara delete",
        "Delete a stack and what was uploaded for it.",
        "  samara delete --stack-name app\n"
        "  samara delete --stack-name app --region eu-west-1 --no-prompts\n");
    declare(options, given);
    // What was given to deploy is what is deleted.
    if (const auto ended = prepare(console, options, arguments, "deploy", given.common)) {
        return *ended;
    }
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    const bool json = given.output == "json";
    Prompt prompt(console, cancel, json ? Prompt::Stream::error : Prompt::Stream::output);
    if (given.rules.stack.empty() && given.no_prompts) {
        return exit_with(
            console,
            usage_error("Missing option '--stack-name'", "it is needed with --no-prompts"));
    }
    while (given.rules.stack.empty()) {
        auto answer = prompt.text("\tEnter stack name you want to delete", "");
        if (!answer) {
            console.err_line("\nAborted!");
            return 1;
        }
        given.rules.stack = std::move(*answer);
    }
    given.rules.ask = !given.no_prompts;
    given.rules.express = given.express.value_or(false);
    const auto session = aws_client::Session::open(session_options(given.common, cancel));
    if (!session) {
        return exit_with(console, session.error());
    }
    Talk talk(console, prompt, json);
    const auto removed = cloud::remove_stack(**session, given.rules, talk);
    if (!removed) {
        if (removed.error().message == "Aborted!") {
            console.err_line("\nAborted!");
            return 1;
        }
        return exit_with(console, removed.error());
    }
    const std::string& region = (*session)->region();
    if (json) {
        console.out_line(removal_json(*removed, given.rules.stack, region));
    } else {
        print_removal(console, *removed, given.rules, region);
    }
    return 0;
}

} // namespace samara::cli
