#include "base/hint.h"
#include "base/strings.h"
#include "data/embedded_table.h"
#include "data/walk.h"
#include "samara_transform_files.h"
#include "transform/core/context.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"

#include <fmt/format.h>

/// The Globals section: properties that every resource of a type inherits.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view type_prefix = "AWS::Serverless::";

bool is_plain_map(const Value& value) {
    return value.is_map() && !is_intrinsic(value);
}

/// Lists are joined, the global items first; maps are merged member by member; everything else is
/// what the resource says.
Value merged(const Value& global, Value local) {
    if (global.is_list() && local.is_list()) {
        List out = *global.as_list();
        for (Value& item : *local.as_list()) {
            out.push_back(std::move(item));
        }
        Value result(std::move(out));
        result.set_where(local.where());
        return result;
    }
    if (!is_plain_map(global) || !is_plain_map(local)) {
        return local;
    }
    Map out = *global.as_map();
    for (data::Entry& entry : *local.as_map()) {
        if (const Value* inherited = out.find(entry.key)) {
            Value value = merged(*inherited, std::move(entry.value));
            out.set(data::Entry(entry.key, std::move(value), entry.key_where));
        } else {
            out.set(std::move(entry));
        }
    }
    Value result(std::move(out));
    result.set_where(local.where());
    return result;
}

std::vector<std::string_view> names_of(const Value& list) {
    std::vector<std::string_view> names;
    for (const Value& name : *list.as_list()) {
        names.push_back(name.text());
    }
    return names;
}

std::string hint_for(std::string_view name, const std::vector<std::string_view>& known) {
    return base::did_you_mean(
        base::nearest(name, known), fmt::format("one of {}", fmt::join(known, ", ")));
}

/// Reports whatever Globals must not have. Whether it can be merged.
bool check(Context& context, const Map& globals, const Map& supported) {
    bool good = true;
    for (const data::Entry& section : globals) {
        const Value* keys = supported.find(section.key);
        if (keys == nullptr) {
            good = false;
            context.error(
                fmt::format("Globals has no section {}", section.key),
                hint_for(section.key, data::keys_of(supported)),
                section.key_where);
        } else if (!section.value.is_map()) {
            good = false;
            context.error(
                fmt::format(
                    "Globals.{} must be a map, not {}",
                    section.key,
                    data::kind_name(section.value.kind())),
                {},
                section.value.where().known() ? section.value.where() : section.key_where.place);
        } else {
            const std::vector<std::string_view> names = names_of(*keys);
            for (const data::Entry& property : *section.value.as_map()) {
                if (std::find(names.begin(), names.end(), property.key) == names.end()) {
                    good = false;
                    context.error(
                        fmt::format(
                            "Globals.{} does not take the property {}", section.key, property.key),
                        hint_for(property.key, names),
                        property.key_where);
                }
            }
        }
    }
    return good;
}

/// The section without what the resource's IgnoreGlobals names; nothing when it ignores all. An
/// error when it names something that the section does not have; where there is no section, nobody
/// reads IgnoreGlobals.
std::optional<Map> inherited(Context& context, const data::Entry& resource, const Map& section) {
    const Value* ignore = resource.value.find("IgnoreGlobals");
    if (!is_given(ignore)) {
        return section;
    }
    if (ignore->text() == "*") {
        return std::nullopt;
    }
    Map out = section;
    bool good = ignore->is_list();
    for (const Value& name : ignore->is_list() ? *ignore->as_list() : List{}) {
        good = out.erase(name.text()) && good;
    }
    if (!good) {
        base::Error error;
        error.message = "IgnoreGlobals must be '*' or a list of properties that Globals has";
        error.resource = resource.key;
        error.property = "IgnoreGlobals";
        error.where = ignore->where();
        context.report({base::Severity::error, std::move(error)});
    }
    return out;
}

} // namespace

void merge_globals(Context& context) {
    const Value* globals = context.document().find("Globals");
    if (globals == nullptr) {
        return;
    }
    if (!globals->is_map()) {
        context.error(
            fmt::format("Globals must be a map, not {}", data::kind_name(globals->kind())),
            {},
            globals->where());
        return;
    }
    const auto table = data::embedded_table(embedded("globals.json"), "globals.json");
    if (!check(context, *globals->as_map(), *table.as_map())) {
        return;
    }
    for (data::Entry& resource : context.resources()) {
        const Value* type = resource.value.find("Type");
        const std::string_view name = type == nullptr ? std::string_view{} : type->text();
        if (!name.starts_with(type_prefix)) {
            continue;
        }
        const Value* section = globals->find(name.substr(type_prefix.size()));
        if (section == nullptr) {
            continue;
        }
        auto properties = inherited(context, resource, *section->as_map());
        if (properties && !properties->empty()) {
            Value& own = (*resource.value.as_map())["Properties"];
            base::Location where = own.where();
            if (own.is_null()) {
                own = Map{};
            }
            own = merged(Value(std::move(*properties)), std::move(own));
            own.set_where(std::move(where));
        }
    }
}

} // namespace samara::transform
