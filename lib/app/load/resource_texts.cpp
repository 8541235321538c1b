#include "app/load/resource_texts.h"

#include "data/nul.h"
#include "os/exec_text.h"

#include <fmt/format.h>

namespace samara::app {

namespace {

tl::unexpected<base::Error>
refuse(const std::string& logical_id, const base::Location& where, base::Error error) {
    error.where = where;
    error.resource = logical_id;
    return base::fail(std::move(error));
}

const data::Map* variables_of(const data::Value& properties) {
    const data::Value* environment = properties.find("Environment");
    const data::Value* variables =
        environment == nullptr ? nullptr : environment->find("Variables");
    return variables == nullptr ? nullptr : variables->as_map();
}

} // namespace

base::Result<void>
check_resource_texts(const std::string& logical_id, const data::Value& resource) {
    const data::Value* properties = resource.find("Properties");
    if (properties == nullptr) {
        return {};
    }
    if (const data::Map* variables = variables_of(*properties)) {
        for (const data::Entry& variable : *variables) {
            const std::string* text = variable.value.as_string();
            if (auto checked = os::check_variable(variable.key, text == nullptr ? "" : *text);
                !checked) {
                const base::Location& key = variable.key_where;
                return refuse(
                    logical_id,
                    variable.value.where().known() ? variable.value.where() : key,
                    checked.error());
            }
        }
    }
    if (const auto nul = data::find_nul(*properties)) {
        return refuse(
            logical_id, nul->where, os::check_no_nul(std::string_view("\0", 1), nul->path).error());
    }
    return {};
}

base::Result<void> check_folder_name(std::string_view logical_id, const base::Location& where) {
    const bool leads_elsewhere =
        logical_id.find_first_of(std::string_view("/\0", 2)) != std::string_view::npos;
    if (!logical_id.empty() && !leads_elsewhere && !logical_id.starts_with('.') &&
        logical_id != "template.yaml") {
        return {};
    }
    base::Error error;
    error.message = "a logical id consists of letters and digits";
    error.hint = "AWS refuses this at deployment, and here it is no name for a folder";
    return refuse(std::string(logical_id), where, std::move(error));
}

} // namespace samara::app
