#include "data/accessors.h"

#include <charconv>

namespace samara::data {

std::optional<std::int64_t> whole_number(double number) {
    constexpr double end = 9223372036854775808.0; // 2^63, past which casts are undefined
    if (!(number >= -end && number < end)) {
        return std::nullopt;
    }
    const auto whole = static_cast<std::int64_t>(number);
    return static_cast<double>(whole) == number ? std::optional(whole) : std::nullopt;
}

std::string text_of(const Value& value) {
    if (const double* number = value.as_number(); number != nullptr) {
        if (const auto whole = whole_number(*number)) {
            return std::to_string(*whole) + ".0";
        }
    }
    return scalar_text(value);
}

std::string text_of(const Value* value) {
    return value == nullptr ? std::string() : text_of(*value);
}

std::string text_of(const Value& map, std::string_view key) {
    return text_of(map.find(key));
}

std::string text_of(const Value* map, std::string_view key) {
    return map == nullptr ? std::string() : text_of(map->find(key));
}

bool is_scalar(const Value* value) {
    return value == nullptr || (!value->is_map() && !value->is_list());
}

bool is_true(const Value* value) {
    return value != nullptr &&
           (value->as_boolean() != nullptr ? *value->as_boolean() : value->text() == "true");
}

std::optional<std::int64_t> integer_of(const Value* value) {
    if (value == nullptr || value->is_integer()) {
        return value == nullptr ? std::nullopt : std::optional(*value->as_integer());
    }
    const std::string_view text = value->text();
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional(number)
                                                                           : std::nullopt;
}

const Map& members_of(const Value* value) {
    static const Map none;
    return value != nullptr && value->is_map() ? *value->as_map() : none;
}

std::vector<std::string> texts_of(const Value* value) {
    std::vector<std::string> texts;
    if (value == nullptr || value->is_null() || value->is_map()) {
        return texts;
    }
    if (const List* list = value->as_list()) {
        for (const Value& item : *list) {
            texts.push_back(text_of(item));
        }
        return texts;
    }
    texts.push_back(text_of(*value));
    return texts;
}

} // namespace samara::data
