#include "vtl/methods.h"
#include "vtl/operators.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace samara::vtl {

namespace {

/// The place that an argument names; fails the work when the list has none there. `room` is 1 where
/// the place behind the last item is one.
std::optional<std::size_t>
place_in(const List& list, const Value& argument, std::size_t room, Work& work) {
    const auto* index = std::get_if<std::int64_t>(&argument);
    const auto size = static_cast<std::int64_t>(list.items.size() + room);
    if (index == nullptr) {
        return std::nullopt;
    }
    // "$list[-1]" counts from the end since Velocity 1.6.
    const std::int64_t place = *index < 0 && room == 0 ? *index + size : *index;
    if (place < 0 || place >= size) {
        work.fail(
            fmt::format("index {} is outside of a list of {} items", *index, list.items.size()));
        return std::nullopt;
    }
    return static_cast<std::size_t>(place);
}

std::optional<std::size_t> find_in(const List& list, const Value& wanted, Work& work) {
    for (std::size_t i = 0; i < list.items.size() && work.step(); ++i) {
        if (is_equal(list.items[i], wanted, work)) {
            return i;
        }
    }
    return std::nullopt;
}

std::int64_t count_of(std::size_t size) {
    return static_cast<std::int64_t>(size);
}

Values items_of(const Value& value) {
    List* const* list = std::get_if<List*>(&value);
    return list == nullptr ? Values() : (*list)->items;
}

Value join(const List& list, std::string_view separator, Work& work) {
    std::string joined;
    for (std::size_t i = 0; i < list.items.size() && !work.failed(); ++i) {
        joined.append(i == 0 ? "" : separator).append(text_of(list.items[i], work));
        if (joined.size() > work.limits().bytes) {
            work.fail("the text of a list grows beyond the limit");
        }
    }
    return work.text(std::move(joined));
}

Value remove_from(List& list, const Value& argument, Work& work) {
    std::optional<std::size_t> place;
    const bool by_index = std::holds_alternative<std::int64_t>(argument);
    place = by_index ? place_in(list, argument, 0, work) : find_in(list, argument, work);
    if (!place) {
        return false;
    }
    const Value removed = list.items[*place];
    list.items.erase(list.items.begin() + static_cast<std::ptrdiff_t>(*place));
    return by_index ? removed : Value(true);
}

Value insert(List& list, const Values& arguments, Work& work) {
    if (const auto place = place_in(list, arguments[0], 1, work)) {
        work.add(list, {});
        const auto at = list.items.begin() + static_cast<std::ptrdiff_t>(*place);
        std::rotate(at, list.items.end() - 1, list.items.end());
        list.items[*place] = arguments[1];
        work.step(list.items.size() / 64);
    }
    return {};
}

Value sublist(List& list, const Values& arguments, Work& work) {
    const auto first = place_in(list, arguments[0], 1, work);
    const auto last = place_in(list, arguments[1], 1, work);
    List* part = work.list();
    for (std::size_t i = first.value_or(0); last && i < *last && work.step(); ++i) {
        work.add(*part, list.items[i]);
    }
    return part;
}

Value set_item(List& list, const Values& arguments, Work& work) {
    const auto place = place_in(list, arguments[0], 0, work);
    if (!place) {
        return {};
    }
    const Value former = list.items[*place];
    list.items[*place] = arguments[1];
    return former;
}

const std::array list_methods{
    Method<List>{
        "size",
        0,
        [](List& list, const Values&, Work&) -> Value { return count_of(list.items.size()); }},
    Method<List>{
        "length",
        0,
        [](List& list, const Values&, Work&) -> Value { return count_of(list.items.size()); }},
    Method<List>{
        "isEmpty", 0, [](List& list, const Values&, Work&) -> Value { return list.items.empty(); }},
    Method<List>{
        "get",
        1,
        [](List& list, const Values& arguments, Work& work) -> Value {
            const auto place = place_in(list, arguments[0], 0, work);
            return place ? list.items[*place] : Value();
        }},
    Method<List>{"set", 2, set_item},
    Method<List>{
        "add",
        1,
        [](List& list, const Values& arguments, Work& work) -> Value {
            work.add(list, arguments[0]);
            return true;
        }},
    Method<List>{"add", 2, insert},
    Method<List>{
        "addAll",
        1,
        [](List& list, const Values& arguments, Work& work) -> Value {
            for (const Value& item : items_of(arguments[0])) {
                work.add(list, item);
            }
            return true;
        }},
    Method<List>{
        "contains",
        1,
        [](List& list, const Values& arguments, Work& work) -> Value {
            return find_in(list, arguments[0], work).has_value();
        }},
    Method<List>{
        "containsAll",
        1,
        [](List& list, const Values& arguments, Work& work) -> Value {
            const Values wanted = items_of(arguments[0]);
            return std::all_of(wanted.begin(), wanted.end(), [&](const Value& item) {
                return find_in(list, item, work).has_value();
            });
        }},
    Method<List>{
        "indexOf",
        1,
        [](List& list, const Values& arguments, Work& work) -> Value {
            const auto place = find_in(list, arguments[0], work);
            return place ? count_of(*place) : std::int64_t{-1};
        }},
    Method<List>{
        "remove",
        1,
        [](List& list, const Values& arguments, Work& work) -> Value {
            return remove_from(list, arguments[0], work);
        }},
    Method<List>{
        "clear",
        0,
        [](List& list, const Values&, Work&) -> Value {
            list.items.clear();
            return {};
        }},
    Method<List>{"subList", 2, sublist},
    Method<List>{
        "join",
        1,
        [](List& list, const Values& arguments, Work& work) -> Value {
            return join(list, text_of(arguments[0], work), work);
        }},
    Method<List>{"iterator", 0, [](List& list, const Values&, Work&) -> Value { return &list; }},
    Method<List>{"toArray", 0, [](List& list, const Values&, Work&) -> Value { return &list; }},
};

Value entry_set(Map& map, const Values&, Work& work) {
    List* entries = work.list();
    for (const auto& [key, value] : map.entries) {
        Map* entry = work.map();
        entry->is_entry = true;
        work.put(*entry, "key", work.text(key));
        work.put(*entry, "value", value);
        work.add(*entries, entry);
    }
    return entries;
}

Value key_set(Map& map, const Values&, Work& work) {
    List* keys = work.list();
    for (const auto& [key, value] : map.entries) {
        work.add(*keys, work.text(key));
    }
    return keys;
}

Value values_of(Map& map, const Values&, Work& work) {
    List* values = work.list();
    for (const auto& [key, value] : map.entries) {
        work.add(*values, value);
    }
    return values;
}

Value member(Map& map, std::string_view key) {
    const Value* found = map.find(key);
    return found == nullptr ? Value() : *found;
}

Value put_member(Map& map, const Values& arguments, Work& work) {
    const std::string key = text_of(arguments[0], work);
    const Value former = member(map, key);
    work.put(map, key, arguments[1]);
    return former;
}

const std::array map_methods{
    Method<Map>{
        "size",
        0,
        [](Map& map, const Values&, Work&) -> Value { return count_of(map.entries.size()); }},
    Method<Map>{
        "isEmpty", 0, [](Map& map, const Values&, Work&) -> Value { return map.entries.empty(); }},
    Method<Map>{
        "get",
        1,
        [](Map& map, const Values& arguments, Work& work) -> Value {
            return member(map, text_of(arguments[0], work));
        }},
    Method<Map>{
        "getOrDefault",
        2,
        [](Map& map, const Values& arguments, Work& work) -> Value {
            const Value* found = map.find(text_of(arguments[0], work));
            return found == nullptr ? arguments[1] : *found;
        }},
    Method<Map>{"put", 2, put_member},
    Method<Map>{
        "putAll",
        1,
        [](Map& map, const Values& arguments, Work& work) -> Value {
            if (Map* const* other = std::get_if<Map*>(&arguments[0]);
                other != nullptr && *other != &map) {
                for (const auto& [key, value] : (*other)->entries) {
                    work.put(map, key, value);
                }
            }
            return {};
        }},
    Method<Map>{
        "putIfAbsent",
        2,
        [](Map& map, const Values& arguments, Work& work) -> Value {
            const std::string key = text_of(arguments[0], work);
            return map.find(key) != nullptr ? member(map, key) : put_member(map, arguments, work);
        }},
    Method<Map>{
        "containsKey",
        1,
        [](Map& map, const Values& arguments, Work& work) -> Value {
            return map.find(text_of(arguments[0], work)) != nullptr;
        }},
    Method<Map>{
        "containsValue",
        1,
        [](Map& map, const Values& arguments, Work& work) -> Value {
            return std::any_of(map.entries.begin(), map.entries.end(), [&](const auto& entry) {
                return work.step() && is_equal(entry.second, arguments[0], work);
            });
        }},
    Method<Map>{"keySet", 0, key_set},
    Method<Map>{"values", 0, values_of},
    Method<Map>{"entrySet", 0, entry_set},
    Method<Map>{
        "remove",
        1,
        [](Map& map, const Values& arguments, Work& work) -> Value {
            const std::string key = text_of(arguments[0], work);
            const Value former = member(map, key);
            work.step(map.entries.size() / 16);
            map.remove(key);
            return former;
        }},
    Method<Map>{
        "clear",
        0,
        [](Map& map, const Values&, Work&) -> Value {
            map = Map();
            return {};
        }},
    Method<Map>{
        "getKey",
        0,
        [](Map& map, const Values&, Work&) -> Value {
            return map.is_entry ? member(map, "key") : Value();
        }},
    Method<Map>{
        "getValue",
        0,
        [](Map& map, const Values&, Work&) -> Value {
            return map.is_entry ? member(map, "value") : Value();
        }},
};

template <class Receiver, class Table>
Value call_row(
    const Table& table,
    Receiver& receiver,
    std::string_view name,
    const Values& arguments,
    Work& work) {
    for (const auto& method : table) {
        if (method.name == name && method.arguments == arguments.size()) {
            return method.call(receiver, arguments, work);
        }
    }
    return call_object(&receiver, name, arguments, work);
}

} // namespace

