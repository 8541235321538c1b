#include "unit/transform/variation_support.h"

#include "base/strings.h"
#include "transform/core/property_list.h"

#include <array>

#include <fmt/format.h>

namespace samara::transform::test {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view sam_prefix = "AWS::Serverless::";

Value ref(std::string_view name) {
    return Map{{"Ref", name}};
}

Value either(Value then_value, Value else_value) {
    return Map{{"Fn::If", List{"IsProd", std::move(then_value), std::move(else_value)}}};
}

std::string_view type_of(const Value& resource) {
    const Value* type = resource.find("Type");
    return type == nullptr ? std::string_view{} : type->text();
}

/// The values below `value`, itself included.
void collect(Value& value, std::vector<Value*>& out) {
    out.push_back(&value);
    if (List* list = value.as_list()) {
        for (Value& item : *list) {
            collect(item, out);
        }
    } else if (Map* map = value.as_map()) {
        for (data::Entry& entry : *map) {
            collect(entry.value, out);
        }
    }
}

} // namespace

std::size_t Variation::below(std::size_t limit) {
    return limit == 0 ? 0 : random_() % limit;
}

Value Variation::any_value() {
    const std::array values{
        Value(),
        Value(true),
        Value(5),
        Value("text"),
        Value(""),
        Value(List{}),
        Value(List{"a"}),
        Value(Map{}),
        Value(Map{{"a", "b"}}),
        Value("true"),
        Value(1.5)};
    return values[below(values.size())];
}

Value Variation::of_kind(std::string_view words) {
    const auto kinds = base::split(words, ' ');
    const std::string_view kind = kinds[below(kinds.size())];
    if (kind == "boolean" || kind == "flag") {
        return below(2) == 0;
    }
    if (kind == "integer" || kind == "number" || kind == "scalar") {
        return 3;
    }
    if (kind == "list" || kind == "strings" || kind == "texts" || kind == "scalars") {
        return List{"a", "b"};
    }
    if (kind == "map" || kind == "sections") {
        return below(2) == 0 ? Map{} : Map{{"Key", Map{{"Type", "a"}}}};
    }
    return "s3://bucket/key";
}

data::Entry* Variation::any_resource(Value& document, bool sam) {
    std::vector<data::Entry*> found;
    for (data::Entry& entry : *document.find("Resources")->as_map()) {
        if (entry.value.is_map() && (!sam || type_of(entry.value).starts_with(sam_prefix))) {
            found.push_back(&entry);
        }
    }
    return found.empty() ? nullptr : found[below(found.size())];
}

Map* Variation::any_map(Value& value) {
    std::vector<Value*> all;
    collect(value, all);
    std::vector<Map*> maps;
    for (Value* each : all) {
        if (Map* map = each->as_map(); map != nullptr && !map->empty()) {
            maps.push_back(map);
        }
    }
    return maps.empty() ? nullptr : maps[below(maps.size())];
}

std::string Variation::drop(Value& document) {
    data::Entry* resource = any_resource(document, true);
    Map* map = resource == nullptr ? nullptr : any_map(resource->value);
    if (map == nullptr) {
        return "nothing";
    }
    const std::string key = (map->begin() + static_cast<std::ptrdiff_t>(below(map->size())))->key;
    map->erase(key);
    return fmt::format("drop {} of {}", key, resource->key);
}

std::string Variation::retype(Value& document) {
    data::Entry* resource = any_resource(document, true);
    Map* map = resource == nullptr ? nullptr : any_map(resource->value);
    if (map == nullptr) {
        return "nothing";
    }
    data::Entry& entry = *(map->begin() + static_cast<std::ptrdiff_t>(below(map->size())));
    entry.value = any_value();
    return fmt::format("retype {} of {}", entry.key, resource->key);
}

std::string Variation::wrap(Value& document) {
    data::Entry* resource = any_resource(document, true);
    Map* map = resource == nullptr ? nullptr : any_map(resource->value);
    if (map == nullptr) {
        return "nothing";
    }
    data::Entry& entry = *(map->begin() + static_cast<std::ptrdiff_t>(below(map->size())));
    const std::array forms{
        ref("Stage"),
        either(entry.value, ref("AWS::NoValue")),
        either(entry.value, entry.value),
        Value(Map{{"Fn::Sub", "${AWS::StackName}-x"}})};
    entry.value = forms[below(forms.size())];
    return fmt::format("wrap {} of {}", entry.key, resource->key);
}

std::string Variation::graft(Value& document) {
    data::Entry* resource = any_resource(document, true);
    if (resource == nullptr) {
        return "nothing";
    }
    const std::string name(type_of(resource->value).substr(sam_prefix.size()));
    if (!PropertyLists::has(name)) {
        return "nothing";
    }
    PropertyLists lists;
    const Map& list = lists.list(name);
    const data::Entry& property = *(list.begin() + static_cast<std::ptrdiff_t>(below(list.size())));
    Value& properties = (*resource->value.as_map())["Properties"];
    if (!properties.is_map()) {
        properties = Map{};
    }
    properties.as_map()->set(property.key, of_kind(property.value.text()));
    return fmt::format("graft {} of {}", property.key, resource->key);
}

std::string Variation::hoist(Value& document) {
    data::Entry* resource = any_resource(document, true);
    Value* properties = resource == nullptr ? nullptr : resource->value.find("Properties");
    if (properties == nullptr || !properties->is_map() || properties->as_map()->empty()) {
        return "nothing";
    }
    Map& own = *properties->as_map();
    data::Entry entry = *(own.begin() + static_cast<std::ptrdiff_t>(below(own.size())));
    own.erase(entry.key);
    Value& globals = (*document.as_map())["Globals"];
    if (!globals.is_map()) {
        globals = Map{};
    }
    Value& section = (*globals.as_map())[type_of(resource->value).substr(sam_prefix.size())];
    if (!section.is_map()) {
        section = Map{};
    }
    std::string told = fmt::format("hoist {} of {}", entry.key, resource->key);
    section.as_map()->set(std::move(entry));
    return told;
}

std::string Variation::attribute(Value& document) {
    data::Entry* resource = any_resource(document, true);
    data::Entry* other = any_resource(document, false);
    if (resource == nullptr) {
        return "nothing";
    }
    const std::array attributes{
        data::Entry("Condition", "IsProd"),
        data::Entry("DeletionPolicy", "Retain"),
        data::Entry("UpdateReplacePolicy", "Delete"),
        data::Entry("Metadata", Map{{"Note", "x"}}),
        data::Entry("DependsOn", other->key),
        data::Entry("IgnoreGlobals", "*")};
    data::Entry chosen = attributes[below(attributes.size())];
    std::string told = fmt::format("{} on {}", chosen.key, resource->key);
    resource->value.as_map()->set(std::move(chosen));
    return told;
}

std::string Variation::apply(Value& document) {
    using Change = std::string (Variation::*)(Value&);
    constexpr std::array<Change, 7> changes{
        &Variation::drop,
        &Variation::retype,
        &Variation::wrap,
        &Variation::graft,
        &Variation::graft,
        &Variation::hoist,
        &Variation::attribute};
    return (this->*changes[below(changes.size())])(document);
}

} // namespace samara::transform::test
