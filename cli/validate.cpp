#include "app/validate.h"

#include "commands.h"
#include "diagnostics.h"

#include <fmt/format.h>

// samara validate
namespace samara::cli {

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
    print_diagnostics(console, result->diagnostics, error_format == "json");
    if (result->lint_failed && error_format != "json") {
        console.err_line(
            "Error: Linting failed. At least one linting rule was matched to the provided "
            "template.");
    }
    if (has_errors(result->diagnostics) || result->lint_failed) {
        return 1;
    }
    console.out(fmt::format(
        "{} is a valid SAM Template{}\n",
        result->file,
        lint ? ""
             : ". This is according to basic SAM Validation, for additional validation, please run "
               "with \"--lint\" option"));
    return 0;
}

} // namespace samara::cli
