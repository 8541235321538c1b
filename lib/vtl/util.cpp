#include "vtl/util.h"

#include "base/base64.h"
#include "base/percent.h"
#include "base/strings.h"
#include "data/read.h"

#include <fmt/format.h>

namespace samara::vtl {

namespace {

void append_unit(std::string& escaped, std::uint32_t unit) {
    escaped += fmt::format("\\u{:04X}", unit);
}

/// As Java's StringEscapeUtils: quotes of both kinds, slashes, and all that is not ASCII.
std::string escape_javascript(const std::string& text) {
    std::string escaped;
    escaped.reserve(text.size() + text.size() / 8);
    for (const std::uint32_t character : base::code_points(text)) {
        switch (character) {
        case '\b':
            escaped += "\\b";
            break;
        case '\n':
            escaped += "\\n";
            break;
        case '\t':
            escaped += "\\t";
            break;
        case '\f':
            escaped += "\\f";
            break;
        case '\r':
            escaped += "\\r";
            break;
        case '\'':
        case '"':
        case '\\':
        case '/':
            escaped += '\\';
            escaped += static_cast<char>(character);
            break;
        default:
            if (character > 0xFFFF) {
                append_unit(escaped, 0xD800 + ((character - 0x10000) >> 10));
                append_unit(escaped, 0xDC00 + ((character - 0x10000) & 0x3FF));
            } else if (character < 0x20 || character > 0x7F) {
                append_unit(escaped, character);
            } else {
                escaped += static_cast<char>(character);
            }
        }
    }
    return escaped;
}

/// application/x-www-form-urlencoded, as Java's URLEncoder writes it.
std::string url_encode(const std::string& text) {
    std::string encoded;
    for (const char character : text) {
        const bool plain = (character >= 'a' && character <= 'z') ||
                           (character >= 'A' && character <= 'Z') ||
                           (character >= '0' && character <= '9') ||
                           std::string_view(".-*_").find(character) != std::string_view::npos;
        if (plain) {
            encoded += character;
        } else if (character == ' ') {
            encoded += '+';
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(character));
        }
    }
    return encoded;
}

Value parse_json(const std::string& text, Work& work) {
    base::Diagnostics ignored; // of a key that occurs twice the last one counts, as in Java
    const auto parsed = data::read_json(text, "$util.parseJson", {}, &ignored);
    if (!parsed) {
        work.fail("$util.parseJson: " + parsed.error().message);
        return {};
    }
    return from_data(*parsed, work);
}

} // namespace

Value Util::property(std::string_view, Work&) {
    return {};
}

Value Util::call(std::string_view method, const Values& arguments, Work& work) {
    if (arguments.size() != 1) {
        return {};
    }
    const std::string text = is_null(arguments[0]) ? "" : text_of(arguments[0], work);
    work.step(1 + text.size() / 512);
    if (method == "escapeJavaScript") {
        return work.text(escape_javascript(text));
    }
    if (method == "parseJson") {
        return parse_json(text, work);
    }
    if (method == "urlEncode") {
        return work.text(url_encode(text));
    }
    if (method == "urlDecode") {
        return work.text(base::percent_decode(text, true));
    }
    if (method == "base64Encode") {
        return work.text(base::base64_encode(text));
    }
    if (method == "base64Decode") {
        auto decoded = base::base64_decode(text);
        if (!decoded) {
            work.fail("$util.base64Decode: the text is not base64");
            return {};
        }
        return work.text(std::move(*decoded));
    }
    return {};
}

} // namespace samara::vtl
