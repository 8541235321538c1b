#include "app/transform.h"

#include "commands.h"
#include "diagnostics.h"

// samara transform
namespace samara::cli {

int transform(Console& console, const Arguments& arguments) {
    CommonOptions common;
    std::string managed_policies;
    std::string output = "json";
    std::string error_format = "text";
    bool strict = false;
    Options options(
        "samara transform",
        "Show the CloudFormation template that AWS::Serverless makes of a template.",
        "  samara transform > cloudformation.json\n"
        "  samara transform -t app.yaml --region eu-west-1 --output yaml\n");
    options.group("Transform");
    options.choice("--output", output, {"json", "yaml"}, {.help = "Format of the result"});
    options.choice(
        "--error-format",
        error_format,
        {"text", "json"},
        {.help = "json: one object a line on stderr"});
    options.text(
        "--managed-policies",
        managed_policies,
        {.help = "JSON object, policy name to ARN, looked at before the built-in table",
         .value_name = "FILE"});
    options.flag("--strict", strict, {.help = "Take every warning as an error"});
    declare_common(options, common);
    if (const auto ended = prepare(console, options, arguments, "transform", common)) {
        return *ended;
    }
    auto result = app::transform_template(
        {common.template_file,
         common.parameter_overrides,
         common.region,
         common.profile,
         managed_policies,
         output == "yaml" ? app::DocumentFormat::yaml : app::DocumentFormat::json});
    if (!result) {
        print_diagnostics(
            console, {{base::Severity::error, result.error()}}, error_format == "json");
        return result.error().kind == base::ErrorKind::usage ? 2 : 1;
    }
    if (strict) {
        make_errors(result->diagnostics);
    }
    print_diagnostics(console, result->diagnostics, error_format == "json");
    if (has_errors(result->diagnostics)) {
        return 1;
    }
    console.out(result->text);
    return 0;
}

} // namespace samara::cli
