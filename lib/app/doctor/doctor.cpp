#include "app/doctor/doctor.h"

#include "app/doctor/checks.h"
#include "data/write.h"
#include "os/environment.h"

namespace samara::app {

std::string_view to_string(CheckState state) {
    switch (state) {
    case CheckState::good:
        return "good";
    case CheckState::limited:
        return "limited";
    case CheckState::missing:
        return "missing";
    }
    return "";
}

Diagnosis examine_machine(const os::Cancellation& cancel) {
    Diagnosis diagnosis;
    diagnosis.checks = {
        doctor::check_container_engine(cancel),
        doctor::check_bubblewrap(cancel),
        doctor::check_namespaces(cancel),
        doctor::check_interpreters(),
        doctor::check_control_groups(),
        doctor::check_isolated_network(),
        doctor::check_other_architecture(),
        doctor::check_build_tools(),
        doctor::check_disk(os::cache_folder(), os::temp_folder()),
        doctor::check_credentials(os::environment(), os::variable("HOME").value_or("/")),
    };
    const auto works = [&](std::string_view name) {
        for (const Check& check : diagnosis.checks) {
            if (check.name == name) {
                return check.state != CheckState::missing;
            }
        }
        return false;
    };
    if (works("container_engine")) {
        diagnosis.engine = "docker";
    } else if (works("bubblewrap") && works("namespaces")) {
        diagnosis.engine = "sandbox";
    }
    // One engine is enough: what only the other one needs is no fault.
    for (Check& check : diagnosis.checks) {
        if (diagnosis.runs_functions() && check.state == CheckState::missing) {
            check.state = CheckState::limited;
        }
    }
    return diagnosis;
}

std::string
write_json(const Diagnosis& diagnosis, std::string_view version, std::string_view compatible) {
    data::List checks;
    for (const Check& check : diagnosis.checks) {
        checks.emplace_back(data::Map{
            {"name", check.name},
            {"state", to_string(check.state)},
            {"found", check.found},
            {"mend", check.mend}});
    }
    return data::write_json(
        data::Value(data::Map{
            {"samara", version},
            {"sam_cli", compatible},
            {"ok", diagnosis.runs_functions()},
            {"engine", diagnosis.engine},
            {"checks", std::move(checks)}}),
        2);
}

} // namespace samara::app
