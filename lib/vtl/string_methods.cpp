#include "base/strings.h"
#include "vtl/methods.h"
#include "vtl/regex.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

/// java.lang.String.
namespace samara::vtl {

namespace {

bool is_ascii(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char character) {
        return static_cast<unsigned char>(character) < 0x80;
    });
}

/// Where each character begins, and the end: Java counts characters, not bytes.
std::vector<std::size_t> character_places(const std::string& text) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) {
            places.push_back(i);
        }
    }
    places.push_back(text.size());
    return places;
}

std::int64_t length_of(const std::string& text) {
    return static_cast<std::int64_t>(
        is_ascii(text) ? text.size() : character_places(text).size() - 1);
}

/// Characters from `first` up to `last`.
Value part(const std::string& text, std::int64_t first, std::int64_t last, Work& work) {
    const std::int64_t length = length_of(text);
    if (first < 0 || last > length || first > last) {
        work.fail(
            fmt::format("characters {} to {} are outside of a text of {}", first, last, length));
        return {};
    }
    if (is_ascii(text)) {
        return work.text(
            text.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first)));
    }
    const auto places = character_places(text);
    const std::size_t start = places[static_cast<std::size_t>(first)];
    return work.text(text.substr(start, places[static_cast<std::size_t>(last)] - start));
}

/// The place in bytes as Java counts it.
std::int64_t character_index(const std::string& text, std::size_t place) {
    return place == std::string::npos ? -1 : length_of(text.substr(0, place));
}

std::size_t byte_index(const std::string& text, std::int64_t character) {
    const auto places = character_places(text);
    const auto last = static_cast<std::int64_t>(places.size() - 1);
    return places[static_cast<std::size_t>(std::clamp<std::int64_t>(character, 0, last))];
}

std::int64_t integer_in(const Values& arguments, std::size_t at, Work& work) {
    const auto* integer = std::get_if<std::int64_t>(&arguments[at]);
    if (integer == nullptr) {
        work.fail("a method wants a whole number and gets '" + text_of(arguments[at], work) + "'");
        return 0;
    }
    return *integer;
}

using Receiver = const std::string;

std::string argument(const Values& arguments, std::size_t at, Work& work) {
    return text_of(arguments[at], work);
}

Value replaced_by_pattern(Receiver& text, const Values& arguments, Work& work, bool all) {
    Regex regex(argument(arguments, 0, work), work);
    return work.failed() ? Value() : regex.replace(text, argument(arguments, 1, work), all);
}

Value split(Receiver& text, const Values& arguments, Work& work) {
    Regex regex(argument(arguments, 0, work), work);
    const std::int64_t limit = arguments.size() > 1 ? integer_in(arguments, 1, work) : 0;
    return work.failed() ? Value() : regex.split(text, limit);
}

Value replace(Receiver& text, const Values& arguments, Work& work) {
    const std::string from = argument(arguments, 0, work);
    const std::string to = argument(arguments, 1, work);
    if (from.empty()) {
        return &text;
    }
    std::size_t count = 0;
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + from.size())) {
        ++count;
    }
    // Known before it is made: a short text can become a very long one.
    if (!work.step(count) || count * to.size() > work.limits().bytes) {
        work.fail("the result of a replacement grows beyond the limit");
        return {};
    }
    return work.text(base::replace_all(text, from, to));
}

Value regex_matches(Receiver& text, const Values& arguments, Work& work) {
    Regex regex(argument(arguments, 0, work), work);
    return regex.matches(text);
}

std::string trimmed(const std::string& text) {
    std::size_t first = 0;
    std::size_t last = text.size();
    const auto blank = [&](std::size_t at) { return static_cast<unsigned char>(text[at]) <= ' '; };
    while (first < last && blank(first)) {
        ++first;
    }
    while (last > first && blank(last - 1)) {
        --last;
    }
    return text.substr(first, last - first);
}

using Row = Method<Receiver>;
using Text = Receiver;

