#include "base/hint.h"
#include "base/strings.h"
#include "data/walk.h"
#include "intrinsics/evaluator.h"
#include "intrinsics/resource_values.h"
#include "model/nested_stack.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

// Ref, Fn::GetAtt, Fn::Sub, Fn::ImportValue, Fn::FindInMap: what stands for something elsewhere.
namespace samara::intrinsics {

using data::Entry;
using data::List;
using data::Map;
using data::Value;

namespace {

std::string_view type_of(const Value& resource) {
    const Value* type = resource.find("Type");
    return type == nullptr ? std::string_view() : type->text();
}

} // namespace

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
std::optional<std::string> Resolver::Evaluator::pseudo(std::string_view name) const {
    if (name == "AWS::AccountId") {
        return pseudo_.account_id;
    }
    if (name == "AWS::Region") {
        return pseudo_.region;
    }
    if (name == "AWS::Partition") {
        return pseudo_.partition;
    }
    if (name == "AWS::StackName") {
        return pseudo_.stack_name;
    }
    if (name == "AWS::StackId") {
        return fmt::format(
            "arn:{}:cloudformation:{}:{}:stack/{}/51af3dc0-da77-11e4-872e-1234567db123",
            pseudo_.partition,
            pseudo_.region,
            pseudo_.account_id,
            pseudo_.stack_name);
    }
    if (name == "AWS::URLSuffix") {
        return pseudo_.url_suffix;
    }
    return std::nullopt;
}

std::optional<Value> Resolver::Evaluator::ref(const Value& argument) {
    if (!argument.is_string()) {
        return error(
            fmt::format("Ref takes a name, not {}", data::kind_name(argument.kind())),
            {},
            argument.where());
    }
    return reference(*argument.as_string(), argument.where());
}

std::optional<Value>
Resolver::Evaluator::reference(const std::string& name, const base::Location& where) {
    if (name == "AWS::NoValue") {
        return std::nullopt;
    }
    if (name == "AWS::NotificationARNs") {
        return Value(List{});
    }
    if (auto value = pseudo(name)) {
        return Value(std::move(*value));
    }
    const auto parameter = parameters_.find(name);
    if (parameter != parameters_.end() && sections_.parameters->contains(name)) {
        return parameter->second;
    }
    if (sections_.parameters->contains(name)) {
        warning(
            fmt::format("parameter {} has no value; its name stands in for it", name),
            fmt::format("give --parameter-overrides {}=VALUE or a Default", name),
            where);
        return Value(name);
    }
    if (const Value* resource = sections_.resources->find(name)) {
        const auto values = resource_values(type_of(*resource));
        return Value(
            values && !values->ref.empty() ? expand(values->ref, name, *resource)
                                           : physical_name(name, *resource));
    }
    if (parameter != parameters_.end()) {
        warning(
            fmt::format(
                "parameter {} is given on the command line, but the template has none of that name",
                name),
            "AWS refuses this at deployment; add it to the Parameters section",
            where);
        return parameter->second;
    }
    std::vector<std::string_view> known = data::keys_of(*sections_.resources);
    const std::vector<std::string_view> parameters = data::keys_of(*sections_.parameters);
    known.insert(known.end(), parameters.begin(), parameters.end());
    return error(
        fmt::format("'{}' is neither a resource nor a parameter of this template", name),
        base::did_you_mean(base::nearest(name, known), "define it, or correct the name"),
        where);
}

std::optional<Value> Resolver::Evaluator::get_att(const Value& argument) {
    std::string resource;
    std::string name;
    if (const List* list = argument.as_list(); list != nullptr && list->size() >= 2) {
        resource = list->front().text();
        for (std::size_t i = 1; i < list->size(); ++i) {
            name += (i > 1 ? "." : "") + data::scalar_text(evaluate((*list)[i]).value_or(Value()));
        }
    } else if (const std::string* text = argument.as_string()) {
        const std::size_t dot = text->find('.');
        resource = text->substr(0, dot);
        name = dot == std::string::npos ? std::string() : text->substr(dot + 1);
    }
    if (resource.empty() || name.empty()) {
        return error(
            "Fn::GetAtt takes a resource and an attribute",
            "write !GetAtt Resource.Attribute",
            argument.where());
    }
    return attribute(resource, name, argument.where());
}

std::optional<Value> Resolver::Evaluator::attribute(
    std::string_view logical_id, std::string_view name, const base::Location& where) {
    const Value* resource = sections_.resources->find(logical_id);
    if (resource == nullptr) {
        return error(
            fmt::format("Fn::GetAtt: '{}' is not a resource of this template", logical_id),
            base::did_you_mean(
                base::nearest(logical_id, data::keys_of(*sections_.resources)),
                "define it, or correct the name"),
            where);
    }
    const std::string_view type = type_of(*resource);
    constexpr std::string_view outputs = "Outputs.";
    if (stack_outputs_ && model::is_nested_stack(type) && name.starts_with(outputs)) {
        if (auto value = stack_outputs_(logical_id, name.substr(outputs.size()), *diagnostics_)) {
            return value;
        }
    }
    if (name == "FunctionUrl") {
        if (const auto served = function_urls_.find(std::string(logical_id));
            served != function_urls_.end()) {
            return Value(served->second);
        }
    }
    if (const auto values = resource_values(type)) {
        const auto found = values->attributes.find(name);
        if (found != values->attributes.end()) {
            return Value(expand(found->second, logical_id, *resource));
        }
    }
    std::string stand_in = fmt::format("{}.{}", logical_id, name);
    warning(
        fmt::format(
            "{} of {} ({}) is known only after a deployment; '{}' stands in for it",
            name,
            logical_id,
            type,
            stand_in),
        "override the variable that uses it with --env-vars where the value matters",
        where);
    return Value(std::move(stand_in));
}

// The name property of the resource when the template gives one, else the logical id.
std::string Resolver::Evaluator::physical_name(std::string_view logical_id, const Value& resource) {
    const auto values = resource_values(type_of(resource));
    const Value* properties = resource.find("Properties");
    std::string by_id = pseudo_.name_prefix + std::string(logical_id);
    if (!values || values->name_property.empty() || properties == nullptr) {
        return by_id;
    }
    const Value* name = properties->find(values->name_property);
    if (name == nullptr) {
        return by_id;
    }
    const std::size_t before = failures_;
    const Value resolved = evaluate(*name).value_or(Value());
    failures_ = before; // the resource is there, whatever its name
    std::string text = data::scalar_text(resolved);
    return text.empty() ? by_id : text;
}

// Patterns of the table: ${LogicalId}, ${Name} and the pseudo parameters.
std::string Resolver::Evaluator::expand(
    std::string_view pattern, std::string_view logical_id, const Value& resource) {
    std::string result;
    while (true) {
        const std::size_t open = pattern.find("${");
        result += pattern.substr(0, open);
        if (open == std::string_view::npos) {
            return result;
        }
        const std::size_t close = pattern.find('}', open);
        const std::string_view name = pattern.substr(open + 2, close - open - 2);
        if (name == "LogicalId") {
            result += pseudo_.name_prefix;
            result += logical_id;
        } else if (name == "Name") {
            result += physical_name(logical_id, resource);
        } else {
            result += pseudo(name).value_or(std::string());
        }
        pattern.remove_prefix(close + 1);
    }
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-sub.html
std::optional<Value> Resolver::Evaluator::sub(const Value& argument) {
    const List* list = argument.as_list();
    const Value& text = list != nullptr && !list->empty() ? list->front() : argument;
    const Map* variables = list != nullptr && list->size() == 2 ? (*list)[1].as_map() : nullptr;
    if (!text.is_string() || (list != nullptr && variables == nullptr)) {
        return error(
            "Fn::Sub takes a text, or a list of a text and a map of variables",
            {},
            argument.where());
    }
    std::string_view rest = text.text();
    std::string result;
    while (true) {
        const std::size_t open = rest.find("${");
        const std::size_t close = open == std::string_view::npos ? open : rest.find('}', open);
        if (close == std::string_view::npos) {
            return Value(result.append(rest));
        }
        result += rest.substr(0, open);
        const std::string_view name = base::trim(rest.substr(open + 2, close - open - 2));
        rest.remove_prefix(close + 1);
        if (name.starts_with('!')) { // ${!Literal} is the text ${Literal}
            result += fmt::format("${{{}}}", name.substr(1));
            continue;
        }
        std::optional<Value> value;
        const std::size_t dot = name.find('.');
        if (const Value* variable = variables == nullptr ? nullptr : variables->find(name)) {
            value = evaluate(*variable);
        } else if (dot != std::string_view::npos) {
            value = attribute(name.substr(0, dot), name.substr(dot + 1), text.where());
        } else {
            value = reference(std::string(name), text.where());
        }
        if (value && (value->is_list() || value->is_map())) {
            error(
                fmt::format(
                    "Fn::Sub: ${{{}}} is {}, not a text", name, data::kind_name(value->kind())),
                {},
                text.where());
        } else if (value) {
            result += data::scalar_text(*value);
        }
    }
}

std::optional<Value> Resolver::Evaluator::import_value(const Value& argument) {
    const std::string name = data::scalar_text(evaluate(argument).value_or(Value()));
    warning(
        fmt::format(
            "the export '{}' of another stack is not known locally; its name stands in for it",
            name),
        "override the variable that uses it with --env-vars where the value matters",
        argument.where());
    return Value(name);
}

// [map, top-level key, second-level key] and, with the language extensions, {DefaultValue: ...}.
std::optional<Value> Resolver::Evaluator::find_in_map(const Value& argument) {
    const auto items = arguments(argument, 3, 4, "!FindInMap [Map, TopLevelKey, SecondLevelKey]");
    if (!items) {
        return Value();
    }
    const std::array<std::string, 3> keys{
        data::scalar_text((*items)[0]),
        data::scalar_text((*items)[1]),
        data::scalar_text((*items)[2])};
    const Map* level = sections_.mappings;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Value* found = level->find(keys[i]);
        if (found != nullptr && i == 2) {
            return branch(*found);
        }
        if (found == nullptr || !found->is_map()) {
            if (const Value* fallback =
                    items->size() == 4 ? (*items)[3].find("DefaultValue") : nullptr) {
                return *fallback;
            }
            return error(
                fmt::format(
                    "Fn::FindInMap: {} has no key '{}'",
                    i == 0 ? "Mappings" : keys[i - 1],
                    keys[i]),
                base::did_you_mean(
                    base::nearest(keys[i], data::keys_of(*level)),
                    "add it to the Mappings section"),
                argument.where());
        }
        level = found->as_map();
    }
    return Value();
}

std::optional<Value> Resolver::Evaluator::transform(const Value& argument) {
    const Value* name = argument.find("Name");
    const Value* parameters = argument.find("Parameters");
    const Value* location = parameters == nullptr ? nullptr : parameters->find("Location");
    if (name != nullptr && name->text() == "AWS::Include" && location != nullptr &&
        location->is_string() && location->text().find("://") == std::string_view::npos) {
        ++failures_; // whoever put the files of the template in their place has told of this one
        return Value();
    }
    return error(
        fmt::format(
            "Fn::Transform {} cannot be evaluated locally", name == nullptr ? "" : name->text()),
        "AWS::Include works locally when its Location is a file beside the template",
        argument.where());
}

} // namespace samara::intrinsics
