#include "app/load/fault_removal.h"

#include "app/load/fault_place.h"
#include "app/load/known_value.h"
#include "base/strings.h"
#include "data/accessors.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

using data::Entry;
using data::Map;
using data::Value;

// What a function cannot be run without. What another kind of package has is only in the way.
bool is_essential(const Value& properties, std::string_view property) {
    const bool image = data::text_of(properties, "PackageType") == "Image";
    if (property == "PackageType") {
        return true;
    }
    if (image) {
        return property == "ImageUri";
    }
    const bool code = property == "CodeUri" || property == "InlineCode";
    const Value* other = properties.find(property == "CodeUri" ? "InlineCode" : "CodeUri");
    return property == "Handler" || property == "Runtime" || (code && other == nullptr);
}

constexpr std::string_view serverless = "AWS::Serverless::";

// Whether there is an Auth anywhere in what stands below Globals.
bool says_who_may(const Value& value) {
    if (const data::List* list = value.as_list()) {
        return std::any_of(list->begin(), list->end(), says_who_may);
    }
    const Map* map = value.as_map();
    return map != nullptr && std::any_of(map->begin(), map->end(), [](const Entry& entry) {
               return entry.key == "Auth" || says_who_may(entry.value);
           });
}

// A resource that can be referred to and does nothing.
Value idle_resource() {
    return Map{{"Type", "AWS::CloudFormation::WaitConditionHandle"}};
}

} // namespace

FaultRemoval::FaultRemoval(Value& document, const transform::Options& options)
    : document_(document), options_(options) {}

bool FaultRemoval::is_api(std::string_view type) {
    return type == rest_type || type == http_type;
}

std::optional<std::string> FaultRemoval::remove(const base::Error& error) {
    const Keys keys = locate(document_, error);
    if (keys.empty()) {
        return std::nullopt;
    }
    if (keys.front() == "Resources" && keys.size() > 1) {
        return in_resource(keys, error);
    }
    if (keys.front() == "Globals") {
        const auto done = not_inherited(keys, error);
        return done ? done : in_globals(keys, error);
    }
    if (keys.front() == "Resources") {
        return std::nullopt;
    }
    if (keys.front() == "Parameters" && keys.size() > 1 && take_any_value(keys[1])) {
        return fmt::format("{} may be anything", keys[1]);
    }
    const std::size_t depth = std::min<std::size_t>(keys.size(), 2);
    return erase(keys, depth) || erase(keys, 1)
               ? std::optional(
                     left_out(Keys(keys.begin(), keys.begin() + static_cast<long>(depth))))
               : std::nullopt;
}

// A value that its parameter does not take is still the one that is meant.
bool FaultRemoval::take_any_value(const std::string& parameter) {
    Value* declaration = at({"Parameters", parameter});
    if (declaration == nullptr || !declaration->is_map()) {
        return false;
    }
    Map& rules = *declaration->as_map();
    bool changed = false;
    for (const char* rule :
         {"AllowedValues", "AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue"}) {
        changed = rules.erase(rule) || changed;
    }
    const std::string type = data::text_of(*declaration, "Type");
    const std::string_view loose = type.starts_with("List<") ? "CommaDelimitedList" : "String";
    if (!changed && type != loose && type != "CommaDelimitedList") {
        rules.set("Type", loose);
        changed = true;
    }
    return changed;
}

bool FaultRemoval::concerns_globals(const base::Error& error) const {
    if (!error.resource.empty()) {
        return false;
    }
    const Keys keys = locate(document_, error);
    return !keys.empty() && keys.front() == "Globals";
}

Value* FaultRemoval::at(const Keys& keys) {
    Value* value = &document_;
    for (const std::string& key : keys) {
        value = value == nullptr ? nullptr : value->find(key);
    }
    return value;
}

bool FaultRemoval::first_time(const Keys& keys) {
    return done_.insert(base::join(keys, "\n")).second;
}

bool FaultRemoval::erase(Keys keys, std::size_t depth) {
    if (keys.size() < depth || depth == 0) {
        return false;
    }
    keys.resize(depth);
    const std::string last = keys.back();
    keys.pop_back();
    Value* parent = at(keys);
    return parent != nullptr && parent->is_map() && parent->as_map()->erase(last);
}

// An intrinsic function where AWS wants a value: what it stands for, if that is known here.
bool FaultRemoval::evaluate(const Keys& keys, std::string& shown) {
    Value* value = at(keys);
    auto known =
        value == nullptr
            ? std::nullopt
            : known_value(document_, *value, options_.region, options_.parameter_overrides);
    if (!known) {
        return false;
    }
    shown =
        known->is_list() ? std::string("its list") : fmt::format("'{}'", data::scalar_text(*known));
    *value = std::move(*known);
    return true;
}

std::string FaultRemoval::type_of(const std::string& id) const {
    const Value* resources = document_.find("Resources");
    const Value* resource = resources == nullptr ? nullptr : resources->find(id);
    return resource == nullptr ? std::string() : data::text_of(*resource, "Type");
}

