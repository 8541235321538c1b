#include "intrinsics/evaluator.h"

#include "base/strings.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace samara::intrinsics {

using data::Entry;
using data::List;
using data::Map;
using data::Value;

Resolver::Evaluator::Evaluator(
    const model::Sections& sections,
    std::map<std::string, Value> parameters,
    PseudoParameters pseudo)
    : sections_(sections), parameters_(std::move(parameters)), pseudo_(std::move(pseudo)) {}

// A map with one member that is called as a function is that function's call.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
const Resolver::Evaluator::Row* Resolver::Evaluator::find_function(const Value& value) {
    static constexpr std::array<Row, 20> functions{{
        {"Ref", &Evaluator::ref},
        {"Condition", &Evaluator::condition_reference},
        {"Fn::GetAtt", &Evaluator::get_att},
        {"Fn::Sub", &Evaluator::sub},
        {"Fn::Join", &Evaluator::join},
        {"Fn::Select", &Evaluator::select},
        {"Fn::Split", &Evaluator::split},
        {"Fn::If", &Evaluator::if_},
        {"Fn::And", &Evaluator::and_},
        {"Fn::Or", &Evaluator::or_},
        {"Fn::Not", &Evaluator::not_},
        {"Fn::Equals", &Evaluator::equals},
        {"Fn::FindInMap", &Evaluator::find_in_map},
        {"Fn::Base64", &Evaluator::base64},
        {"Fn::Cidr", &Evaluator::cidr},
        {"Fn::GetAZs", &Evaluator::get_azs},
        {"Fn::ImportValue", &Evaluator::import_value},
        {"Fn::Length", &Evaluator::length},
        {"Fn::ToJsonString", &Evaluator::to_json_string},
        {"Fn::Transform", &Evaluator::transform},
    }};
    const Map* map = value.as_map();
    if (map == nullptr || map->size() != 1) {
        return nullptr;
    }
    const std::string& name = map->begin()->key;
    // {"Condition": {...}} is a part of an IAM statement, {"Condition": "Name"} a reference.
    if (name == "Condition" && !map->begin()->value.is_string()) {
        return nullptr;
    }
    const auto* const row =
        std::find_if(functions.begin(), functions.end(), [&](const Row& candidate) {
            return candidate.name == name;
        });
    return row == functions.end() ? nullptr : row;
}

// What cannot be known is not known in part: a text with a hole in it would pass for the text.
std::optional<Value> Resolver::Evaluator::call(const Row& function, const Value& value) {
    const std::size_t before = failures_;
    ++calls_;
    std::optional<Value> result = (this->*function.function)(value.as_map()->begin()->value);
    --calls_;
    if (failures_ != before) {
        return calls_ == 0 && unknown_ == Unknown::as_written ? std::optional(value) : std::nullopt;
    }
    if (result && !result->where().known()) {
        result->set_where(value.where());
    }
    return result;
}

std::optional<Value> Resolver::Evaluator::evaluate_outermost(const Value& value, Unknown unknown) {
    const Unknown former = std::exchange(unknown_, unknown);
    const std::size_t open = std::exchange(calls_, 0);
    std::optional<Value> result = evaluate(value);
    unknown_ = former;
    calls_ = open;
    return result;
}

std::optional<Value> Resolver::Evaluator::evaluate(const Value& value) {
    if (const Row* row = find_function(value)) {
        return call(*row, value);
    }
    if (const List* list = value.as_list()) {
        List items;
        items.reserve(list->size());
        for (const Value& item : *list) {
            if (auto result = evaluate(item)) {
                items.push_back(std::move(*result));
            }
        }
        Value result(std::move(items));
        result.set_where(value.where());
        return result;
    }
    const Map* map = value.as_map();
    if (map == nullptr) {
        return value;
    }
    Map members;
    for (const Entry& entry : *map) {
        if (entry.key.starts_with("Fn::") && map->size() == 1) {
            error(
                fmt::format("intrinsic function {} is not known", entry.key),
                "check its spelling against the CloudFormation reference",
                entry.key_where);
            return calls_ == 0 && unknown_ == Unknown::as_written ? std::optional(value)
                                                                  : std::nullopt;
        }
        if (auto result = evaluate(entry.value)) {
            members.set(Entry(entry.key, std::move(*result), entry.key_where));
        }
    }
    Value result(std::move(members));
    result.set_where(value.where());
    return result;
}

std::optional<List> Resolver::Evaluator::arguments(
    const Value& argument, std::size_t least, std::size_t most, std::string_view usage) {
    const List* list = argument.as_list();
    if (list == nullptr || list->size() < least || list->size() > most) {
        error(fmt::format("the arguments do not fit; write {}", usage), {}, argument.where());
        return std::nullopt;
    }
    List result;
    for (const Value& item : *list) {
        result.push_back(evaluate(item).value_or(Value()));
    }
    return result;
}

Value Resolver::Evaluator::error(
    std::string message, std::string hint, const base::Location& where) {
    ++failures_;
    if (!reported_.insert(fmt::format("{}:{}:{}", where.line, where.column, message)).second) {
        return {};
    }
    base::Diagnostic diagnostic;
    diagnostic.error.message = std::move(message);
    diagnostic.error.hint = std::move(hint);
    diagnostic.error.where = where;
    diagnostics_->push_back(std::move(diagnostic));
    return {};
}

void Resolver::Evaluator::warning(
    std::string message, std::string hint, const base::Location& where) {
    if (!reported_.insert(message).second) {
        return; // once, however often it is used
    }
    base::Diagnostic diagnostic;
    diagnostic.severity = base::Severity::warning;
    diagnostic.error.message = std::move(message);
    diagnostic.error.hint = std::move(hint);
    diagnostic.error.where = where;
    diagnostics_->push_back(std::move(diagnostic));
}

} // namespace samara::intrinsics
