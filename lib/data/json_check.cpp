#include "data/json_check.h"

#include "data/read.h"

#include <nlohmann/json.hpp>

namespace samara::data {

std::string json_error(std::string_view text) {
    if (nlohmann::json::accept(text)) {
        return {};
    }
    const auto value = data::read_json(text, "");
    return value ? "not a JSON document" : value.error().message;
}

} // namespace samara::data
