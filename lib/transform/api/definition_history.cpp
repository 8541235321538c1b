#include "transform/api/definition_history.h"

#include <string>
#include <vector>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

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
    if (data::Entry* entry = map.find_entry(key);
        entry != nullptr && entry->key_where.removed == 0) {
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
