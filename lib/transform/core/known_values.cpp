#include "transform/core/known_values.h"

#include "base/strings.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <charconv>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// Conditions that name each other in a circle are no deeper than this either.
constexpr std::size_t deepest_condition = 50;

/// A boolean, a number or a text.
bool has_text(const Value& value) {
    return !value.is_list() && !value.is_map() && !value.is_null();
}

class Evaluator {
public:
    Evaluator(const Parameters& parameters, const Map* conditions)
        : parameters_(parameters), conditions_(conditions) {}

    Value value(const Value& given) {
        Value out = evaluated(given);
        out.set_where(given.where());
        return out;
    }

    std::optional<bool> named(std::string_view name) {
        const Value* condition = conditions_ == nullptr ? nullptr : conditions_->find(name);
        if (condition == nullptr || depth_ >= deepest_condition) {
            return std::nullopt;
        }
        ++depth_;
        const auto result = holds(*condition);
        --depth_;
        return result;
    }

private:
    Value evaluated(const Value& given) {
        if (const List* list = given.as_list()) {
            List out;
            for (const Value& item : *list) {
                out.push_back(value(item));
            }
            return out;
        }
        if (!given.is_map()) {
            return given;
        }
        if (const auto choice = as_if(given); choice && choice->condition.is_string()) {
            if (const auto taken = named(choice->condition.text())) {
                return value(*taken ? choice->then_value : choice->else_value);
            }
        }
        if (argument_of(given, "Ref") != nullptr) {
            return parameters_.resolve(given);
        }
        Map out;
        for (const data::Entry& entry : *given.as_map()) {
            out.set(data::Entry(entry.key, value(entry.value), entry.key_where));
        }
        const Value inner(std::move(out));
        if (const Value* argument = argument_of(inner, "Fn::Join")) {
            return join(*argument).value_or(inner);
        }
        if (const Value* argument = argument_of(inner, "Fn::Split")) {
            return split(*argument).value_or(inner);
        }
        if (const Value* argument = argument_of(inner, "Fn::Select")) {
            return select(*argument).value_or(inner);
        }
        return known_text(parameters_.resolve(inner));
    }

    /// A Fn::Sub in which nothing is left to substitute is its text.
    static Value known_text(Value value) {
        const Value* text = argument_of(value, "Fn::Sub");
        const bool known = text != nullptr && text->is_string() &&
                           text->text().find("${") == std::string_view::npos;
        return known ? Value(*text) : value;
    }

    static const List* arguments(const Value& argument) {
        const List* list = argument.as_list();
        return list != nullptr && list->size() == 2 ? list : nullptr;
    }

    static std::optional<Value> join(const Value& argument) {
        const List* both = arguments(argument);
        const List* pieces = both == nullptr ? nullptr : (*both)[1].as_list();
        if (pieces == nullptr || !(*both)[0].is_string() ||
            !std::all_of(pieces->begin(), pieces->end(), has_text)) {
            return std::nullopt;
        }
        std::vector<std::string> texts;
        for (const Value& piece : *pieces) {
            texts.push_back(data::scalar_text(piece));
        }
        return Value(base::join(texts, (*both)[0].text()));
    }

    static std::optional<Value> split(const Value& argument) {
        const List* both = arguments(argument);
        if (both == nullptr || !(*both)[0].is_string() || !(*both)[1].is_string() ||
            (*both)[0].text().empty()) {
            return std::nullopt;
        }
        const std::string_view separator = (*both)[0].text();
        std::string_view rest = (*both)[1].text();
        List out;
        for (std::size_t at = rest.find(separator); at != std::string_view::npos;
             at = rest.find(separator)) {
            out.emplace_back(rest.substr(0, at));
            rest.remove_prefix(at + separator.size());
        }
        out.emplace_back(rest);
        return Value(std::move(out));
    }

    static std::optional<Value> select(const Value& argument) {
        const List* both = arguments(argument);
        const List* items = both == nullptr ? nullptr : (*both)[1].as_list();
        if (items == nullptr) {
            return std::nullopt;
        }
        const std::string text = data::scalar_text((*both)[0]);
        std::size_t index = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), index);
        if (failed != std::errc() || end != text.data() + text.size() || index >= items->size()) {
            return std::nullopt;
        }
        return (*items)[index];
    }

    std::optional<bool> holds(const Value& condition) {
        if (const Value* name = argument_of(condition, "Condition")) {
            return named(name->text());
        }
        if (const Value* pair = argument_of(condition, "Fn::Equals")) {
            return equals(*pair);
        }
        for (const auto& [function, decides] :
             {std::pair{"Fn::And", false}, std::pair{"Fn::Or", true}}) {
            if (const Value* parts = argument_of(condition, function)) {
                return any_of(*parts, decides);
            }
        }
        const Value* inner = argument_of(condition, "Fn::Not");
        const List* only = inner == nullptr ? nullptr : inner->as_list();
        if (only == nullptr || only->size() != 1) {
            return std::nullopt;
        }
        const auto result = holds(only->front());
        return result ? std::optional(!*result) : std::nullopt;
    }

    std::optional<bool> equals(const Value& pair) {
        const List* both = arguments(pair);
        if (both == nullptr) {
            return std::nullopt;
        }
        const Value one = value((*both)[0]);
        const Value other = value((*both)[1]);
        if (!has_text(one) || !has_text(other)) {
            return std::nullopt;
        }
        return data::scalar_text(one) == data::scalar_text(other);
    }

    /// Fn::Or when `decides` is true, Fn::And when it is false: one part of that value decides.
    std::optional<bool> any_of(const Value& parts, bool decides) {
        const List* list = parts.as_list();
        if (list == nullptr) {
            return std::nullopt;
        }
        bool known = true;
        for (const Value& part : *list) {
            const auto result = holds(part);
            if (result == decides) {
                return decides;
            }
            known = known && result.has_value();
        }
        return known ? std::optional(!decides) : std::nullopt;
    }

    const Parameters& parameters_;
    const Map* conditions_;
    std::size_t depth_ = 0;
};

} // namespace

Value known_value(const Value& value, const Parameters& parameters, const Map* conditions) {
    return Evaluator(parameters, conditions).value(value);
}

std::optional<bool>
known_condition(std::string_view name, const Parameters& parameters, const Map* conditions) {
    return Evaluator(parameters, conditions).named(name);
}

} // namespace samara::transform
