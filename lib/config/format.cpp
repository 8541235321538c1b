#include "config/format.h"

#include "base/strings.h"
#include "data/read.h"
#include "data/write.h"

#include <sstream>

#include <fmt/format.h>

#include <toml++/toml.h>

namespace samara::config {

namespace {

using File = std::shared_ptr<const std::string>;

base::Location place(const toml::source_region& region, const File& file) {
    return {file, region.begin.line, region.begin.column};
}

template <class Node>
std::string rendered(const Node& node) {
    std::ostringstream text;
    text << node;
    return text.str();
}

data::Value convert(const toml::node& node, const File& file) {
    data::Value value;
    if (const toml::table* table = node.as_table()) {
        data::Map map;
        for (const auto& [key, child] : *table) {
            map.set(data::Entry(
                std::string(key.str()), convert(child, file), place(key.source(), file)));
        }
        value = std::move(map);
    } else if (const toml::array* array = node.as_array()) {
        data::List list;
        for (const toml::node& child : *array) {
            list.push_back(convert(child, file));
        }
        value = std::move(list);
    } else if (const auto* text = node.as_string()) {
        value = text->get();
    } else if (const auto* integer = node.as_integer()) {
        value = integer->get();
    } else if (const auto* number = node.as_floating_point()) {
        value = number->get();
    } else if (const auto* boolean = node.as_boolean()) {
        value = boolean->get();
    } else if (const auto* date = node.as_date()) {
        value = rendered(date->get());
    } else if (const auto* time = node.as_time()) {
        value = rendered(time->get());
    } else if (const auto* moment = node.as_date_time()) {
        value = rendered(moment->get());
    }
    value.set_where(place(node.source(), file));
    return value;
}

bool is_bare_key(std::string_view key) {
    constexpr std::string_view bare =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return !key.empty() && key.find_first_not_of(bare) == std::string_view::npos;
}

} // namespace

bool is_format(const std::filesystem::path& path) {
    return format_of(path) != Format::toml || base::to_lower(path.extension().string()) == ".toml";
}

Format format_of(const std::filesystem::path& path) {
    const std::string extension = base::to_lower(path.extension().string());
    if (extension == ".json") {
        return Format::json;
    }
    return extension == ".yaml" || extension == ".yml" ? Format::yaml : Format::toml;
}

base::Result<data::Value> read_toml(std::string_view text, std::string_view file) {
    const auto name = std::make_shared<const std::string>(file);
    try {
        return convert(toml::parse(text, file), name);
    } catch (const toml::parse_error& error) {
        return base::fail(
            fmt::format("invalid TOML: {}", error.description()), {}, place(error.source(), name));
    }
}

base::Result<data::Value> read_settings(std::string_view text, const std::filesystem::path& path) {
    switch (format_of(path)) {
    case Format::json:
        return data::read_json(text, path.string());
    case Format::yaml:
        return data::read_yaml(text, path.string());
    case Format::toml:
        break;
    }
    return read_toml(text, path.string());
}

std::string toml_key(std::string_view key) {
    return is_bare_key(key) ? std::string(key) : toml_value(key);
}

// A JSON text is a TOML basic string but for U+007F, which TOML wants escaped.
std::string toml_value(const data::Value& value) {
    if (const data::List* list = value.as_list()) {
        std::vector<std::string> items;
        for (const data::Value& item : *list) {
            items.push_back(toml_value(item));
        }
        return fmt::format("[{}]", fmt::join(items, ", "));
    }
    if (const data::Map* map = value.as_map()) {
        std::vector<std::string> items;
        for (const data::Entry& entry : *map) {
            items.push_back(toml_key(entry.key) + " = " + toml_value(entry.value));
        }
        return fmt::format("{{{}}}", fmt::join(items, ", "));
    }
    if (value.is_string()) {
        return base::replace_all(data::write_json(value), "\x7F", "\\u007F");
    }
    if (const double* number = value.as_number()) {
        const std::string text = data::scalar_text(value);
        const bool whole = text.find_first_of(".eni") == std::string::npos;
        return whole ? fmt::format("{:.1f}", *number) : text;
    }
    return value.is_null() ? "\"\"" : data::scalar_text(value);
}

} // namespace samara::config
