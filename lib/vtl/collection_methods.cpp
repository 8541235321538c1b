#include "base/strings.h"
#include "vtl/methods.h"
#include "vtl/operators.h"

#include <algorithm>
#include <array>

/// java.util.Map, and which class has a method.
namespace samara::vtl {

namespace {

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
        [](Map& map, const Values&, Work&) -> Value {
            return static_cast<std::int64_t>(map.entries.size());
        }},
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

/// The member of $foreach behind one of its methods: hasNext(), getIndex(), isFirst().
std::string loop_member(std::string_view method) {
    if (method == "hasNext" || method == "getHasNext") {
        return "hasNext";
    }
    const std::size_t prefix = method.starts_with("get") ? 3 : (method.starts_with("is") ? 2 : 0);
    return prefix == 0 ? std::string() : base::to_lower(method.substr(prefix));
}

} // namespace

Value call_map(Map& map, std::string_view name, const Values& arguments, Work& work) {
    if (map.is_loop && arguments.empty()) {
        if (const std::string known = loop_member(name); !known.empty()) {
            return property_of(&map, known, work);
        }
    }
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
        // The outermost loop is its own topmost one.
        const bool itself = (*map)->is_loop && name == "topmost" && !(*map)->find(name);
        return itself ? value : member(**map, name);
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
