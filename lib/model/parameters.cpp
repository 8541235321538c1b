#include "model/parameters.h"

#include "base/strings.h"
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
    // "Name=" gives "Name"; a comma ends the name of the long spelling and is left there.
    std::string take_name() {
        const auto end = static_cast<std::size_t>(
            std::find_if_not(rest_.begin(), rest_.end(), is_name_char) - rest_.begin());
        if (end == rest_.size() || (rest_[end] != '=' && rest_[end] != ',')) {
            return {};
        }
        std::string name(rest_.substr(0, end));
        rest_.remove_prefix(rest_[end] == '=' ? end + 1 : end);
        return name;
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
        std::size_t end = 0;
        while (end < rest_.size() && !(rest_[end] == ' ' && starts_pair(rest_.substr(end)))) {
            ++end;
        }
        std::string value(base::trim(rest_.substr(0, end)));
        rest_.remove_prefix(end);
        return value;
    }

    std::string take_quoted(char quote) {
        std::string value;
        std::size_t i = 1;
        for (; i < rest_.size() && rest_[i] != quote; ++i) {
            if (rest_[i] == '\\' && i + 1 < rest_.size()) {
                ++i;
            }
            value += rest_[i];
        }
        rest_.remove_prefix(std::min(i + 1, rest_.size()));
        return value;
    }

    static bool starts_pair(std::string_view text) {
        text = base::trim(text);
        const auto end = static_cast<std::size_t>(
            std::find_if_not(text.begin(), text.end(), is_name_char) - text.begin());
        return text.empty() || (end > 0 && end < text.size() && text[end] == '=');
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
            base::Error error;
            error.message =
                fmt::format("--parameter-overrides: '{}' is not a parameter and its value", token);
            error.hint = "write Key=Value, or ParameterKey=Key,ParameterValue=Value";
            error.kind = base::ErrorKind::usage;
            return base::fail(std::move(error));
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
