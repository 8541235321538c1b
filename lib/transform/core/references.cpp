#include "transform/core/context.h"
#include "transform/core/intrinsics.h"

#include <algorithm>

#include <fmt/format.h>

/// References to what the transform generates: `!Ref Function.Alias`, `!Ref Layer`.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// What `name` ("Owner.Property", "Owner.Property.Attribute", "Owner") becomes, or nothing.
std::optional<std::string>
renamed(std::string_view name, const Map& references, const Map& resources) {
    const std::size_t dot = name.find('.');
    const std::string_view owner = name.substr(0, dot);
    if (dot != std::string_view::npos) {
        const std::size_t end = std::min(name.find('.', dot + 1), name.size());
        if (const Value* id = references.find(name.substr(0, end))) {
            return fmt::format("{}{}", id->text(), name.substr(end));
        }
    }
    if (const Value* id = resources.find(owner)) {
        return fmt::format("{}{}", id->text(), name.substr(owner.size()));
    }
    return std::nullopt;
}

void rewrite_text(std::string& text, const Map& references, const Map& resources) {
    if (auto name = renamed(text, references, resources)) {
        text = std::move(*name);
    }
}

void rewrite_sub(std::string& format, const Map& references, const Map& resources) {
    std::string out;
    std::size_t at = 0;
    for (;;) {
        const std::size_t open = format.find("${", at);
        const std::size_t close = open == std::string::npos ? open : format.find('}', open);
        if (close == std::string::npos) {
            break;
        }
        const std::string_view name = std::string_view(format).substr(open + 2, close - open - 2);
        out.append(format, at, open + 2 - at);
        out += renamed(name, references, resources).value_or(std::string(name));
        at = close;
    }
    out.append(format, at);
    format = std::move(out);
}

void rewrite_get_att(Value& argument, const Map& references, const Map& resources) {
    List* list = argument.as_list();
    if (list == nullptr || list->empty() || !list->front().is_string()) {
        if (std::string* text = argument.as_string()) {
            rewrite_text(*text, references, resources);
        }
        return;
    }
    // ["Owner.Property", "Arn"] and ["Owner", "Property.Arn"] say the same.
    const std::string& owner = *list->front().as_string();
    std::string* attribute = list->size() == 2 ? (*list)[1].as_string() : nullptr;
    if (attribute == nullptr) {
        rewrite_text(*list->front().as_string(), references, resources);
        return;
    }
    const std::string whole = owner + "." + *attribute;
    if (auto name = renamed(whole, references, resources); name && *name != whole) {
        const std::size_t dot = name->find('.');
        if (dot != std::string::npos) {
            *attribute = name->substr(dot + 1);
            (*list)[0].as_string()->assign(*name, 0, dot);
        }
    }
}

void rewrite(Value& value, const Map& references, const Map& resources) {
    if (List* list = value.as_list()) {
        for (Value& item : *list) {
            rewrite(item, references, resources);
        }
        return;
    }
    Map* map = value.as_map();
    if (map == nullptr) {
        return;
    }
    for (data::Entry& entry : *map) {
        rewrite(entry.value, references, resources);
    }
    if (map->size() != 1) {
        return;
    }
    data::Entry& call = *map->begin();
    if (call.key == "Ref") {
        if (std::string* name = call.value.as_string()) {
            rewrite_text(*name, references, resources);
        }
    } else if (call.key == "Fn::GetAtt") {
        rewrite_get_att(call.value, references, resources);
    } else if (call.key == "Fn::Sub") {
        List* list = call.value.as_list();
        Value* text = list != nullptr && !list->empty() ? &list->front() : &call.value;
        if (std::string* format = text->as_string()) {
            rewrite_sub(*format, references, resources);
        }
    }
}

/// DependsOn with what took the place of the resources it names.
void rewrite_depends_on(Value& depends_on, const Map& renamed, const Map& replaced) {
    List ids = depends_on.is_list() ? *depends_on.as_list() : List{depends_on};
    List out;
    bool changed = false;
    const auto add = [&](Value id) {
        if (std::find(out.begin(), out.end(), id) == out.end()) {
            out.push_back(std::move(id));
        }
    };
    for (Value& id : ids) {
        if (const Value* list = replaced.find(id.text())) {
            changed = true;
            std::for_each(list->as_list()->begin(), list->as_list()->end(), add);
            continue;
        }
        const Value* name = renamed.find(id.text());
        add(name == nullptr ? std::move(id) : *name);
    }
    if (depends_on.is_string() && !changed) {
        depends_on = std::move(out.front());
    } else if (depends_on.is_list() || changed) {
        depends_on = std::move(out);
    }
}

} // namespace

void Context::replace_dependency(std::string_view from, List by) {
    replaced_.set(from, std::move(by));
}

void Context::resolve_dependencies(Map& resources) const {
    if (renamed_.empty() && replaced_.empty()) {
        return;
    }
    for (data::Entry& resource : resources) {
        if (Value* depends_on = resource.value.find("DependsOn")) {
            rewrite_depends_on(*depends_on, renamed_, replaced_);
        }
    }
}

void Context::refer(std::string_view owner, std::string_view property, std::string logical_id) {
    references_.set(fmt::format("{}.{}", owner, property), std::move(logical_id));
}

void Context::rename(std::string_view from, std::string to) {
    renamed_.set(from, std::move(to));
}

void Context::resolve_generated_references(Value& value) const {
    if (!references_.empty() || !renamed_.empty()) {
        rewrite(value, references_, renamed_);
    }
}

} // namespace samara::transform
