#pragma once

#include "data/value.h"

#include <algorithm>
#include <string_view>
#include <vector>

/// Going through the members of values.
namespace samara::data {

/// Calls visit for each item of a list, for the value of each member of a map; not for what is
/// below those.
template <class Visit>
void each_child(const Value& value, const Visit& visit) {
    if (const List* list = value.as_list()) {
        for (const Value& item : *list) {
            visit(item);
        }
    } else if (const Map* map = value.as_map()) {
        for (const Entry& entry : *map) {
            visit(entry.value);
        }
    }
}

/// A list or a map with change(child) in the place of each child, and without places; what is
/// neither as it is.
template <class Change>
Value with_children(const Value& value, const Change& change) {
    if (const List* list = value.as_list()) {
        List out;
        out.reserve(list->size());
        for (const Value& item : *list) {
            out.push_back(change(item));
        }
        return out;
    }
    if (const Map* map = value.as_map()) {
        Map out;
        for (const Entry& entry : *map) {
            out.set(entry.key, change(entry.value));
        }
        return out;
    }
    return value;
}

/// In the order of the map.
inline std::vector<std::string_view> keys_of(const Map& map) {
    std::vector<std::string_view> keys;
    keys.reserve(map.size());
    for (const Entry& entry : map) {
        keys.push_back(entry.key);
    }
    return keys;
}

/// In the order of the keys' bytes, which in UTF-8 is that of their code points.
inline std::vector<const Entry*> sorted_entries(const Map& map) {
    std::vector<const Entry*> entries;
    entries.reserve(map.size());
    for (const Entry& entry : map) {
        entries.push_back(&entry);
    }
    std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
        return a->key < b->key;
    });
    return entries;
}

} // namespace samara::data
