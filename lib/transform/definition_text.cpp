#include "transform/definition_text.h"

#include "data/write.h"
#include "transform/logical_id.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
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
        // A merge makes room for all that comes first, and less of it than single insertions do.
        if (entry.key_where.entrance == data::MemberOrigin::Entrance::merged &&
            (filled_ + 1) * 3 >= slots_.size() * 2) {
            resize((used_ + 1) * 2);
        }
        insert({&entry, hash_of(entry.key)});
    }

    /// The slot stays taken, by nobody.
    void remove(const data::Entry& entry) {
        for (Slot& slot : slots_) {
            if (slot.entry == &entry) {
                slot.entry = nullptr;
                slot.abandoned = true;
                --used_;
            }
        }
    }

    /// As it is when copied so often, each time entry by entry in the order of the slots, which
    /// swaps entries that want the same one.
    void copy(std::uint32_t times) {
        if (times == 0) {
            return;
        }
        HashTable before = *this;
        for (std::uint32_t done = 0; done < times; ++done) {
            HashTable next;
            for (const Slot& slot : slots_) {
                if (slot.entry != nullptr) {
                    next.insert(slot);
                }
            }
            std::swap(slots_, next.slots_);
            used_ = next.used_;
            filled_ = next.filled_;
            // Copies settle on two orders that alternate.
            if (done % 2 == 1) {
                if (same_order(before)) {
                    times = done + 1 + (times - done - 1) % 2;
                }
                before = *this;
            }
        }
    }

    [[nodiscard]] std::size_t size() const { return used_; }

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
        bool abandoned = false;
    };

    void insert(const Slot& slot) {
        place(slot);
        ++used_;
        ++filled_;
        if (filled_ * 3 >= slots_.size() * 2) {
            constexpr std::size_t large = 50000;
            resize(used_ * (used_ > large ? 2 : 4));
        }
    }

    void place(const Slot& slot) {
        const std::uint64_t mask = slots_.size() - 1;
        std::uint64_t at = slot.hash;
        for (std::uint64_t perturb = slot.hash;
             slots_[at & mask].entry != nullptr || slots_[at & mask].abandoned;
             perturb >>= 5U) {
            at = at * 5 + perturb + 1;
        }
        slots_[at & mask] = slot;
    }

    void resize(std::size_t wanted) {
        std::size_t size = 8;
        while (size <= wanted) {
            size *= 2;
        }
        std::vector<Slot> old(size);
        old.swap(slots_);
        filled_ = used_;
        for (const Slot& slot : old) {
            if (slot.entry != nullptr) {
                place(slot);
            }
        }
    }

    [[nodiscard]] bool same_order(const HashTable& other) const {
        return std::equal(
            slots_.begin(),
            slots_.end(),
            other.slots_.begin(),
            other.slots_.end(),
            [](const Slot& a, const Slot& b) { return a.entry == b.entry; });
    }

    std::vector<Slot> slots_ = std::vector<Slot>(8);
    std::size_t used_ = 0;
    std::size_t filled_ = 0; ///< used or abandoned
};

/// Past this size an even number of copies is taken for none, which it is once they have settled:
/// each of a thousand paths would else copy all those before it.
constexpr std::size_t large_map = 128;

/// A map at the end of its history. Its members were added after as many copies as they are stamped
/// with, or `since`; `now` have been made.
HashTable table_of(const Map& map, std::uint32_t since, std::uint32_t now) {
    HashTable table;
    std::uint32_t at = since;
    std::vector<const data::Entry*> leaving;
    const auto advance = [&](std::uint32_t to) {
        while (at < to) {
            std::uint32_t next = to;
            for (const data::Entry* entry : leaving) {
                next = std::max(at, std::min(next, entry->key_where.removed));
            }
            std::uint32_t copies = next - at;
            if (table.size() > large_map && to != now) {
                copies %= 2;
            }
            table.copy(copies);
            at = next;
            leaving.erase(
                std::remove_if(
                    leaving.begin(),
                    leaving.end(),
                    [&](const data::Entry* entry) {
                        const bool leaves = entry->key_where.removed <= at;
                        if (leaves) {
                            table.remove(*entry);
                        }
                        return leaves;
                    }),
                leaving.end());
        }
    };
    if (!map.empty() && map.begin()->key_where.added != 0) {
        at = map.begin()->key_where.added; // a map that was moved is older than its place
    }
    for (const data::Entry& entry : map) {
        advance(entry.key_where.added);
        table.insert(entry);
        if (entry.key_where.removed != 0) {
            leaving.push_back(&entry);
        }
    }
    advance(now);
    for (const data::Entry* entry : leaving) {
        table.remove(*entry);
    }
    return table;
}

