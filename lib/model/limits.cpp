#include "model/limits.h"

#include "data/embedded_table.h"
#include "samara_model_files.h"

#include <string_view>

namespace samara::model {

namespace {

std::uint64_t number(const data::Value& table, std::string_view name) {
    const data::Value* value = table.find(name);
    const std::int64_t* integer = value == nullptr ? nullptr : value->as_integer();
    return integer == nullptr ? 0 : static_cast<std::uint64_t>(*integer);
}

std::uint32_t small_number(const data::Value& table, std::string_view name) {
    return static_cast<std::uint32_t>(number(table, name));
}

Limits read_limits() {
    const data::Value table = data::embedded_table(embedded("limits.json"), "limits.json");
    return {
        small_number(table, "timeout_seconds"),
        small_number(table, "least_timeout_seconds"),
        small_number(table, "memory_megabytes"),
        small_number(table, "least_memory_megabytes"),
        small_number(table, "storage_megabytes"),
        small_number(table, "least_storage_megabytes"),
        number(table, "environment_bytes"),
        number(table, "layers"),
        number(table, "unzipped_megabytes") << 20U,
        number(table, "zipped_megabytes") << 20U};
}

} // namespace

const Limits& limits() {
    static const Limits read = read_limits();
    return read;
}

} // namespace samara::model
