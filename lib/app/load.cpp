#include "app/load.h"

#include "app/credentials.h"
#include "app/template_file.h"

namespace samara::app {

base::Result<Application> load_application(const LoadArguments& arguments, bool prefer_built) {
    std::error_code failed;
    auto file =
        find_template(arguments.template_file, std::filesystem::current_path(failed), prefer_built);
    if (!file) {
        return base::fail(std::move(file).error());
    }
    auto overrides = model::parse_parameter_overrides(arguments.parameter_overrides);
    if (!overrides) {
        return base::fail(std::move(overrides).error());
    }
    LoadOptions options;
    options.template_file = std::move(*file);
    options.parameter_overrides = std::move(*overrides);
    options.region = find_region(arguments.region, arguments.profile);
    return Application::load(options);
}

void report_faults(const Application& application, const base::Log& log) {
    for (const base::Diagnostic& diagnostic : application.diagnostics()) {
        log.warning(to_string(diagnostic.error));
    }
}

} // namespace samara::app
