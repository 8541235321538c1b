#include "data/value.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

namespace samara::data {

namespace {

constexpr std::size_t smallest_indexed_map = 12;
constexpr std::size_t not_found = static_cast<std::size_t>(-1);

} // namespace

Entry::Entry(std::string name, Value content, base::Location place)
    : key(std::move(name)), value(std::move(content)), key_where(std::move(place)) {}

Map::Map() = default;
Map::Map(const Map&) = default;
Map::Map(Map&&) noexcept = default;
Map& Map::operator=(const Map&) = default;
Map& Map::operator=(Map&&) noexcept = default;
Map::~Map() = default;

Map::Map(std::initializer_list<Entry> entries) {
    entries_.reserve(entries.size());
    for (const Entry& entry : entries) {
        set(entry);
    }
}

bool Map::empty() const {
    return entries_.empty();
}

std::size_t Map::size() const {
    return entries_.size();
}

Map::iterator Map::begin() {
    return entries_.begin();
}

Map::iterator Map::end() {
    return entries_.end();
}

Map::const_iterator Map::begin() const {
    return entries_.begin();
}

Map::const_iterator Map::end() const {
    return entries_.end();
}

std::size_t Map::index_of(std::string_view key) const {
    if (index_.empty()) {
        const auto found = std::find_if(
            entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.key == key; });
        return found == entries_.end() ? not_found
                                       : static_cast<std::size_t>(found - entries_.begin());
    }
    const std::size_t mask = index_.size() - 1;
    for (std::size_t slot = std::hash<std::string_view>{}(key)&mask; index_[slot] != 0;
         slot = (slot + 1) & mask) {
        if (entries_[index_[slot] - 1].key == key) {
            return index_[slot] - 1;
        }
    }
    return not_found;
}

void Map::index_last() {
    if (entries_.size() < smallest_indexed_map) {
        return;
    }
    if (entries_.size() * 2 > index_.size()) {
        rebuild_index();
        return;
    }
    const std::size_t mask = index_.size() - 1;
    std::size_t slot = std::hash<std::string_view>{}(entries_.back().key) & mask;
    while (index_[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    index_[slot] = static_cast<std::uint32_t>(entries_.size());
}

void Map::rebuild_index() {
    index_.clear();
    if (entries_.size() < smallest_indexed_map) {
        return;
    }
    std::size_t slots = 32;
    while (slots < entries_.size() * 4) {
        slots *= 2;
    }
    index_.assign(slots, 0);
    const std::size_t mask = slots - 1;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        std::size_t slot = std::hash<std::string_view>{}(entries_[i].key) & mask;
        while (index_[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        index_[slot] = static_cast<std::uint32_t>(i + 1);
    }
}

Entry* Map::find_entry(std::string_view key) {
    const std::size_t i = index_of(key);
    return i == not_found ? nullptr : &entries_[i];
}

const Entry* Map::find_entry(std::string_view key) const {
    const std::size_t i = index_of(key);
    return i == not_found ? nullptr : &entries_[i];
}

const Value* Map::find(std::string_view key) const {
    const std::size_t i = index_of(key);
    return i == not_found ? nullptr : &entries_[i].value;
}

Value* Map::find(std::string_view key) {
    const std::size_t i = index_of(key);
    return i == not_found ? nullptr : &entries_[i].value;
}

Value& Map::operator[](std::string_view key) {
    if (Value* found = find(key)) {
        return *found;
    }
    entries_.emplace_back(std::string(key), Value());
    index_last();
    return entries_.back().value;
}

Value& Map::set(std::string_view key, Value value) {
    Value& place = (*this)[key];
    place = std::move(value);
    return place;
}

Value& Map::set(Entry entry) {
    const std::size_t i = index_of(entry.key);
    if (i != not_found) {
        Entry& old = entries_[i];
        entry.key_where.added = old.key_where.added;
        entry.key_where.removed = old.key_where.removed;
        old = std::move(entry);
        return old.value;
    }
    entries_.push_back(std::move(entry));
    index_last();
    return entries_.back().value;
}

bool Map::erase(std::string_view key) {
    const std::size_t i = index_of(key);
    if (i == not_found) {
        return false;
    }
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
    rebuild_index();
    return true;
}

bool operator==(const Map& a, const Map& b) {
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const Entry& entry) {
               const Value* other = b.find(entry.key);
               return other != nullptr && entry.value == *other;
           });
}

const Value* Value::find(std::string_view key) const {
    const Map* map = as_map();
    return map == nullptr ? nullptr : map->find(key);
}

Value* Value::find(std::string_view key) {
    Map* map = as_map();
    return map == nullptr ? nullptr : map->find(key);
}

std::string_view Value::text() const {
    const std::string* string = as_string();
    return string == nullptr ? std::string_view() : std::string_view(*string);
}

bool operator==(const Value& a, const Value& b) {
    if (a.is_numeric() && b.is_numeric() && a.kind() != b.kind()) {
        const Value& integer = a.is_integer() ? a : b;
        const Value& number = a.is_integer() ? b : a;
        return static_cast<double>(*integer.as_integer()) == *number.as_number();
    }
    return a.node_ == b.node_;
}

std::string_view kind_name(Value::Kind kind) {
    switch (kind) {
    case Value::Kind::null:
        return "null";
    case Value::Kind::boolean:
        return "a boolean";
    case Value::Kind::integer:
    case Value::Kind::number:
        return "a number";
    case Value::Kind::string:
        return "a string";
    case Value::Kind::list:
        return "a list";
    case Value::Kind::map:
        return "a map";
    }
    return "nothing";
}

std::string scalar_text(const Value& scalar) {
    if (const bool* boolean = scalar.as_boolean()) {
        return *boolean ? "true" : "false";
    }
    if (const std::int64_t* integer = scalar.as_integer()) {
        return fmt::format("{}", *integer);
    }
    if (const double* number = scalar.as_number()) {
        // A whole number keeps one decimal so that 1.0 does not turn into the integer 1.
        const bool whole =
            std::isfinite(*number) && *number == std::trunc(*number) && std::abs(*number) < 1e15;
        return whole ? fmt::format("{:.1f}", *number) : fmt::format("{}", *number);
    }
    return std::string(scalar.text());
}

} // namespace samara::data
