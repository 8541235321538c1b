#include "gateway/read_text.h"

#include "base/strings.h"

#include <cctype>
#include <charconv>

namespace samara::gateway {

namespace {

/// Payload format versions are written as numbers too: 2.0 has to stay "2.0".
std::string scalar(const data::Value& value) {
    if (const double* number = value.as_number(); number != nullptr) {
        const auto whole = static_cast<std::int64_t>(*number);
        if (static_cast<double>(whole) == *number) {
            return std::to_string(whole) + ".0";
        }
    }
    return data::scalar_text(value);
}

} // namespace

std::string text_of(const data::Value& map, std::string_view key) {
    const data::Value* value = map.find(key);
    return value == nullptr ? std::string() : scalar(*value);
}

const data::Value* either(const data::Value& map, std::string_view small) {
    if (const data::Value* value = map.find(small)) {
        return value;
    }
    std::string capital(small);
    capital[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(capital[0])));
    return map.find(capital);
}

std::string either_text(const data::Value& map, std::string_view small) {
    const data::Value* value = either(map, small);
    return value == nullptr ? std::string() : scalar(*value);
}

bool is_scalar(const data::Value* value) {
    return value == nullptr || (!value->is_map() && !value->is_list());
}

bool is_true(const data::Value* value) {
    return value != nullptr &&
           (value->as_boolean() != nullptr ? *value->as_boolean() : value->text() == "true");
}

std::optional<std::int64_t> integer_of(const data::Value* value) {
    if (value == nullptr || value->is_integer()) {
        return value == nullptr ? std::nullopt : std::optional(*value->as_integer());
    }
    const std::string_view text = value->text();
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional(number)
                                                                           : std::nullopt;
}

const data::Map& members_of(const data::Value* value) {
    static const data::Map none;
    return value != nullptr && value->is_map() ? *value->as_map() : none;
}

const data::Value& resolve(const data::Value& document, const data::Value& value) {
    const std::string reference = text_of(value, "$ref");
    if (!reference.starts_with("#/")) {
        return value;
    }
    const data::Value* found = &document;
    for (const std::string_view step : base::split(std::string_view(reference).substr(2), '/')) {
        found = found == nullptr ? nullptr : found->find(step);
    }
    return found == nullptr ? value : *found;
}

std::vector<std::string> texts_of(const data::Value* value) {
    std::vector<std::string> texts;
    if (value == nullptr || value->is_null() || value->is_map()) {
        return texts;
    }
    if (const data::List* list = value->as_list()) {
        for (const data::Value& item : *list) {
            texts.push_back(scalar(item));
        }
        return texts;
    }
    texts.push_back(scalar(*value));
    return texts;
}

} // namespace samara::gateway
