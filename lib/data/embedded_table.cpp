#include "data/embedded_table.h"

#include "data/read.h"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace samara::data {

Value embedded_table(std::optional<std::string_view> bytes, std::string_view name) {
    base::Result<Value> table =
        bytes ? read_json(*bytes, name) : base::fail("it is not part of the program");
    if (!table) {
        fmt::print(stderr, "{}: {}\n", name, base::to_string(table.error()));
        std::abort();
    }
    return std::move(*table);
}

} // namespace samara::data
