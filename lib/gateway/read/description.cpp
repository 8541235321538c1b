#include "gateway/read/description.h"

#include "base/strings.h"
#include "data/accessors.h"

#include <cctype>

namespace samara::gateway {

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
    return value == nullptr ? std::string() : data::text_of(*value);
}

const data::Value& resolve(const data::Value& document, const data::Value& value) {
    const std::string reference = data::text_of(value, "$ref");
    if (!reference.starts_with("#/")) {
        return value;
    }
    const data::Value* found = &document;
    for (const std::string_view step : base::split(std::string_view(reference).substr(2), '/')) {
        found = found == nullptr ? nullptr : found->find(step);
    }
    return found == nullptr ? value : *found;
}

} // namespace samara::gateway
