#include "cloud/deploy/open_access.h"

#include "data/accessors.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::cloud {

namespace {

bool has_auth(const data::Value* auth) {
    if (auth == nullptr || auth->is_null()) {
        return false;
    }
    const data::Map* map = auth->as_map();
    if (map == nullptr) {
        return true;
    }
    return !map->empty() && data::text_of(*auth, "Authorizer") != "NONE";
}

/// Whether an OpenAPI definition protects every method, by itself or one by one.
bool is_secured(const data::Value* definition) {
    if (definition == nullptr) {
        return false;
    }
    if (definition->find("security") != nullptr) {
        return true;
    }
    bool any = false;
    for (const data::Entry& path : data::members_of(definition->find("paths"))) {
        for (const data::Entry& method : data::members_of(&path.value)) {
            if (method.value.find("security") == nullptr) {
                return false;
            }
            any = true;
        }
    }
    return any;
}

/// "Api" of {Ref: Api}, or of a plain text.
std::string referred(const data::Value* value) {
    const data::Value* ref = value == nullptr ? nullptr : value->find("Ref");
    return data::text_of(ref != nullptr ? ref : value);
}

bool is_open_event(const data::Value& document, const data::Value& event) {
    const std::string type = data::text_of(event, "Type");
    const bool rest = type == "Api";
    if (!rest && type != "HttpApi") {
        return false;
    }
    const data::Value* properties = event.find("Properties");
    const auto property = [&](std::string_view name) {
        return properties == nullptr ? nullptr : properties->find(name);
    };
    if (has_auth(property("Auth"))) {
        return false;
    }
    const std::string api = referred(property(rest ? "RestApiId" : "ApiId"));
    const data::Value* resources = document.find("Resources");
    const data::Value* resource =
        resources == nullptr || api.empty() ? nullptr : resources->find(api);
    const data::Value* globals = document.find("Globals");
    const data::Value* of_all =
        globals == nullptr ? nullptr : globals->find(rest ? "Api" : "HttpApi");
    if (of_all != nullptr && has_auth(of_all->find("Auth"))) {
        return false;
    }
    if (resource == nullptr) { // the implicit one, or one of another stack
        return api.empty();
    }
    if (!data::text_of(*resource, "Type").starts_with("AWS::Serverless::")) {
        return false;
    }
    const data::Value* own = resource->find("Properties");
    return own == nullptr ||
           (!has_auth(own->find("Auth")) && !is_secured(own->find("DefinitionBody")));
}

} // namespace

std::vector<std::string> open_access(const data::Value& document) {
    std::vector<std::string> open;
    for (const data::Entry& entry : data::members_of(document.find("Resources"))) {
        if (data::text_of(entry.value.find("Type")) != "AWS::Serverless::Function") {
            continue;
        }
        const data::Value* properties = entry.value.find("Properties");
        if (properties == nullptr) {
            continue;
        }
        const data::Map& events = data::members_of(properties->find("Events"));
        if (std::any_of(events.begin(), events.end(), [&](const data::Entry& event) {
                return is_open_event(document, event.value);
            })) {
            open.push_back(entry.key);
        }
        const data::Value* url = properties->find("FunctionUrlConfig");
        if (data::text_of(url, "AuthType") == "NONE") {
            open.push_back(fmt::format("{} Function Url", entry.key));
        }
    }
    return open;
}

} // namespace samara::cloud
