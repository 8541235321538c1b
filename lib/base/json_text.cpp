#include "base/json_text.h"

#include "base/strings.h"
#include "base/utf8.h"

namespace samara::base {
namespace {

void append_unit(std::string& out, std::uint32_t unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U}) {
        out += digits[(unit >> shift) & 0xFU];
    }
}

/// The letter after the backslash for characters that have one.
char short_escape(std::uint32_t c) {
    switch (c) {
    case '"':
    case '\\':
        return static_cast<char>(c);
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}

void append_escape(std::string& out, unsigned char c) {
    if (const char letter = short_escape(c)) {
        out += '\\';
        out += letter;
    } else {
        append_unit(out, c);
    }
}

/// How many bytes at the front are ASCII without a need of escapes, all or a multiple of eight.
std::size_t plain_bytes(std::string_view text) {
    std::size_t plain = 0;
    for (; plain + EightBytes::size <= text.size(); plain += EightBytes::size) {
        const EightBytes bytes(text.data() + plain);
        if (!bytes.ascii() || bytes.any_below(0x20) || bytes.any_is('"') || bytes.any_is('\\')) {
            return plain;
        }
    }
    for (std::size_t i = plain; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') {
            return plain;
        }
    }
    return text.size();
}

/// Of whose bytes `from` are plain.
void append_escaped(std::string& out, std::string_view text, std::size_t from) {
    std::size_t plain = 0; // start of the run that needs no escape
    for (std::size_t i = from; i < text.size(); ++i) {
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
    append_escaped(out, text, plain_bytes(text));
    out += '"';
}

void append_json_escape(std::string& out, std::uint32_t point) {
    constexpr std::uint32_t first_of_pairs = 0x10000;
    if (point < first_of_pairs) {
        append_unit(out, point);
        return;
    }
    const std::uint32_t rest = point - first_of_pairs;
    append_unit(out, 0xD800 + (rest >> 10U));
    append_unit(out, 0xDC00 + (rest & 0x3FFU));
}

void append_ascii_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t i = 0; i < text.size();) {
        const auto [point, step] = code_point_at(text, i);
        i += step;
        const char letter = point == '\b' ? 'b' : point == '\f' ? 'f' : short_escape(point);
        if (letter != '\0') {
            out += '\\';
            out += letter;
        } else if (point >= 0x20 && point < 0x7F) {
            out += static_cast<char>(point);
        } else {
            append_json_escape(out, point);
        }
    }
    out += '"';
}

void append_json_bytes(std::string& out, std::string_view bytes) {
    const std::size_t plain = plain_bytes(bytes);
    if (!is_utf8(bytes.substr(plain))) {
        append_json_string(out, to_utf8(std::string(bytes)));
        return;
    }
    out += '"';
    if (plain == bytes.size()) {
        out.append(bytes);
    } else {
        append_escaped(out, bytes, plain);
    }
    out += '"';
}

} // namespace samara::base
