#include "rie/json_text.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace samara::rie {

namespace {

void append_escaped(std::string& out, char c) {
    switch (c) {
    case '"':
        out += "\\\"";
        return;
    case '\\':
        out += "\\\\";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        break;
    }
    if (static_cast<unsigned char>(c) < 0x20) {
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
        out += c;
    }
}

} // namespace

std::string quote(std::string_view text) {
    std::string out = "\"";
    out.reserve(text.size() + 2);
    while (!text.empty()) {
        std::size_t bad = text.size();
        base::is_utf8(text, &bad);
        const std::size_t good = std::min(bad, text.size());
        for (const char c : text.substr(0, good)) {
            append_escaped(out, c);
        }
        text.remove_prefix(good);
        if (!text.empty()) {
            out += "\xEF\xBF\xBD";
            text.remove_prefix(1);
        }
    }
    out += '"';
    return out;
}

std::string error_document(std::string_view type, std::string_view message) {
    return fmt::format(R"({{"errorMessage":{},"errorType":{}}})", quote(message), quote(type));
}

} // namespace samara::rie
