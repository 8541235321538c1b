#include "app/load/fault_place.h"

#include "data/accessors.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

using data::Entry;
using data::Map;
using data::Value;

bool same_place(const base::Location& a, const base::Location& b) {
    return a.known() && b.known() && a.line != 0 && a.line == b.line && a.column == b.column &&
           *a.file == *b.file;
}

// The innermost: a block of YAML begins where its first key does.
bool find_place(const Value& value, const base::Location& where, Keys& keys) {
    if (const data::List* list = value.as_list()) {
        const std::size_t depth = keys.size();
        for (const Value& item : *list) {
            if (find_place(item, where, keys)) {
                keys.resize(depth);
                return true;
            }
        }
    }
    if (const Map* map = value.as_map()) {
        for (const Entry& entry : *map) {
            keys.push_back(entry.key);
            if (same_place(entry.key_where, where) || find_place(entry.value, where, keys)) {
                return true;
            }
            keys.pop_back();
        }
    }
    return same_place(value.where(), where);
}

// The members of `property` ("Auth.Authorizers.A") that are there, added to `keys`.
bool follow(const Value* value, std::string_view property, Keys& keys) {
    while (!property.empty()) {
        const std::size_t dot = property.find('.');
        const std::string_view name = property.substr(0, std::min(dot, property.find('[')));
        value = value == nullptr ? nullptr : value->find(name);
        if (value == nullptr) {
            return false;
        }
        keys.emplace_back(name);
        property.remove_prefix(dot == std::string_view::npos ? property.size() : dot + 1);
    }
    return true;
}

} // namespace

std::string owner_of(const Value& document, const base::Error& error) {
    const Value* resources = document.find("Resources");
    if (error.resource.empty() || (resources != nullptr && resources->find(error.resource))) {
        return error.resource;
    }
    const Keys keys = locate(document, error);
    return keys.size() > 1 && keys.front() == "Resources" ? keys[1] : error.resource;
}

Keys locate(const Value& document, const base::Error& error) {
    Keys named;
    Keys placed;
    const bool has_place = find_place(document, error.where, placed);
    const Value* resources = document.find("Resources");
    std::string id = error.resource;
    if (!id.empty() && resources != nullptr && resources->find(id) == nullptr &&
        placed.size() > 1 && placed.front() == "Resources") {
        id = placed[1]; // of which that one is generated
    }
    const Value* resource = resources == nullptr ? nullptr : resources->find(id);
    bool complete = false;
    if (resource != nullptr && !id.empty()) {
        named = {"Resources", id};
        const Value* below = resource->find("Properties");
        if (below != nullptr) {
            named.emplace_back("Properties");
        }
        if (!error.event.empty() && below != nullptr) {
            const Value* events = below->find("Events");
            const Value* event = events == nullptr ? nullptr : events->find(error.event);
            if (event != nullptr) {
                named.insert(named.end(), {"Events", error.event});
                below = event->find("Properties");
                if (below != nullptr &&
                    below->find(error.property.substr(0, error.property.find('.'))) != nullptr) {
                    named.emplace_back("Properties");
                }
            }
        }
        complete = !error.property.empty() && follow(below, error.property, named);
    }
    if (complete || !has_place) {
        return named;
    }
    const bool same_resource =
        named.size() > 1 && placed.size() > 1 && placed[0] == named[0] && placed[1] == named[1];
    if (named.empty() || (same_resource && placed.size() > named.size())) {
        return placed;
    }
    return placed.size() > 1 && placed.front() == "Globals" ? placed : named;
}

std::string left_out(const Keys& keys) {
    std::string path;
    for (std::size_t i = keys.size() > 2 && keys[0] == "Resources" ? 1 : 0; i < keys.size(); ++i) {
        if (keys[i] == "Properties") {
            continue;
        }
        path += (path.empty() ? "" : ".") + keys[i];
    }
    return fmt::format("{} is left out", path);
}

} // namespace samara::app
