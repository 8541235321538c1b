#include "vtl/value.h"

#include "vtl/work.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace samara::vtl {

namespace {

void append_text(std::string& text, const Value& value, Work& work);

void append_map(std::string& text, const Map& map, Work& work) {
    if (map.is_entry && map.entries.size() == 2) {
        append_text(text, map.entries[0].second, work);
        text += '=';
        append_text(text, map.entries[1].second, work);
        return;
    }
    std::string_view separator = "{";
    for (const auto& [key, item] : map.entries) {
        text.append(separator).append(key).append("=");
        append_text(text, item, work);
        separator = ", ";
    }
    text += map.entries.empty() ? "{}" : "}";
}

/// A list may hold itself: the depth is bounded, and the steps are for what is shared many times.
void append_text(std::string& text, const Value& value, Work& work) {
    const Work::Depth depth(work);
    if (!work.step(1 + text.size() / 65536)) {
        return;
    }
    if (const std::string* content = as_text(value)) {
        text += *content;
    } else if (const bool* boolean = std::get_if<bool>(&value)) {
        text += *boolean ? "true" : "false";
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        text += std::to_string(*integer);
    } else if (const double* number = std::get_if<double>(&value)) {
        text += double_text(*number);
    } else if (List* const* list = std::get_if<List*>(&value)) {
        std::string_view separator = "[";
        for (const Value& item : (*list)->items) {
            text += separator;
            append_text(text, item, work);
            separator = ", ";
        }
        text += (*list)->items.empty() ? "[]" : "]";
    } else if (Map* const* map = std::get_if<Map*>(&value)) {
        append_map(text, **map, work);
    } else if (is_null(value)) {
        text += "null";
    }
    if (text.size() > work.limits().bytes) {
        work.fail("the text of a value grows beyond the limit");
        text.clear();
    }
}

} // namespace

const Value* Map::find(std::string_view key) const {
    const auto found = index_.find(std::string(key));
    return found == index_.end() ? nullptr : &entries[found->second].second;
}

void Map::put(std::string key, Value value) {
    const auto [place, added] = index_.try_emplace(key, entries.size());
    if (added) {
        entries.emplace_back(std::move(key), value);
    } else {
        entries[place->second].second = value;
    }
}

bool Map::remove(std::string_view key) {
    const auto found = index_.find(std::string(key));
    if (found == index_.end()) {
        return false;
    }
    const std::size_t place = found->second;
    index_.erase(found);
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(place));
    for (auto& [name, position] : index_) {
        position -= position > place ? 1 : 0;
    }
    return true;
}

const std::string* as_text(const Value& value) {
    const auto* text = std::get_if<const std::string*>(&value);
    return text == nullptr ? nullptr : *text;
}

bool is_true(const Value& value) {
    const bool* boolean = std::get_if<bool>(&value);
    return boolean != nullptr ? *boolean : !is_null(value);
}

bool is_number(const Value& value) {
    return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

double number_of(const Value& value) {
    const double* number = std::get_if<double>(&value);
    if (number != nullptr) {
        return *number;
    }
    const auto* integer = std::get_if<std::int64_t>(&value);
    return integer == nullptr ? 0 : static_cast<double>(*integer);
}

std::string text_of(const Value& value, Work& work) {
    std::string text;
    append_text(text, value, work);
    return text;
}

std::string double_text(double number) {
    if (std::isnan(number)) {
        return "NaN";
    }
    if (std::isinf(number)) {
        return number < 0 ? "-Infinity" : "Infinity";
    }
    const double size = std::abs(number);
    if (size == 0 || (size >= 1e-3 && size < 1e7)) {
        std::string text = fmt::format("{}", number);
        return text.find('.') == std::string::npos ? text + ".0" : text;
    }
    // The shortest digits that read back: "1.5e+20" is Java's "1.5E20".
    std::string text = fmt::format("{:e}", number);
    for (int digits = 0; digits < 17; ++digits) {
        text = fmt::format("{:.{}e}", number, digits);
        double read = 0; // std::stod refuses what is too near to zero to have all its digits
        std::from_chars(text.data(), text.data() + text.size(), read);
        if (read == number) {
            break;
        }
    }
    const std::size_t e = text.find('e');
    std::string mantissa = text.substr(0, e);
    if (mantissa.find('.') == std::string::npos) {
        mantissa += ".0";
    }
    return fmt::format("{}E{}", mantissa, std::stoi(text.substr(e + 1)));
}

Value from_data(const data::Value& tree, Work& work) {
    const Work::Depth depth(work);
    if (work.failed()) {
        return {};
    }
    switch (tree.kind()) {
    case data::Value::Kind::null:
        return {};
    case data::Value::Kind::boolean:
        return *tree.as_boolean();
    case data::Value::Kind::integer:
        return *tree.as_integer();
    case data::Value::Kind::number:
        return *tree.as_number();
    case data::Value::Kind::string:
        return work.text(*tree.as_string());
    case data::Value::Kind::list: {
        List* list = work.list();
        for (const data::Value& item : *tree.as_list()) {
            work.add(*list, from_data(item, work));
        }
        return list;
    }
    case data::Value::Kind::map: {
        Map* map = work.map();
        for (const data::Entry& entry : *tree.as_map()) {
            work.put(*map, entry.key, from_data(entry.value, work));
        }
        return map;
    }
    }
    return {};
}

data::Value to_data(const Value& value, Work& work) {
    const Work::Depth depth(work);
    if (!work.step()) {
        return {};
    }
    if (const std::string* text = as_text(value)) {
        return *text;
    }
    if (const bool* boolean = std::get_if<bool>(&value)) {
        return *boolean;
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return *integer;
    }
    if (const double* number = std::get_if<double>(&value)) {
        return *number;
    }
    if (List* const* list = std::get_if<List*>(&value)) {
        data::List items;
        for (const Value& item : (*list)->items) {
            items.push_back(to_data(item, work));
        }
        return items;
    }
    if (Map* const* map = std::get_if<Map*>(&value)) {
        data::Map members;
        for (const auto& [key, item] : (*map)->entries) {
            members.set(key, to_data(item, work));
        }
        return members;
    }
    return {};
}

} // namespace samara::vtl
