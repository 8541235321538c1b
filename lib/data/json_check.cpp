#include "data/json_check.h"

#include "data/read.h"

#include <nlohmann/json.hpp>

namespace samara::data {

std::string json_error(std::string_view text) {
    // nlohmann takes NUL for the end of a text.
    if (text.find('\0') == std::string_view::npos && nlohmann::json::accept(text)) {
        return {};
    }
    const auto value = data::read_json(text, "");
    return value ? "not a JSON document" : value.error().message;
}

} // namespace samara::data
