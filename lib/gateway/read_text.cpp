#include "gateway/read_text.h"

#include <cctype>

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

bool is_true(const data::Value* value) {
    return value != nullptr &&
           (value->as_boolean() != nullptr ? *value->as_boolean() : value->text() == "true");
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
