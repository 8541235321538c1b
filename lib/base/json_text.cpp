#include "base/json_text.h"

#include "base/strings.h"

namespace samara::base {
namespace {

void append_escape(std::string& out, unsigned char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
    case '"':
        out += "\\\"";
        break;
    case '\\':
        out += "\\\\";
        break;
    case '\n':
        out += "\\n";
        break;
    case '\r':
        out += "\\r";
        break;
    case '\t':
        out += "\\t";
        break;
    default:
        out += "\\u00";
        out += digits[c >> 4U];
        out += digits[c & 0xFU];
    }
}

void append_escaped(std::string& out, std::string_view text) {
    std::size_t plain = 0; // start of the run that needs no escape
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 || c == '"' || c == '\\') {
            out.append(text, plain, i - plain);
            append_escape(out, c);
            plain = i + 1;
        }
    }
    out.append(text, plain);
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    append_escaped(out, text);
    out += '"';
}

void append_json_bytes(std::string& out, std::string_view bytes) {
    if (is_utf8(bytes)) {
        append_json_string(out, bytes);
    } else {
        append_json_string(out, to_utf8(std::string(bytes)));
    }
}

} // namespace samara::base
