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
    declare_common(options, common);
    if (const auto ended = prepare(console, options, arguments, "transform", common)) {
        return *ended;
    }
    const auto result = app::transform_template(
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
    print_diagnostics(console, result->diagnostics, error_format == "json");
    console.out(result->text);
    return has_errors(result->diagnostics) ? 1 : 0;
}

} // namespace samara::cli
