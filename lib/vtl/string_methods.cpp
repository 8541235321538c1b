#include "base/strings.h"
#include "vtl/methods.h"
#include "vtl/regex.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <fmt/format.h>

/// java.lang.String.
namespace samara::vtl {

namespace {

/// How many characters there are: Java counts those, not bytes. Eight bytes at a time, since a
/// payload may have ten million of them.
std::int64_t count_characters(std::string_view text) {
    constexpr std::uint64_t lowest_bits = 0x0101010101010101U;
    std::size_t following = 0; // bytes that begin no character
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, sizeof(bytes));
        following +=
            static_cast<std::size_t>(std::popcount((bytes >> 7U) & (~bytes >> 6U) & lowest_bits));
    }
    for (; at < text.size(); ++at) {
        following += (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U ? 1 : 0;
    }
    return static_cast<std::int64_t>(text.size() - following);
}

/// Where the character begins; the end behind the last one.
std::size_t byte_index(std::string_view text, std::int64_t character) {
    constexpr std::size_t stride = 512; // skipped where all of it comes before
    std::size_t at = 0;
    while (at + stride <= text.size()) {
        const std::int64_t count = count_characters(text.substr(at, stride));
        if (count > character) {
            break;
        }
        character -= count;
        at += stride;
    }
    for (; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && character-- <= 0) {
            break;
        }
    }
    return at;
}

/// Characters from `first` up to `last`.
Value part(const std::string& text, std::int64_t first, std::int64_t last, Work& work) {
    const std::int64_t length = count_characters(text);
    if (first < 0 || last > length || first > last) {
        work.fail(
            fmt::format("characters {} to {} are outside of a text of {}", first, last, length));
        return {};
    }
    const std::size_t start = byte_index(text, first);
    const std::string_view rest = std::string_view(text).substr(start);
    return work.text(std::string(rest.substr(0, byte_index(rest, last - first))));
}

/// The place in bytes as Java counts it.
std::int64_t character_index(std::string_view text, std::size_t place) {
    return place == std::string::npos ? -1 : count_characters(text.substr(0, place));
}

/// As std::string::find, in a time that does not depend on what is alike in both.
std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t from) {
    if (from > text.size()) {
        return std::string::npos;
    }
    const void* found =
        ::memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
    return found == nullptr
               ? std::string::npos
               : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
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

/// From the back every place is compared.
Value last_index(Receiver& text, const std::string& wanted, std::size_t from, Work& work) {
    return work.step(text.size() / 32) ? Value(character_index(text, text.rfind(wanted, from)))
                                       : Value();
}

Value replace(Receiver& text, const Values& arguments, Work& work) {
    const std::string from = argument(arguments, 0, work);
    const std::string to = argument(arguments, 1, work);
    if (from.empty()) {
        return &text;
    }
    std::size_t count = 0;
    for (std::size_t at = find_text(text, from, 0); at != std::string::npos;
         at = find_text(text, from, at + from.size())) {
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
    Row{"length", 0, [](Text& text, const Values&, Work&) -> Value { return count_characters(text); }},
    Row{"isEmpty", 0, [](Text& text, const Values&, Work&) -> Value { return text.empty(); }},
    Row{"isBlank", 0, [](Text& text, const Values&, Work&) -> Value { return trimmed(text).empty(); }},
    Row{"trim", 0, [](Text& text, const Values&, Work& work) -> Value { return work.text(trimmed(text)); }},
    Row{"toLowerCase", 0, [](Text& text, const Values&, Work& work) -> Value { return work.text(base::to_lower(text)); }},
    Row{"toUpperCase", 0, [](Text& text, const Values&, Work& work) -> Value { return work.text(base::to_upper(text)); }},
    Row{"toString", 0, [](Text& text, const Values&, Work&) -> Value { return &text; }},
    Row{"substring", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return part(text, integer_in(given, 0, work), count_characters(text), work);
    }},
    Row{"substring", 2, [](Text& text, const Values& given, Work& work) -> Value {
        return part(text, integer_in(given, 0, work), integer_in(given, 1, work), work);
    }},
    Row{"charAt", 1, [](Text& text, const Values& given, Work& work) -> Value {
        const std::int64_t at = integer_in(given, 0, work);
        return part(text, at, at + 1, work);
    }},
    Row{"indexOf", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return character_index(text, find_text(text, argument(given, 0, work), 0));
    }},
    Row{"indexOf", 2, [](Text& text, const Values& given, Work& work) -> Value {
        const std::size_t from = byte_index(text, integer_in(given, 1, work));
        return character_index(text, find_text(text, argument(given, 0, work), from));
    }},
    Row{"lastIndexOf", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return last_index(text, argument(given, 0, work), std::string::npos, work);
    }},
    Row{"lastIndexOf", 2, [](Text& text, const Values& given, Work& work) -> Value {
        const std::int64_t from = integer_in(given, 1, work);
        return from < 0 ? Value(std::int64_t{-1})
                        : last_index(text, argument(given, 0, work), byte_index(text, from), work);
    }},
    Row{"contains", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return find_text(text, argument(given, 0, work), 0) != std::string::npos;
    }},
    Row{"startsWith", 1, [](Text& text, const Values& given, Work& work) -> Value {
        return text.starts_with(argument(given, 0, work));
    }},
    Row{"startsWith", 2, [](Text& text, const Values& given, Work& work) -> Value {
        const std::int64_t from = integer_in(given, 1, work);
        return from >= 0 && from <= count_characters(text) &&
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
    if (!work.step(1 + text.size() / 512)) {
        return {};
    }
    for (const Row& row : rows) {
        if (row.name == name && row.arguments == arguments.size()) {
            return row.call(text, arguments, work);
        }
    }
    return {};
}

} // namespace samara::vtl
