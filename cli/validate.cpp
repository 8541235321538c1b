#include "app/validate.h"

#include "commands.h"
#include "diagnostics.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

// samara validate
namespace samara::cli {

namespace {

std::string absolute(const std::string& file) {
    std::error_code ignored;
    return (std::filesystem::current_path(ignored) / file).lexically_normal().string();
}

// "E3002" of "... [E3002]", which is cut off; empty: it has none.
std::string take_rule(std::string& message) {
    constexpr std::string_view shape = " [E3002]";
    const std::size_t start = message.size() - std::min(message.size(), shape.size());
    const std::string end = message.substr(start);
    if (end.size() < shape.size() || !end.starts_with(" [") || !end.ends_with("]") ||
        end.find_first_of("EWI") != 2) {
        return {};
    }
    message.resize(start);
    return end.substr(2, shape.size() - 3);
}

/// Takes out what makes --lint fail, as cfn-lint writes it:
///
///     E3002 Queue: AWS::SQS::Queue has no property QueueNmae; did you mean QueueName?
///     template.yaml:13:47
///
std::string take_matches(base::Diagnostics& diagnostics) {
    std::string text;
    base::Diagnostics rest;
    for (base::Diagnostic& found : diagnostics) {
        std::string rule = take_rule(found.error.message);
        if (rule.empty() && found.severity == base::Severity::warning) {
            rest.push_back(std::move(found));
            continue;
        }
        rule = rule.empty() ? "E0001" : rule; // the transform's, by cfn-lint's name for all of it
        const base::Location where = std::exchange(found.error.where, {});
        const std::string hint = std::exchange(found.error.hint, {});
        text += fmt::format("{} {}", rule, to_string(found.error));
        text += fmt::format("{}\n{}\n\n", hint.empty() ? "" : "; " + hint, to_string(where));
    }
    diagnostics = std::move(rest);
    return text;
}

// What package managers' tests of an installation look for.
bool is_missing(const base::Error& error) {
    return error.message.starts_with("Template file not found");
}

} // namespace

int validate(Console& console, const Arguments& arguments) {
    CommonOptions common;
    std::string error_format = "text";
    std::string output = "text";
    bool lint = false;
    bool strict = false;
    Options options(
        "samara validate",
        "Check a template.",
        "  samara validate\n"
        "  samara validate -t app.yaml --lint\n");
    options.group("Validate");
    options.flag(
        "--lint",
        lint,
        {.help = "Check every resource against what CloudFormation knows of its type, and look for "
                 "likely mistakes, which are a failure, too"});
    options.choice(
        "--error-format",
        error_format,
        {"text", "json"},
        {.help = "json: one object a line on stderr"});
    options.choice(
        "--output",
        output,
        {"text", "json"},
        {.help = "json: one object with all that was found on stdout, and nothing on stderr"});
    options.flag("--strict", strict, {.help = "Take every warning as an error"});
    declare_common(options, common);
    if (const auto ended = prepare(console, options, arguments, "validate", common)) {
        return *ended;
    }
    auto result = app::validate_template(
        {common.template_file, common.parameter_overrides, common.region, common.profile, lint});
    if (!result) {
        const base::Diagnostics failure{{base::Severity::error, result.error()}};
        if (output == "json") {
            console.out_line(validation_json(common.template_file, failure));
        } else {
            if (error_format == "text" && is_missing(result.error())) {
                console.out_line("SAM Template Not Found");
            }
            print_diagnostics(console, failure, error_format == "json");
        }
        return result.error().kind == base::ErrorKind::usage ? 2 : 1;
    }
    if (strict) {
        make_errors(result->diagnostics);
    }
    if (output == "json") {
        console.out_line(validation_json(result->file, result->diagnostics));
        return has_errors(result->diagnostics) || result->lint_failed ? 1 : 0;
    }
    const bool failed = has_errors(result->diagnostics) || result->lint_failed;
    const std::string file = absolute(result->file);
    if (failed && result->readable && error_format == "text") {
        console.out(
            lint ? take_matches(result->diagnostics)
                 : fmt::format("Template provided at '{}' was invalid SAM Template.\n", file));
    }
    print_diagnostics(console, result->diagnostics, error_format == "json");
    if (failed) {
        if (lint && error_format == "text") {
            console.err_line(
                "Error: Linting failed. At least one linting rule was matched to the provided "
                "template.");
        }
        return 1;
    }
    console.out(fmt::format(
        "{} is a valid SAM Template{}\n",
        file,
        lint ? ""
             : ". This is according to basic SAM Validation, for additional validation, please run "
               "with \"--lint\" option"));
    return 0;
}

} // namespace samara::cli
