#include "app/load/load.h"

#include "app/load/parameter_files.h"
#include "app/load/template_file.h"
#include "aws_client/credentials.h"
#include "base/try.h"

namespace samara::app {

base::Result<Application> load_application(const LoadArguments& arguments, bool prefer_built) {
    std::error_code failed;
    TRY_ASSIGN(
        auto file,
        find_template(
            arguments.template_file, std::filesystem::current_path(failed), prefer_built));
    TRY_ASSIGN(auto overrides, read_parameter_overrides(arguments.parameter_overrides));
    LoadOptions options;
    options.template_file = std::move(file);
    options.parameter_overrides = std::move(overrides);
    options.region = aws_client::find_region(arguments.region, arguments.profile);
    options.function_url = arguments.function_url;
    options.asked_for = arguments.asked_for;
    options.whatever_condition = arguments.whatever_condition;
    return Application::load(options);
}

void report_faults(const Application& application, const base::Log& log) {
    for (const base::Diagnostic& diagnostic : application.diagnostics()) {
        log.warning(to_string(diagnostic.error));
    }
}

} // namespace samara::app