Value call_list(List& list, std::string_view name, const Values& arguments, Work& work) {
    return call_row(list_methods, list, name, arguments, work);
}

Value call_map(Map& map, std::string_view name, const Values& arguments, Work& work) {
    return call_row(map_methods, map, name, arguments, work);
}

Value call_object(const Value& value, std::string_view name, const Values& arguments, Work& work) {
    if (name == "equals" && arguments.size() == 1) {
        return value.index() == arguments[0].index() && is_equal(value, arguments[0], work);
    }
    if (name == "toString" && arguments.empty()) {
        return work.text(text_of(value, work));
    }
    return {};
}

Value call_method(const Value& value, std::string_view name, const Values& arguments, Work& work) {
    if (const std::string* text = as_text(value)) {
        return call_text(*text, name, arguments, work);
    }
    if (List* const* list = std::get_if<List*>(&value)) {
        return call_list(**list, name, arguments, work);
    }
    if (Map* const* map = std::get_if<Map*>(&value)) {
        return call_map(**map, name, arguments, work);
    }
    if (Host* const* host = std::get_if<Host*>(&value)) {
        return (*host)->call(name, arguments, work);
    }
    if (is_number(value)) {
        return call_number(value, name, arguments, work);
    }
    return call_object(value, name, arguments, work);
}

Value property_of(const Value& value, std::string_view name, Work& work) {
    if (Map* const* map = std::get_if<Map*>(&value)) {
        return member(**map, name);
    }
    if (Host* const* host = std::get_if<Host*>(&value)) {
        return (*host)->property(name, work);
    }
    // Velocity looks for getName() and isName(); of the classes here only isEmpty() is one, and
    // length() of arrays.
    if (name == "empty") {
        return call_method(value, "isEmpty", {}, work);
    }
    return {};
}

} // namespace samara::vtl
