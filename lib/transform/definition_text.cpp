#include "transform/definition_text.h"

#include "data/write.h"
#include "transform/logical_id.h"

#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Map;
using data::Value;

std::vector<std::uint32_t> code_points(std::string_view text) {
    std::vector<std::uint32_t> points;
    points.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = [&](std::size_t at) {
            return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at]));
        };
        const std::uint32_t first = byte(i);
        const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
        if (length == 1 || i + length > text.size()) {
            points.push_back(first);
            ++i;
            continue;
        }
        std::uint32_t point = first & (0xFFU >> (length + 1));
        for (std::size_t k = 1; k < length; ++k) {
            point = (point << 6U) | (byte(i + k) & 0x3FU);
        }
        points.push_back(point);
        i += length;
    }
    return points;
}

/// hash() of a text in a 64-bit Python 2.
std::uint64_t hash_of(std::string_view text) {
    const std::vector<std::uint32_t> points = code_points(text);
    if (points.empty()) {
        return 0;
    }
    std::uint64_t hash = static_cast<std::uint64_t>(points.front()) << 7U;
    for (const std::uint32_t point : points) {
        hash = (hash * 1000003U) ^ point;
    }
    hash ^= points.size();
    return hash == ~std::uint64_t{0} ? hash - 1 : hash;
}

/// The slots of a Python 2 dict: open addressing, probed with the hash's higher bits mixed in.
class HashTable {
public:
    void insert(const data::Entry& entry) {
        place({&entry, hash_of(entry.key)});
        ++used_;
        if (used_ * 3 >= slots_.size() * 2) {
            grow();
        }
    }

    [[nodiscard]] bool empty() const { return used_ == 0; }

    template <class Visit>
    void each(Visit&& visit) const {
        for (const Slot& slot : slots_) {
            if (slot.entry != nullptr) {
                visit(*slot.entry);
            }
        }
    }

private:
    struct Slot {
        const data::Entry* entry = nullptr;
        std::uint64_t hash = 0;
    };

    void place(const Slot& slot) {
        const std::uint64_t mask = slots_.size() - 1;
        std::uint64_t at = slot.hash;
        for (std::uint64_t perturb = slot.hash; slots_[at & mask].entry != nullptr;
             perturb >>= 5U) {
            at = at * 5 + perturb + 1;
        }
        slots_[at & mask] = slot;
    }

    void grow() {
        constexpr std::size_t large = 50000;
        const std::size_t wanted = used_ * (used_ > large ? 2 : 4);
        std::size_t size = 8;
        while (size <= wanted) {
            size *= 2;
        }
        std::vector<Slot> old(size);
        old.swap(slots_);
        for (const Slot& slot : old) {
            if (slot.entry != nullptr) {
                place(slot);
            }
        }
    }

    std::vector<Slot> slots_ = std::vector<Slot>(8);
    std::size_t used_ = 0;
};

/// A copy that was made entry by entry in the order of the table, which swaps entries that want the
/// same slot.
HashTable copy_of(const HashTable& table) {
    HashTable copy;
    table.each([&](const data::Entry& entry) { copy.insert(entry); });
    return copy;
}

/// Whether a member of a map of the template was there before the edits.
bool is_first(const data::Entry& entry) {
    return entry.key_where.known() || entry.key == "x-amazon-apigateway-any-method";
}

/// A map as it is after all edits. AWS's transform copies a definition before and after each: what
/// the template says (also through events) an even number of times, what an API's own properties
/// add once more or less than that. Copies settle on two orders that alternate.
HashTable table_of(const Value& value) {
    HashTable table;
    bool edited = false;
    for (const data::Entry& entry : *value.as_map()) {
        if (!value.where().known() || is_first(entry)) {
            table.insert(entry);
        } else {
            edited = true;
        }
    }
    if (!value.where().known()) {
        return copy_of(copy_of(copy_of(table)));
    }
    if (edited && table.empty()) {
        edited = false;
        for (const data::Entry& entry : *value.as_map()) {
            table.insert(entry);
        }
    }
    if (!edited) {
        return copy_of(copy_of(table));
    }
    table = copy_of(table);
    for (const data::Entry& entry : *value.as_map()) {
        if (!is_first(entry)) {
            table.insert(entry);
        }
    }
    return copy_of(table);
}

void write_text(std::string& out, std::string_view text, bool written_by_user) {
    const bool double_quoted =
        text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
    const char quote = double_quoted ? '"' : '\'';
    if (written_by_user) {
        out += 'u';
    }
    out += quote;
    for (const std::uint32_t point : code_points(text)) {
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

void write(std::string& out, const Value& value) {
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
            write(out, item);
        }
        out += ']';
        break;
    }
    case Value::Kind::map: {
        const HashTable table = table_of(value);
        std::string_view separator;
        out += '{';
        table.each([&](const data::Entry& entry) {
            if (entry.value.is_null() && (entry.key == "consumes" || entry.key == "produces")) {
                return;
            }
            out += separator;
            separator = ", ";
            write_text(out, entry.key, entry.key_where.known());
            out += ": ";
            write(out, entry.value);
        });
        out += '}';
        break;
    }
    }
}

/// JSON as Python prints it: a blank after each comma and colon.
void write_json(std::string& out, const Value& value) {
    std::string_view separator;
    if (value.is_map()) {
        out += '{';
        table_of(value).each([&](const data::Entry& entry) {
            out += separator;
            separator = ", ";
            write_json(out, entry.key);
            out += ": ";
            write_json(out, entry.value);
        });
        out += '}';
    } else if (const data::List* list = value.as_list()) {
        out += '[';
        for (const Value& item : *list) {
            out += separator;
            separator = ", ";
            write_json(out, item);
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

std::string definition_json(const Value& value) {
    std::string out;
    write_json(out, value);
    return out;
}

namespace {

/// Whether a member was moved to where OpenAPI 3 has it, or added by an API's properties.
bool is_added(const data::Entry& entry) {
    return !entry.key_where.known() &&
           (entry.key == "components" || entry.key.starts_with("x-amazon-apigateway-"));
}

} // namespace

std::string definition_text(const Value& definition) {
    std::string out;
    const Value* version = definition.find("openapi");
    if (version == nullptr) {
        write(out, definition);
        return out;
    }
    // The version took its slot when what these replace was still there: it comes before them.
    const data::Entry& version_entry = *definition.as_map()->find_entry("openapi");
    bool version_written = false;
    out += '{';
    const auto write_member = [&](const data::Entry& entry) {
        out += out.size() == 1 ? "" : ", ";
        write_text(out, entry.key, entry.key_where.known());
        out += ": ";
        write(out, entry.value);
    };
    table_of(definition).each([&](const data::Entry& entry) {
        const bool is_version = entry.key == version_entry.key;
        if ((is_version || is_added(entry)) && !version_written) {
            version_written = true;
            write_member(version_entry);
        }
        if (!is_version) {
            write_member(entry);
        }
    });
    out += '}';
    return out;
}

} // namespace samara::transform
