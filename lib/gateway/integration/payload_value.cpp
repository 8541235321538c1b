#include "gateway/integration/payload_value.h"

#include "data/read.h"
#include "data/write.h"
#include "vtl/json_path.h"

namespace samara::gateway {

std::string payload_value(std::string_view payload, std::string_view path) {
    if (path.empty()) {
        return std::string(payload);
    }
    const auto document = data::read_json(std::string(payload), "payload");
    const auto steps = vtl::JsonPath::parse("$" + std::string(path));
    if (!document || !steps) {
        return {};
    }
    const auto selection = steps->select(*document);
    if (!selection || !selection->found || selection->value.is_null()) {
        return {};
    }
    const data::Value& value = selection->value;
    return value.is_map() || value.is_list() ? data::write_json(value) : data::scalar_text(value);
}

} // namespace samara::gateway