// What is wrong for one resource may be right for the others.
std::optional<std::string> FaultRemoval::not_inherited(const Keys& keys, const base::Error& error) {
    Value* resource = at({"Resources", error.resource});
    if (keys.size() < 3 || error.resource.empty() || resource == nullptr || !resource->is_map() ||
        !first_time({"not inherited", error.resource, keys[2]})) {
        return std::nullopt;
    }
    Value& ignored = (*resource->as_map())["IgnoreGlobals"];
    if (!ignored.is_list()) {
        ignored = data::List{};
    }
    ignored.as_list()->emplace_back(keys[2]);
    if (keys[2] == "Auth" && is_api(type_of(error.resource))) {
        close_api(error.resource, error);
    }
    return fmt::format("{} does not inherit {}", error.resource, keys[2]);
}

std::optional<std::string> FaultRemoval::in_globals(const Keys& keys, const base::Error& error) {
    const std::size_t depth = std::min<std::size_t>(keys.size(), 3);
    const Keys gone(keys.begin(), keys.begin() + static_cast<long>(depth));
    const Value* value = at(gone);
    const bool protects = gone.back() == "Auth" || (value != nullptr && says_who_may(*value));
    if (!erase(keys, depth)) {
        return std::nullopt;
    }
    // All APIs of a kind lose what Globals says of who may call them; of all kinds where it says
    // so in a place that is none of theirs.
    if (protects) {
        const std::string_view section = keys.size() < 2 ? std::string_view() : keys[1];
        std::set<std::string_view> types{rest_type, http_type, socket_type};
        for (const auto type : {rest_type, http_type, socket_type}) {
            if (type.substr(serverless.size()) == section) {
                types = {type};
            }
        }
        for (const Entry& resource : *document_.find("Resources")->as_map()) {
            if (types.contains(data::text_of(resource.value, "Type"))) {
                close_api(resource.key, error);
            }
        }
        if (types.contains(rest_type)) {
            close_api("ServerlessRestApi", error);
        }
        if (types.contains(http_type)) {
            close_api("ServerlessHttpApi", error);
        }
    }
    return left_out(gone);
}

std::optional<std::string> FaultRemoval::in_resource(const Keys& keys, const base::Error& error) {
    const std::string& id = keys[1];
    if (at({keys[0], id}) == nullptr) {
        return std::nullopt;
    }
    if (std::string shown; evaluate(keys, shown)) {
        return fmt::format("{} is taken for it", shown);
    }
    if (keys.size() > 2 && keys[2] != "Properties" && keys[2] != "Type") {
        const std::size_t depth = keys[2] == "Connectors" && keys.size() > 3 ? 4 : 3;
        if (erase(keys, depth)) {
            return left_out(Keys(keys.begin(), keys.begin() + static_cast<long>(depth)));
        }
    }
    const Value* properties = at({keys[0], id, "Properties"});
    if (keys.size() > 3 && keys[2] == "Properties" && properties != nullptr) {
        const std::string type = type_of(id);
        std::optional<std::string> done;
        if (keys[3] == "Events" && keys.size() > 4) {
            done = in_event(keys, error);
        } else if (is_api(type)) {
            done = in_api(keys, error);
        } else if (type == socket_type && keys[3] == "Auth") {
            done = close_whole(keys, error);
        } else if (
            !(type == function_type && is_essential(*properties, keys[3])) && erase(keys, 4)) {
            done = left_out(Keys(keys.begin(), keys.begin() + 4));
        }
        if (done) {
            return done;
        }
    }
    return whole_resource(id, error);
}

// At first a resource of the same type with as little as the transform takes, so that its events
// and what refers to it mean something; at last something that is nothing.
std::optional<std::string>
FaultRemoval::whole_resource(const std::string& id, const base::Error& error) {
    Value* resource = at({"Resources", id});
    if (resource == nullptr) {
        return std::nullopt;
    }
    const std::string type = type_of(id);
    const Value* properties = resource->find("Properties");
    if (type == rest_type && properties != nullptr && properties->is_map() &&
        properties->find("StageName") == nullptr && first_time({"stage", id})) {
        resource->find("Properties")->as_map()->set("StageName", "Prod");
        return std::string("its stage is taken to be 'Prod'");
    }
    broken.emplace(id, error);
    if (is_api(type)) {
        close_api(id, error);
    }
    const std::string gone = fmt::format("{} is left out", id);
    if ((type == function_type || is_api(type)) && first_time({"bare", id})) {
        Map kept;
        if (type == function_type) {
            kept = Map{{"InlineCode", ""}, {"Handler", "index.handler"}, {"Runtime", "python3.12"}};
            for (const char* name : {"Events", "FunctionName"}) {
                if (const Value* value = properties == nullptr ? nullptr : properties->find(name)) {
                    kept.set(name, *value);
                }
            }
        } else if (type == rest_type) {
            kept.set("StageName", "Prod");
        }
        Map bare{{"Type", type}, {"Properties", std::move(kept)}};
        if (const Value* condition = resource->find("Condition");
            condition != nullptr && condition->is_string()) {
            bare.set("Condition", *condition);
        }
        *resource = std::move(bare);
        return gone;
    }
    if (!first_time({"idle", id})) {
        return std::nullopt;
    }
    *resource = idle_resource();
    return gone;
}

} // namespace samara::app
