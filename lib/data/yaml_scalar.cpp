#include "data/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

// The tag repository of YAML 1.1 (yaml.org/type), as SnakeYAML and PyYAML apply it: `y` and `n`
// alone are strings, and a float needs a dot.
namespace samara::data {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 4> null_words{"~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 9> true_words{
    "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"};
constexpr std::array<std::string_view, 9> false_words{
    "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"};

// Digits of `base` with "_" between them; nothing when a character does not belong or it overflows.
std::optional<std::int64_t> digits(std::string_view text, int base) {
    std::string plain;
    std::copy_if(
        text.begin(), text.end(), std::back_inserter(plain), [](char c) { return c != '_'; });
    std::int64_t value = 0;
    const auto [end, error] =
        std::from_chars(plain.data(), plain.data() + plain.size(), value, base);
    if (plain.empty() || plain.front() == '-' || error != std::errc{} ||
        end != plain.data() + plain.size()) {
        return std::nullopt;
    }
    return value;
}

// "190:20:30": each part after the first is below 60.
std::optional<std::int64_t> base60(std::string_view text) {
    std::int64_t value = 0;
    bool first = true;
    while (true) {
        const std::size_t colon = text.find(':');
        const std::string_view part = text.substr(0, colon);
        const auto number = digits(part, 10);
        if (!number || !is_digit(part.front()) || (first && part.front() == '0') ||
            (!first && (part.size() > 2 || *number > 59)) || value > 100'000'000'000) {
            return std::nullopt;
        }
        value = value * 60 + *number;
        if (colon == std::string_view::npos) {
            return first ? std::nullopt : std::optional(value);
        }
        first = false;
        text.remove_prefix(colon + 1);
    }
}

std::optional<std::int64_t> unsigned_integer(std::string_view text) {
    if (text.empty() || !is_digit(text.front())) {
        return std::nullopt;
    }
    if (text == "0") {
        return 0;
    }
    if (text.front() == '0') {
        if (text.starts_with("0b")) {
            return digits(text.substr(2), 2);
        }
        if (text.starts_with("0x")) {
            return digits(text.substr(2), 16);
        }
        return digits(text.substr(1), 8);
    }
    if (text.find(':') != std::string_view::npos) {
        return base60(text);
    }
    return digits(text, 10);
}

// [0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)? or \.[0-9][0-9_]*([eE][-+][0-9]+)?
std::optional<double> unsigned_float(std::string_view text) {
    std::string plain;
    std::size_t i = 0;
    bool any_digit = false;
    const auto take_digits = [&] {
        for (; i < text.size() && (is_digit(text[i]) || text[i] == '_'); ++i) {
            if (text[i] != '_') {
                plain += text[i];
                any_digit = true;
            }
        }
    };
    if (!text.empty() && text.front() == '_') {
        return std::nullopt;
    }
    take_digits();
    if (i >= text.size() || text[i] != '.') {
        return std::nullopt;
    }
    plain += text[i++];
    take_digits();
    if (!any_digit) {
        return std::nullopt;
    }
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        if (i + 2 >= text.size() || (text[i + 1] != '+' && text[i + 1] != '-')) {
            return std::nullopt;
        }
        plain += text.substr(i);
        if (!std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i) + 2, text.end(), is_digit)) {
            return std::nullopt;
        }
        i = text.size();
    }
    if (i != text.size()) {
        return std::nullopt;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    if (error == std::errc::result_out_of_range) {
        return std::nullopt;
    }
    return end == plain.data() + plain.size() ? std::optional(value) : std::nullopt;
}

std::optional<double> special_float(std::string_view unsigned_text) {
    if (is_one_of(unsigned_text, std::array<std::string_view, 3>{".inf", ".Inf", ".INF"})) {
        return std::numeric_limits<double>::infinity();
    }
    return std::nullopt;
}

} // namespace

Value resolve_plain_scalar(std::string_view text) {
    if (text.empty() || is_one_of(text, null_words)) {
        return {};
    }
    if (is_one_of(text, true_words)) {
        return true;
    }
    if (is_one_of(text, false_words)) {
        return false;
    }
    if (is_one_of(text, std::array<std::string_view, 3>{".nan", ".NaN", ".NAN"})) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const bool negative = text.front() == '-';
    const std::string_view magnitude = negative || text.front() == '+' ? text.substr(1) : text;
    if (const auto integer = unsigned_integer(magnitude)) {
        return negative ? -*integer : *integer;
    }
    if (const auto number = unsigned_float(magnitude)) {
        return negative ? -*number : *number;
    }
    if (const auto number = special_float(magnitude)) {
        return negative ? -*number : *number;
    }
    return text;
}

} // namespace samara::data
