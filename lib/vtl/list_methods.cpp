#include "vtl/methods.h"
#include "vtl/operators.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

/// java.util.List.
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

/// Only what is in the other list, or only what is not. Whether the list is another one then.
Value keep_items(List& list, const Value& others, bool wanted, Work& work) {
    const List other{items_of(others)};
    const auto kept = std::remove_if(list.items.begin(), list.items.end(), [&](const Value& item) {
        return find_in(other, item, work).has_value() != wanted;
    });
    const bool changed = kept != list.items.end();
    list.items.erase(kept, list.items.end());
    return changed;
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
        "lastIndexOf",
        1,
        [](List& list, const Values& arguments, Work& work) -> Value {
            for (std::size_t i = list.items.size(); i > 0 && work.step(); --i) {
                if (is_equal(list.items[i - 1], arguments[0], work)) {
                    return count_of(i - 1);
                }
            }
            return std::int64_t{-1};
        }},
    Method<List>{
        "removeAll",
        1,
        [](List& list, const Values& arguments, Work& work) -> Value {
            return keep_items(list, arguments[0], false, work);
        }},
    Method<List>{
        "retainAll",
        1,
        [](List& list, const Values& arguments, Work& work) -> Value {
            return keep_items(list, arguments[0], true, work);
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

} // namespace

Value call_list(List& list, std::string_view name, const Values& arguments, Work& work) {
    return call_row(list_methods, list, name, arguments, work);
}

} // namespace samara::vtl