// clang-format off
const std::array rows{
    Row{"length", 0, [](Text& text, const Values&, Work&) -> Value { return length_of(text); }},
    Row{"isEmpty", 0, [](Text& text, const Values&, Work&) -> Value { return text.empty(); }},
    Row{"isBlank", 0, [](Text& text, const Values&, Work&) -> Value { return trimmed(text).empty(); }},
    Row{"trim", 0, [](Text& text, const Values&, Work& work) -> Value { return work.text(trimmed(text)); }},
    Row{"toLowerCase", 0, [](Text& text, const Values&, Work& work) -> Value { return work.text(base::to_lower(text)); }},
    Row{"toUpperCase", 0, [](Text& text, const Values&, Work& work) -> Value { return work.text(base::to_upper(text)); }},
    Row{"toString", 0, [](Text& text, const Values&, Work&) -> Value { return &text; }},
    Row{"substring", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return part(text, integer_in(given, 0, work), length_of(text), work);
    }},
    Row{"substring", 2, [](Text& text, const Values& given, Work& work) -> Value {
        return part(text, integer_in(given, 0, work), integer_in(given, 1, work), work);
    }},
    Row{"charAt", 1, [](Text& text, const Values& given, Work& work) -> Value {
        const std::int64_t at = integer_in(given, 0, work);
        return part(text, at, at + 1, work);
    }},
    Row{"indexOf", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return character_index(text, text.find(argument(given, 0, work)));
    }},
    Row{"indexOf", 2, [](Text& text, const Values& given, Work& work) -> Value {
        const std::size_t from = byte_index(text, integer_in(given, 1, work));
        return character_index(text, text.find(argument(given, 0, work), from));
    }},
    Row{"lastIndexOf", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return character_index(text, text.rfind(argument(given, 0, work)));
    }},
    Row{"lastIndexOf", 2, [](Text& text, const Values& given, Work& work) -> Value {
        const std::int64_t from = integer_in(given, 1, work);
        return from < 0 ? std::int64_t{-1}
                        : character_index(text, text.rfind(argument(given, 0, work), byte_index(text, from)));
    }},
    Row{"contains", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return text.find(argument(given, 0, work)) != std::string::npos;
    }},
    Row{"startsWith", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return text.starts_with(argument(given, 0, work));
    }},
    Row{"startsWith", 2, [](Text& text, const Values& given, Work& work) -> Value {
        const std::int64_t from = integer_in(given, 1, work);
        return from >= 0 && from <= length_of(text) &&
               text.substr(byte_index(text, from)).starts_with(argument(given, 0, work));
    }},
    Row{"endsWith", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return text.ends_with(argument(given, 0, work));
    }},
    Row{"equals", 1, [](Text& text, const Values& given, Work&) -> Value {
        return as_text(given[0]) != nullptr && text == *as_text(given[0]);
    }},
    Row{"equalsIgnoreCase", 1, [](Text& text, const Values& given, Work&) -> Value {
        return as_text(given[0]) != nullptr && base::to_lower(text) == base::to_lower(*as_text(given[0]));
    }},
    Row{"compareTo", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return std::int64_t{text.compare(argument(given, 0, work))};
    }},
    Row{"compareToIgnoreCase", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return std::int64_t{base::to_lower(text).compare(base::to_lower(argument(given, 0, work)))};
    }},
    Row{"valueOf", 1, [](Text&, const Values& given, Work& work) -> Value {
        return work.text(argument(given, 0, work)); // a static method, which an object has too
    }},
    Row{"concat", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return work.text(text + argument(given, 0, work));
    }},
    Row{"replace", 2, replace},
    Row{"replaceAll", 2, [](Text& text, const Values& given, Work& work) -> Value {
        return replaced_by_pattern(text, given, work, true);
    }},
    Row{"replaceFirst", 2, [](Text& text, const Values& given, Work& work) -> Value {
        return replaced_by_pattern(text, given, work, false);
    }},
    Row{"matches", 1, regex_matches},
    Row{"split", 1, split},
    Row{"split", 2, split},
};
// clang-format on

} // namespace

Value call_text(
    const std::string& text, std::string_view name, const Values& arguments, Work& work) {
    work.step(1 + text.size() / 4096);
    for (const Row& row : rows) {
        if (row.name == name && row.arguments == arguments.size()) {
            return row.call(text, arguments, work);
        }
    }
    return {};
}

} // namespace samara::vtl
