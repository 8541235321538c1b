#include "transform/core/intrinsics.h"

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

bool is_intrinsic(const Value& value) {
    const Map* map = value.as_map();
    if (map == nullptr || map->size() != 1) {
        return false;
    }
    const std::string& key = map->begin()->key;
    return key == "Ref" || key == "Condition" || key.starts_with("Fn::");
}

const Value* argument_of(const Value& value, std::string_view function) {
    const Map* map = value.as_map();
    return map != nullptr && map->size() == 1 ? map->find(function) : nullptr;
}

bool is_no_value(const Value& value) {
    const Value* name = argument_of(value, "Ref");
    return name != nullptr && name->text() == "AWS::NoValue";
}

std::string_view referenced_id(const Value& value) {
    if (const Value* name = argument_of(value, "Ref")) {
        return name->text();
    }
    const Value* path = argument_of(value, "Fn::GetAtt");
    const List* parts = path == nullptr ? nullptr : path->as_list();
    return parts == nullptr || parts->empty() ? std::string_view{} : parts->front().text();
}

std::optional<If> as_if(const Value& value) {
    const Value* argument = argument_of(value, "Fn::If");
    const List* list = argument == nullptr ? nullptr : argument->as_list();
    if (list == nullptr || list->size() != 3) {
        return std::nullopt;
    }
    return If{(*list)[0], (*list)[1], (*list)[2]};
}

Value make_ref(std::string_view name) {
    return Map{{"Ref", name}};
}

Value make_get_att(std::string_view resource, std::string_view attribute) {
    return Map{{"Fn::GetAtt", List{resource, attribute}}};
}

Value make_sub(std::string text) {
    return Map{{"Fn::Sub", std::move(text)}};
}

Value make_sub(std::string text, Map variables) {
    return Map{{"Fn::Sub", List{std::move(text), std::move(variables)}}};
}

Value make_join(std::string_view separator, List pieces) {
    return Map{{"Fn::Join", List{separator, std::move(pieces)}}};
}

Value make_no_value() {
    return make_ref("AWS::NoValue");
}

Value make_if(std::string_view condition, Value then_value, Value else_value) {
    return Map{{"Fn::If", List{condition, std::move(then_value), std::move(else_value)}}};
}

Value make_conditional(const Value* condition, Value value) {
    if (condition == nullptr || condition->is_null()) {
        return value;
    }
    return Map{{"Fn::If", List{*condition, std::move(value), make_no_value()}}};
}

Value make_condition(std::string_view name) {
    return Map{{"Condition", name}};
}

bool is_boolean_true(const Value* value) {
    return value != nullptr && value->as_boolean() != nullptr && *value->as_boolean();
}

bool is_given(const Value* value) {
    if (value == nullptr) {
        return false;
    }
    switch (value->kind()) {
    case Value::Kind::null:
        return false;
    case Value::Kind::boolean:
        return *value->as_boolean();
    case Value::Kind::integer:
        return *value->as_integer() != 0;
    case Value::Kind::number:
        return *value->as_number() != 0;
    case Value::Kind::string:
        return !value->as_string()->empty();
    case Value::Kind::list:
        return !value->as_list()->empty();
    case Value::Kind::map:
        return !value->as_map()->empty();
    }
    return false;
}

} // namespace samara::transform
