#include "transform/checks/template_schema.h"

#include "base/strings.h"
#include "transform/core/expanders.h"
#include "transform/core/property_list.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

Value of_type(std::string_view type) {
    return Map{{"type", type}};
}

Value reference(std::string_view definition) {
    return Map{{"$ref", fmt::format("#/definitions/{}", definition)}};
}

/// The schema of one property from the words of a property list.
Value property_schema(std::string_view words) {
    List kinds{of_type("null")};
    bool literal = false;
    for (const std::string_view word : base::split(words, ' ')) {
        if (word == "any" || word == "passed") { // of another kind: a warning of the transform
            return Map{};
        }
        if (word == "literal") {
            literal = true;
        } else if (word == "map" || word == "sections" || word == "counts" || word == "words") {
            kinds.push_back(of_type("object"));
        } else if (word == "list" || word == "texts") {
            kinds.push_back(of_type("array"));
        } else if (word == "flag") {
            kinds.emplace_back(Map{{"type", List{"boolean", "string"}}});
        } else if (word == "scalar") {
            kinds.emplace_back(Map{{"type", List{"string", "number", "boolean"}}});
        } else if (word == "integer") {
            kinds.emplace_back(Map{{"type", List{"integer", "boolean"}}});
        } else if (word.starts_with('=')) {
            List choices;
            for (const std::string_view choice : base::split(word.substr(1), '|')) {
                choices.emplace_back(choice);
            }
            kinds.emplace_back(Map{{"enum", std::move(choices)}});
        } else if (word != "required" && word != "function") {
            kinds.push_back(of_type(word)); // string, number, boolean
        }
    }
    if (!literal) {
        kinds.push_back(reference("intrinsic"));
    }
    return Map{{"anyOf", std::move(kinds)}};
}

Value properties_schema(const Map& list) {
    Map properties;
    const bool open = list.contains("*"); // other names are a warning
    for (const data::Entry& property : list) {
        if (property.key != "*") {
            properties.set(property.key, property_schema(property.value.text()));
        }
    }
    return Map{
        {"type", List{"object", "null"}},
        {"properties", std::move(properties)},
        {"additionalProperties", open}};
}

/// When `name` is `value`, the schema `then` holds.
Value when(std::string_view name, Value value, Value then) {
    Map condition{{"required", List{name}}};
    condition.set("properties", Map{{std::string(name), Map{{"const", std::move(value)}}}});
    return Map{{"if", std::move(condition)}, {"then", std::move(then)}};
}

Value resource_schema(PropertyLists& lists) {
    List by_type;
    for (const std::string_view type : sam_types()) {
        const std::string name(type.substr(type.rfind(':') + 1));
        if (!lists.has(name)) {
            continue;
        }
        by_type.push_back(when(
            "Type",
            type,
            Map{{"properties", Map{{"Properties", properties_schema(lists.list(name))}}}}));
    }
    const Value text_or_list = Map{{"type", List{"string", "array"}}};
    return Map{
        {"type", "object"},
        {"properties",
         Map{{"Type", of_type("string")},
             {"DependsOn", text_or_list},
             {"Condition", of_type("string")},
             {"Metadata", Map{{"type", List{"object", "null"}}}}}},
        {"required", List{"Type"}},
        {"allOf", std::move(by_type)}};
}

Value section_of(Value member) {
    return Map{
        {"type", "object"},
        {"patternProperties",
         Map{{"^Fn::ForEach::", of_type("array")}, {"^(?!Fn::)", std::move(member)}}}};
}

} // namespace

Value template_schema() {
    PropertyLists lists;
    Map parameter{
        {"type", "object"},
        {"required", List{"Type"}},
        {"properties",
         Map{{"Type", of_type("string")},
             {"AllowedValues", of_type("array")},
             {"AllowedPattern", of_type("string")},
             {"Description", of_type("string")},
             {"NoEcho", Map{{"type", List{"boolean", "string"}}}}}}};
    Map output{{"type", "object"}, {"required", List{"Value"}}};
    Map intrinsic{
        {"type", "object"},
        {"minProperties", 1},
        {"maxProperties", 1},
        {"patternProperties", Map{{"^(Ref|Condition|Fn::.+)$", Map{}}}},
        {"additionalProperties", false}};
    return Map{
        {"$schema", "http://json-schema.org/draft-07/schema#"},
        {"title", "AWS SAM template"},
        {"type", "object"},
        {"required", List{"Resources"}},
        {"properties",
         Map{{"AWSTemplateFormatVersion", of_type("string")},
             {"Description", of_type("string")},
             {"Transform", Map{{"type", List{"string", "array", "object"}}}},
             {"Globals", of_type("object")},
             {"Metadata", of_type("object")},
             {"Rules", of_type("object")},
             {"Parameters", section_of(std::move(parameter))},
             {"Mappings", section_of(of_type("object"))},
             {"Conditions", of_type("object")},
             {"Resources", section_of(resource_schema(lists))},
             {"Outputs", section_of(std::move(output))}}},
        {"definitions", Map{{"intrinsic", std::move(intrinsic)}}}};
}

} // namespace samara::transform
