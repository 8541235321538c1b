#include "transform/core/parameters.h"

#include "transform/core/intrinsics.h"

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

Parameters::Parameters(
    const Value* parameters,
    const Value* mappings,
    const Options& options,
    std::string_view partition) {
    for (const auto& [name, value] : options.parameter_overrides) {
        values_.set(name, value);
    }
    if (const Map* declared = parameters == nullptr ? nullptr : parameters->as_map()) {
        for (const data::Entry& parameter : *declared) {
            const Value* value = parameter.value.find("Default");
            if (value != nullptr && !value->is_null() && !values_.contains(parameter.key)) {
                values_.set(parameter.key, *value);
            }
        }
    }
    for (const auto& [name, value] :
         {std::pair{"AWS::Region", std::string_view(options.region)},
          std::pair{"AWS::Partition", partition}}) {
        if (!values_.contains(name)) {
            values_.set(name, value);
        }
    }
    mappings_ = mappings == nullptr ? nullptr : mappings->as_map();
}

Value Parameters::resolve(const Value& value) const {
    return resolve(value, true);
}

Value Parameters::resolve_references(const Value& value) const {
    return resolve(value, false);
}

Value Parameters::resolve_below(const Value& value) const {
    return argument_of(value, "Ref") != nullptr ? value : resolve(value, false);
}

Value Parameters::resolve(const Value& value, bool mappings) const {
    if (const List* list = value.as_list()) {
        List out;
        out.reserve(list->size());
        for (const Value& item : *list) {
            out.push_back(resolve(item, mappings));
        }
        Value result(std::move(out));
        result.set_where(value.where());
        return result;
    }
    const Map* map = value.as_map();
    if (map == nullptr) {
        return value;
    }
    if (const Value* name = argument_of(value, "Ref")) {
        const Value* known = find(name->text());
        return known != nullptr ? *known : value;
    }
    Map out;
    for (const data::Entry& entry : *map) {
        out.set(data::Entry(entry.key, resolve(entry.value, mappings), entry.key_where));
    }
    Value result(std::move(out));
    result.set_where(value.where());
    if (Value* argument = result.as_map()->size() == 1 ? result.find("Fn::Sub") : nullptr) {
        List* list = argument->as_list();
        Value* text = list != nullptr && !list->empty() ? &list->front() : argument;
        if (std::string* format = text->as_string()) {
            // A parameter's name means the parameter even where the call has a variable of it.
            *format = substitute(*format);
        }
    } else if (const Value* path = mappings ? argument_of(result, "Fn::FindInMap") : nullptr) {
        if (const Value* found = look_up(*path)) {
            return *found;
        }
    }
    return result;
}

std::string Parameters::substitute(std::string_view text) const {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t open = text.find("${", at);
        const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
        if (close == std::string_view::npos) {
            break;
        }
        const std::string_view name = text.substr(open + 2, close - open - 2);
        const Value* known = find(name);
        out += text.substr(at, open - at);
        out += known != nullptr && !known->is_list() && !known->is_map()
                   ? data::scalar_text(*known)
                   : std::string(text.substr(open, close + 1 - open));
        at = close + 1;
    }
    return out.append(text.substr(at));
}

const Value* Parameters::look_up(const Value& argument) const {
    const List* path = argument.as_list();
    if (mappings_ == nullptr || path == nullptr || path->size() != 3) {
        return nullptr;
    }
    const Value* map = mappings_->find((*path)[0].text());
    const Value* row = map == nullptr ? nullptr : map->find(data::scalar_text((*path)[1]));
    return row == nullptr ? nullptr : row->find(data::scalar_text((*path)[2]));
}

} // namespace samara::transform
