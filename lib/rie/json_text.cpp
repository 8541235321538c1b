#include "rie/json_text.h"

#include "base/json_text.h"

#include <fmt/format.h>

namespace samara::rie {

std::string quote(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    base::append_json_bytes(out, text);
    return out;
}

std::string error_document(std::string_view type, std::string_view message) {
    return fmt::format(R"({{"errorMessage":{},"errorType":{}}})", quote(message), quote(type));
}

} // namespace samara::rie
