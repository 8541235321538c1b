#include "model/parameters.h"

#include "base/strings.h"
#include "base/usage_error.h"
#include "model/parameter_checks.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace samara::model {

namespace {

using data::List;
using data::Value;

bool is_name_char(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

// A backslash keeps a blank or a quote from ending a value; before anything else it is itself, as
// in paths and expressions.
std::string without_escapes(std::string_view text) {
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (text[i] == '\\' && (next == ' ' || next == '"' || next == '\'')) {
            ++i;
        }
        value += text[i];
    }
    return value;
}

// One token of the option: pairs separated by blanks. A value without quotes ends where the next
// pair begins, so that `Name=hello world` keeps its blank.
class OverrideParser {
public:
    explicit OverrideParser(std::string_view text) : rest_(text) {}

    bool parse_into(ParameterOverrides& overrides) {
        while (!(rest_ = base::trim(rest_)).empty()) {
            std::string key = take_name();
            if (key == "ParameterKey") {
                key = take_name();
                if (key.empty() || !take(",ParameterValue=")) {
                    return false;
                }
            }
            if (key.empty()) {
                return false;
            }
            overrides[key] = take_value();
        }
        return true;
    }

private:
    struct Name {
        std::string_view text;
        std::size_t length = 0; // with its quotes
        char next = '\0';       // what stands behind it
    };

    // A name, quoted or not, at the beginning of `text`.
    static Name name_at(std::string_view text) {
        const bool quoted = text.starts_with('"') || text.starts_with('\'');
        const std::size_t begin = quoted ? 1 : 0;
        std::size_t end = begin;
        while (end < text.size() && is_name_char(text[end])) {
            ++end;
        }
        Name name{text.substr(begin, end - begin), end};
        if (quoted && !text.substr(end).starts_with(text.front())) {
            return {};
        }
        name.length += begin;
        name.next = name.length < text.size() ? text[name.length] : '\0';
        return name;
    }

    // "Name=" gives "Name"; a comma ends the name of the long spelling and is left there.
    std::string take_name() {
        const Name name = name_at(rest_);
        if (name.next != '=' && name.next != ',') {
            return {};
        }
        rest_.remove_prefix(name.next == '=' ? name.length + 1 : name.length);
        return std::string(name.text);
    }

    bool take(std::string_view expected) {
        if (!rest_.starts_with(expected)) {
            return false;
        }
        rest_.remove_prefix(expected.size());
        return true;
    }

    std::string take_value() {
        if (!rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'')) {
            return take_quoted(rest_.front());
        }
        const std::size_t end = find_end(
            0, [&](std::size_t i) { return rest_[i] == ' ' && starts_pair(rest_.substr(i)); });
        const std::string_view written = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return without_escapes(base::trim(written));
    }

    std::string take_quoted(char quote) {
        const std::size_t end = find_end(1, [&](std::size_t i) { return rest_[i] == quote; });
        const std::string_view written = rest_.substr(1, end - 1);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return without_escapes(written);
    }

    // The first place from `begin` that is the end and has no backslash before it.
    template <class IsEnd>
    [[nodiscard]] std::size_t find_end(std::size_t begin, const IsEnd& is_end) const {
        std::size_t end = begin;
        while (end < rest_.size() && !is_end(end)) {
            end += rest_[end] == '\\' ? 2 : 1;
        }
        return std::min(end, rest_.size());
    }

    static bool starts_pair(std::string_view text) {
        text = base::trim(text);
        const Name name = name_at(text);
        return text.empty() || (!name.text.empty() && name.next == '=');
    }

    std::string_view rest_;
};

Value typed(std::string_view text, std::string_view type, const base::Location& where) {
    Value value(text);
    if (is_list_type(type)) {
        List items;
        for (const std::string_view item : base::split(text, ',')) {
            items.emplace_back(base::trim(item));
            items.back().set_where(where);
        }
        value = Value(text.empty() ? List{} : std::move(items));
    }
    value.set_where(where);
    return value;
}

} // namespace

base::Result<ParameterOverrides> parse_parameter_overrides(const std::vector<std::string>& tokens) {
    ParameterOverrides overrides;
    for (const std::string& token : tokens) {
        if (!OverrideParser(token).parse_into(overrides)) {
            return base::fail(base::usage_error(
                fmt::format("--parameter-overrides: '{}' is not a parameter and its value", token),
                "write Key=Value, or ParameterKey=Key,ParameterValue=Value"));
        }
    }
    return overrides;
}

std::map<std::string, Value> parameter_values(
    const data::Map& parameters,
    const ParameterOverrides& overrides,
    base::Diagnostics& diagnostics) {
    std::map<std::string, Value> values;
    for (const auto& [name, value] : overrides) {
        if (!parameters.contains(name)) {
            values.emplace(name, value);
        }
    }
    for (const data::Entry& parameter : parameters) {
        const data::Map* declaration = parameter.value.as_map();
        if (declaration == nullptr) {
            check_parameter(parameter, overrides, diagnostics);
            continue;
        }
        const auto given = overrides.find(parameter.key);
        const Value* fallback = declaration->find("Default");
        std::string text;
        if (given != overrides.end()) {
            text = given->second;
        } else if (fallback != nullptr && !fallback->is_map() && !fallback->is_list()) {
            text = data::scalar_text(*fallback);
        } else {
            continue;
        }
        check_parameter(parameter, overrides, diagnostics);
        const Value* type = declaration->find("Type");
        values.emplace(
            parameter.key,
            typed(text, type == nullptr ? std::string_view() : type->text(), parameter.key_where));
    }
    return values;
}

} // namespace samara::model
