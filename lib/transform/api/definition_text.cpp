#include "transform/api/definition_text.h"

#include "base/strings.h"
#include "data/write.h"
#include "transform/api/definition_history.h"
#include "transform/api/python_order.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

void write_text(std::string& out, std::string_view text, bool written_by_user) {
    const bool double_quoted =
        text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
    const char quote = double_quoted ? '"' : '\'';
    if (written_by_user) {
        out += 'u';
    }
    out += quote;
    for (const std::uint32_t point : base::code_points(text)) {
        switch (point) {
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        case '\\':
            out += "\\\\";
            break;
        default:
            if (point == static_cast<unsigned char>(quote)) {
                out += '\\';
                out += quote;
            } else if (point < 0x20 || (point >= 0x7F && point <= 0xFF)) {
                out += fmt::format("\\x{:02x}", point);
            } else if (point < 0x7F) {
                out += static_cast<char>(point);
            } else {
                out += point <= 0xFFFF ? fmt::format("\\u{:04x}", point)
                                       : fmt::format("\\U{:08x}", point);
            }
        }
    }
    out += quote;
}

void write_number(std::string& out, double number) {
    const std::string text = fmt::format("{}", number);
    out += text;
    if (text.find_first_of(".en") == std::string::npos) {
        out += ".0";
    }
}

/// The count of copies when a value came to be, and the one now.
struct Age {
    std::uint32_t since;
    std::uint32_t now;

    [[nodiscard]] Age of(const data::Entry& entry) const {
        return {std::max(since, entry.key_where.added), now};
    }
};

void write(std::string& out, const Value& value, const Age& age) {
    switch (value.kind()) {
    case Value::Kind::null:
        out += "None";
        break;
    case Value::Kind::boolean:
        out += *value.as_boolean() ? "True" : "False";
        break;
    case Value::Kind::integer:
        out += fmt::format("{}", *value.as_integer());
        break;
    case Value::Kind::number:
        write_number(out, *value.as_number());
        break;
    case Value::Kind::string:
        write_text(out, *value.as_string(), value.where().known());
        break;
    case Value::Kind::list: {
        std::string_view separator;
        out += '[';
        for (const Value& item : *value.as_list()) {
            out += separator;
            separator = ", ";
            write(out, item, age);
        }
        out += ']';
        break;
    }
    case Value::Kind::map: {
        std::string_view separator;
        out += '{';
        for (const data::Entry* next : in_python_order(*value.as_map(), age.now, age.since)) {
            const data::Entry& entry = *next;
            out += separator;
            separator = ", ";
            write_text(out, entry.key, entry.key_where.known());
            out += ": ";
            write(out, entry.value, age.of(entry));
        }
        out += '}';
        break;
    }
    }
}

/// Whether the value came of a map in Globals and one of the resource. A map that the resource does
/// not have is that of Globals itself, at its place.
bool is_merged(const Value& value, const Value* global) {
    const auto is_plain = [](const Value& map) { return map.is_map() && !is_intrinsic(map); };
    return global != nullptr && is_plain(value) && is_plain(*global) &&
           (value.where().line != global->where().line ||
            value.where().column != global->where().column);
}

/// JSON as Python prints it: a blank after each comma and colon.
void write_json(std::string& out, const Value& value, const Value* global) {
    std::string_view separator;
    if (value.is_map()) {
        out += '{';
        const bool merged = is_merged(value, global);
        for (const data::Entry* next :
             merged ? in_python_order_merged(*global->as_map(), *value.as_map())
                    : in_python_order(*value.as_map(), 0)) {
            const data::Entry& entry = *next;
            out += separator;
            separator = ", ";
            write_json(out, entry.key, nullptr);
            out += ": ";
            write_json(out, entry.value, merged ? global->find(entry.key) : nullptr);
        }
        out += '}';
    } else if (const data::List* list = value.as_list()) {
        out += '[';
        for (const Value& item : *list) {
            out += separator;
            separator = ", ";
            write_json(out, item, nullptr);
        }
        out += ']';
    } else if (value.is_string()) {
        // Only the outside of a one-element list of the text: the quotes and escapes are those of
        // any hash input.
        const std::string quoted = hash_input(data::List{value});
        out += std::string_view(quoted).substr(1, quoted.size() - 2);
    } else {
        out += data::write_json(value);
    }
}

} // namespace

std::string definition_json(const Value& value, const Value* global) {
    std::string out;
    write_json(out, value, global);
    return out;
}

std::string definition_text(const Value& definition, std::uint32_t copies) {
    std::string out;
    write(out, definition, {0, copies});
    return out;
}

} // namespace samara::transform
