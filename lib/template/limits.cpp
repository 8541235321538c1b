#include "template/limits.h"

#include "data/read.h"
#include "samara_template_files.h"

#include <string_view>

namespace samara::model {

namespace {

std::uint64_t number(const data::Value& table, std::string_view name) {
    const data::Value* value = table.find(name);
    const std::int64_t* integer = value == nullptr ? nullptr : value->as_integer();
    return integer == nullptr ? 0 : static_cast<std::uint64_t>(*integer);
}

Limits read_limits() {
    const data::Value table =
        data::read_json(embedded("limits.json").value_or("{}"), "limits.json").value();
    return {
        number(table, "timeout_seconds"),
        number(table, "environment_bytes"),
        number(table, "layers"),
        number(table, "unzipped_megabytes") << 20U};
}

} // namespace

const Limits& limits() {
    static const Limits read = read_limits();
    return read;
}

} // namespace samara::model
