#include "model/properties.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace samara::model {

namespace {

using data::Value;

bool is_scalar(const Value& value) {
    return !value.is_list() && !value.is_map();
}

} // namespace

Properties::Properties(std::string logical_id, const Value& resource)
    : logical_id_(std::move(logical_id)), resource_(resource), map_(resource.find("Properties")),
      errors_(std::make_shared<base::Diagnostics>()) {
    if (map_ != nullptr && !map_->is_map() && !map_->is_null()) {
        wrong_kind(*map_, "", "a map");
        map_ = nullptr;
    }
}

Properties::Properties(const Properties& outer, std::string_view name, const Value& map)
    : logical_id_(outer.logical_id_), prefix_(fmt::format("{}{}.", outer.prefix_, name)),
      resource_(outer.resource_), map_(&map), errors_(outer.errors_) {}

const Value* Properties::find(std::string_view name) const {
    const Value* value = map_ == nullptr ? nullptr : map_->find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Properties::text(std::string_view name) {
    const Value* value = find(name);
    if (value == nullptr) {
        return {};
    }
    if (!is_scalar(*value)) {
        wrong_kind(*value, name, "a string");
        return {};
    }
    return data::scalar_text(*value);
}

std::optional<std::uint32_t> Properties::number(std::string_view name) {
    const Value* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    const std::string digits = is_scalar(*value) ? data::scalar_text(*value) : std::string();
    std::uint32_t number = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (digits.empty() || failure != std::errc{} || end != digits.data() + digits.size()) {
        if (!digits.empty() && digits.find_first_not_of("+-.0123456789Ee") ==
                                   digits.npos) { // one, but not whole or too large
            wrong(
                *value,
                name,
                fmt::format("a whole number up to {}", std::numeric_limits<std::uint32_t>::max()),
                digits);
        } else {
            wrong_kind(*value, name, "a whole number");
        }
        return std::nullopt;
    }
    return number;
}

std::vector<std::string> Properties::texts(std::string_view name) {
    const Value* value = find(name);
    std::vector<std::string> result;
    if (value == nullptr) {
        return result;
    }
    const data::List* list = value->as_list();
    if (list == nullptr) {
        wrong_kind(*value, name, "a list of strings");
        return result;
    }
    for (const Value& item : *list) {
        if (!is_scalar(item)) {
            wrong_kind(item, name, "a list of strings");
        } else {
            result.push_back(data::scalar_text(item));
        }
    }
    return result;
}

std::map<std::string, std::string> Properties::text_map(std::string_view name) {
    const Value* value = find(name);
    std::map<std::string, std::string> result;
    if (value == nullptr) {
        return result;
    }
    const data::Map* map = value->as_map();
    if (map == nullptr) {
        wrong_kind(*value, name, "a map of strings");
        return result;
    }
    for (const data::Entry& entry : *map) {
        if (!is_scalar(entry.value)) {
            wrong_kind(entry.value, fmt::format("{}.{}", name, entry.key), "a string");
        }
        result[entry.key] = is_scalar(entry.value) ? data::scalar_text(entry.value) : "";
    }
    return result;
}

Properties Properties::nested(std::string_view name) {
    static const Value nothing{data::Map{}};
    const Value* value = find(name);
    if (value != nullptr && !value->is_map()) {
        wrong_kind(*value, name, "a map");
        value = nullptr;
    }
    return {*this, name, value == nullptr ? nothing : *value};
}

void Properties::error(
    const Value& at, std::string_view property, std::string message, std::string hint) {
    base::Diagnostic diagnostic;
    diagnostic.error.message = std::move(message);
    diagnostic.error.hint = std::move(hint);
    diagnostic.error.where = at.where().known() ? at.where() : resource_.where();
    diagnostic.error.resource = logical_id_;
    diagnostic.error.property = prefix_ + std::string(property);
    errors_->push_back(std::move(diagnostic));
}

void Properties::missing(std::string_view property, std::string hint) {
    error(
        resource_,
        property,
        fmt::format("'{}' has no {}{}", logical_id_, prefix_, property),
        std::move(hint));
}

void Properties::wrong_kind(
    const Value& value, std::string_view property, std::string_view wanted) {
    wrong(value, property, wanted, data::kind_name(value.kind()));
}

void Properties::wrong(
    const Value& value,
    std::string_view property,
    std::string_view wanted,
    std::string_view found) {
    const std::string path = prefix_ + std::string(property);
    error(
        value,
        property,
        fmt::format(
            "{} of '{}' must be {}, not {}",
            path.empty() ? "Properties" : path,
            logical_id_,
            wanted,
            found));
}

} // namespace samara::model
