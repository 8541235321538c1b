#include "vtl/methods.h"
#include "vtl/operators.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace samara::vtl {

namespace {

/// Numbers know the static methods of their classes, which is how templates turn texts into
/// numbers: #set($zero = 0) $zero.parseInt("12").
Value parse(std::string_view name, const std::string& text, Work& work) {
    const char* const end = text.data() + text.size();
    if (name == "parseDouble" || name == "parseFloat") {
        double number = 0;
        const auto parsed = std::from_chars(text.data(), end, number);
        if (parsed.ec == std::errc{} && parsed.ptr == end) {
            return number;
        }
    } else {
        std::int64_t number = 0;
        const char* const start = text.data() + (text.starts_with('+') ? 1 : 0);
        const auto parsed = std::from_chars(start, end, number);
        if (parsed.ec == std::errc{} && parsed.ptr == end) {
            return number;
        }
    }
    work.fail(fmt::format("{}: '{}' is no number", name, text.substr(0, 40)));
    return {};
}

std::int64_t truncated(double number) {
    constexpr double largest = 9.2e18;
    return std::isnan(number) ? 0
                              : static_cast<std::int64_t>(std::clamp(number, -largest, largest));
}

} // namespace

Value call_number(const Value& number, std::string_view name, const Values& arguments, Work& work) {
    if (arguments.empty()) {
        if (name == "intValue" || name == "longValue") {
            const auto* integer = std::get_if<std::int64_t>(&number);
            return integer != nullptr ? *integer : truncated(number_of(number));
        }
        if (name == "doubleValue" || name == "floatValue") {
            return number_of(number);
        }
    }
    if (arguments.size() == 1) {
        if (const std::string* text = as_text(arguments[0]);
            text != nullptr && (name.starts_with("parse") || name == "valueOf")) {
            return parse(name, *text, work);
        }
        if (name == "compareTo" && is_number(arguments[0])) {
            const double a = number_of(number);
            const double b = number_of(arguments[0]);
            return std::int64_t{a < b ? -1 : (a > b ? 1 : 0)};
        }
        if (name == "toString") {
            return work.text(text_of(arguments[0], work));
        }
    }
    return call_object(number, name, arguments, work);
}

} // namespace samara::vtl