/// Calls visit(member) as Python 2 did at the end of the map's history.
template <class Visit>
void each_member(const Map& map, std::uint32_t since, std::uint32_t now, Visit&& visit) {
    const bool ordered =
        !map.empty() && map.begin()->key_where.entrance == data::MemberOrigin::Entrance::ordered;
    if (!ordered) {
        table_of(map, since, now).each(visit);
        return;
    }
    for (const data::Entry& entry : map) {
        if (entry.key_where.removed == 0) {
            visit(entry);
        }
    }
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
        each_member(*value.as_map(), age.since, age.now, [&](const data::Entry& entry) {
            out += separator;
            separator = ", ";
            write_text(out, entry.key, entry.key_where.known());
            out += ": ";
            write(out, entry.value, age.of(entry));
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
        each_member(*value.as_map(), 0, untouched_copies, [&](const data::Entry& entry) {
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

std::string definition_text(const Value& definition, std::uint32_t copies) {
    std::string out;
    write(out, definition, {0, copies});
    return out;
}

void stamp(Value& value, std::uint32_t added) {
    if (Map* map = value.as_map()) {
        stamp(*map, added);
    } else if (List* list = value.as_list()) {
        for (Value& item : *list) {
            stamp(item, added);
        }
    }
}

void stamp(Map& map, std::uint32_t added) {
    for (data::Entry& entry : map) {
        if (entry.key_where.added == 0) {
            entry.key_where.added = added;
        }
        stamp(entry.value, added);
    }
}

void stamp_members(Map& map, std::uint32_t added) {
    for (data::Entry& entry : map) {
        if (entry.key_where.added == 0) {
            entry.key_where.added = added;
        }
    }
}

std::vector<const data::Entry*> in_python_order(const Map& map, std::uint32_t copies) {
    std::vector<const data::Entry*> ordered;
    each_member(map, 0, copies, [&](const data::Entry& entry) { ordered.push_back(&entry); });
    return ordered;
}

void close_edit(Map& definition, std::uint32_t now) {
    constexpr std::string_view schemes = "securityDefinitions";
    if (const data::Entry* entry = definition.find_entry(schemes);
        entry != nullptr && entry->key_where.added == 0) {
        data::Entry moved = *entry;
        definition.erase(schemes);
        definition.set(std::move(moved));
    }
    stamp_members(definition, now);
}

void remove_member(Map& map, std::string_view key, std::uint32_t removed) {
    if (data::Entry* entry = map.find_entry(key)) {
        entry->value = nullptr;
        entry->key_where.removed = removed;
    }
}

Value& member(Map& map, std::string_view key) {
    if (const data::Entry* entry = map.find_entry(key);
        entry != nullptr && entry->key_where.removed != 0) {
        map.erase(key);
    }
    return map[key];
}

void drop_removed_members(Value& definition) {
    if (List* list = definition.as_list()) {
        for (Value& item : *list) {
            drop_removed_members(item);
        }
    }
    Map* map = definition.as_map();
    if (map == nullptr) {
        return;
    }
    std::vector<std::string> removed;
    for (data::Entry& entry : *map) {
        if (entry.key_where.removed != 0) {
            removed.push_back(entry.key);
        } else {
            drop_removed_members(entry.value);
        }
    }
    for (const std::string& key : removed) {
        map->erase(key);
    }
}

} // namespace samara::transform
