#include "cloud/remove/remove.h"
#include "cloud_session.h"
#include "commands.h"
#include "os/signals.h"
#include "prompt.h"

#include <fmt/format.h>

// samara delete
namespace samara::cli {

namespace {

class Talk : public cloud::RemovalTalk {
public:
    Talk(Console& console, Prompt& prompt) : console_(console), prompt_(prompt) {}

    base::Result<bool> confirm(const std::string& question) override {
        const auto answer = prompt_.confirm(question);
        return answer ? base::Result<bool>(*answer) : base::fail("Aborted!");
    }

    void say(std::string_view line) override { console_.out_line(line); }

    void warn(std::string_view line) override {
        console_.out({{fmt::format("\nWarning: {}\n", line), {.colour = Colour::yellow}}});
    }

private:
    Console& console_;
    Prompt& prompt_;
};

struct DeleteArguments {
    CommonOptions common;
    cloud::RemovalRules rules;
    bool no_prompts = false;
    std::optional<bool> express;
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
    declare_cloud(options, given.common);
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
    Prompt prompt(console, cancel);
    if (given.rules.stack.empty() && given.no_prompts) {
        base::Error missing;
        missing.kind = base::ErrorKind::usage;
        missing.message = "Missing option '--stack-name'";
        missing.hint = "it is needed with --no-prompts";
        return exit_with(console, missing);
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
    const auto session = open_session(console, given.common, cancel);
    if (!session) {
        return exit_with(console, session.error());
    }
    Talk talk(console, prompt);
    const auto removed = cloud::remove_stack(**session, given.rules, talk);
    if (!removed) {
        if (removed.error().message == "Aborted!") {
            console.err_line("\nAborted!");
            return 1;
        }
        return exit_with(console, removed.error());
    }
    switch (*removed) {
    case cloud::Removal::declined:
        break;
    case cloud::Removal::no_such_stack: // which scripts take for success
        console.out_line(fmt::format(
            "Error: The input stack {} does not exist on Cloudformation in the region {}",
            given.rules.stack,
            (*session)->region()));
        break;
    case cloud::Removal::done:
        console.out_line("\nDeleted successfully");
        if (given.rules.express) {
            console.out_line(
                "In express mode resources may still be going while the stack is gone.");
        }
    }
    return 0;
}

} // namespace samara::cli
