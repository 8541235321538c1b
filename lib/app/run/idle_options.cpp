#include "app/run/idle_options.h"

#include "app/load/spelling.h"
#include "base/strings.h"

#include <fmt/format.h>

namespace samara::app {

void report_idle_options(
    const RunOptions& options,
    const Application& application,
    const engine::Engine& engine,
    const base::Log& log) {
    std::vector<std::string> named;
    for (const std::string& image : options.invoke_images) {
        if (const std::size_t equals = image.find('='); equals != std::string::npos) {
            named.push_back(image.substr(0, equals));
        }
    }
    std::vector<std::string> known;
    for (const model::Function& function : application.functions()) {
        known.insert(known.end(), {function.logical_id, function.name});
    }
    check_ids("--invoke-image", named, "function", known, log);
    if (engine.name() != "sandbox") {
        return;
    }
    std::vector<std::string> idle;
    for (const auto& [name, given] :
         {std::pair("--invoke-image", !options.invoke_images.empty()),
          std::pair("--docker-network", !options.network.network.empty()),
          std::pair("--container-dns", !options.network.dns.empty())}) {
        if (given) {
            idle.emplace_back(name);
        }
    }
    if (!idle.empty()) {
        log.warning(fmt::format(
            "{}: not used by the sandbox, which has neither images nor container networks; "
            "--engine docker has",
            base::join(idle, ", ")));
    }
}

} // namespace samara::app
