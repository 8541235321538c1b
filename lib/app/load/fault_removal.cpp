#include "app/load/fault_removal.h"

#include "app/load/known_value.h"
#include "base/strings.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::app {

namespace {

using data::Entry;
using data::Map;
using data::Value;

using Keys = std::vector<std::string>;

constexpr std::string_view rest_type = "AWS::Serverless::Api";
constexpr std::string_view http_type = "AWS::Serverless::HttpApi";
constexpr std::string_view function_type = "AWS::Serverless::Function";

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

std::string text_at(const Value& map, std::string_view name) {
    const Value* value = map.find(name);
    return value == nullptr ? std::string() : data::scalar_text(*value);
}

bool is_api(std::string_view type) {
    return type == rest_type || type == http_type;
}

bool is_api_event(std::string_view type) {
    return type == "Api" || type == "HttpApi";
}

// What a function cannot be run without. What another kind of package has is only in the way.
bool is_essential(const Value& properties, std::string_view property) {
    const bool image = text_at(properties, "PackageType") == "Image";
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

Value stub_authorizer(std::string_view api_type) {
    Map authorizer{{"FunctionArn", gateway::no_function}};
    if (api_type == http_type) {
        authorizer.set("AuthorizerPayloadFormatVersion", "2.0");
    }
    return authorizer;
}

// A resource that can be referred to and does nothing.
Value placeholder() {
    return Map{{"Type", "AWS::CloudFormation::WaitConditionHandle"}};
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

// Members of a definition that say who may call.
bool protects(std::string_view member) {
    static constexpr std::array<std::string_view, 4> members{
        "security", "securityDefinitions", "components", "x-amazon-apigateway-policy"};
    return std::find(members.begin(), members.end(), member) != members.end();
}

} // namespace

FaultRemoval::FaultRemoval(Value& document, const transform::Options& options)
    : document_(document), options_(options) {}

std::optional<std::string> FaultRemoval::remove(const base::Error& error) {
    const Keys keys = locate(error);
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
    const std::size_t depth = std::min<std::size_t>(keys.size(), 2);
    return erase(keys, depth) || erase(keys, 1)
               ? std::optional(
                     left_out(Keys(keys.begin(), keys.begin() + static_cast<long>(depth))))
               : std::nullopt;
}

bool FaultRemoval::concerns_globals(const base::Error& error) const {
    if (!error.resource.empty()) {
        return false;
    }
    const Keys keys = locate(error);
    return !keys.empty() && keys.front() == "Globals";
}

std::string FaultRemoval::owner(const base::Error& error) const {
    const Value* resources = document_.find("Resources");
    if (error.resource.empty() || (resources != nullptr && resources->find(error.resource))) {
        return error.resource;
    }
    const Keys keys = locate(error);
    return keys.size() > 1 && keys.front() == "Resources" ? keys[1] : error.resource;
}

// By the names that the error gives, as far as they lead to something; else, and where that says
// more, by its place.
FaultRemoval::Keys FaultRemoval::locate(const base::Error& error) const {
    Keys named;
    Keys placed;
    const bool has_place = find_place(document_, error.where, placed);
    const Value* resources = document_.find("Resources");
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
    return resource == nullptr ? std::string() : text_at(*resource, "Type");
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
    if (!erase(keys, depth)) {
        return std::nullopt;
    }
    // All APIs of a kind lose what Globals says of who may call them.
    const bool of_rest = keys.size() < 2 || keys[1] == "Api";
    const bool of_http = keys.size() < 2 || keys[1] == "HttpApi";
    if ((of_rest || of_http) && (keys.size() < 3 || keys[2] == "Auth")) {
        const Value* resources = document_.find("Resources");
        for (const Entry& resource : *resources->as_map()) {
            const std::string type = text_at(resource.value, "Type");
            if ((of_rest && type == rest_type) || (of_http && type == http_type)) {
                close_api(resource.key, error);
            }
        }
        if (of_rest) {
            close_api("ServerlessRestApi", error);
        }
        if (of_http) {
            close_api("ServerlessHttpApi", error);
        }
    }
    return left_out(Keys(keys.begin(), keys.begin() + static_cast<long>(depth)));
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

std::optional<std::string> FaultRemoval::in_event(const Keys& keys, const base::Error& error) {
    const Keys event(keys.begin(), keys.begin() + 5);
    const Value* value = at(event);
    if (value == nullptr) {
        return std::nullopt;
    }
    const bool routes = is_api_event(text_at(*value, "Type"));
    const std::string property = keys.size() > 6 && keys[5] == "Properties" ? keys[6] : "";
    // Without its API it would be a route of another one, which may be open.
    const bool moves = routes && (property == "RestApiId" || property == "ApiId");
    if (!property.empty() && !moves && first_time(Keys(keys.begin(), keys.begin() + 7))) {
        if (routes && property == "Auth") {
            close_route(event, error, true);
        }
        if (erase(keys, 7)) {
            return left_out(Keys(keys.begin(), keys.begin() + 7));
        }
    }
    if (routes) {
        close_route(event, error, false);
    }
    return erase(keys, 5) ? std::optional(left_out(event)) : std::nullopt;
}

std::optional<std::string> FaultRemoval::in_api(const Keys& keys, const base::Error& error) {
    if (keys[3] == "Auth") {
        return in_auth(keys, error);
    }
    if (keys[3] == "DefinitionBody") {
        return in_definition(keys, error);
    }
    if (keys[3] == "StageName") {
        return std::nullopt;
    }
    return erase(keys, 4) ? std::optional(left_out(Keys(keys.begin(), keys.begin() + 4)))
                          : std::nullopt;
}

std::optional<std::string> FaultRemoval::in_auth(const Keys& keys, const base::Error& error) {
    const std::string& id = keys[1];
    if (keys.size() > 5 && keys[4] == "Authorizers" &&
        first_time(Keys(keys.begin(), keys.begin() + 6))) {
        return close_authorizer(id, keys[5], error);
    }
    if (keys.size() > 4 && keys[4] == "DefaultAuthorizer" &&
        first_time(Keys(keys.begin(), keys.begin() + 5))) {
        const Value* name = at(Keys(keys.begin(), keys.begin() + 5));
        if (name != nullptr && name->is_string() && name->text() != "AWS_IAM") {
            return close_authorizer(id, std::string(name->text()), error);
        }
    }
    static constexpr std::array<std::string_view, 3> harmless{
        "UsagePlan", "InvokeRole", "AddDefaultAuthorizerToCorsPreflight"};
    if (keys.size() > 4 && std::find(harmless.begin(), harmless.end(), keys[4]) != harmless.end() &&
        erase(keys, 5)) {
        return left_out(Keys(keys.begin(), keys.begin() + 5));
    }
    if (!erase(keys, 4)) {
        return std::nullopt;
    }
    close_api(id, error);
    return fmt::format("every route of {} answers 501", id);
}

std::optional<std::string> FaultRemoval::in_definition(const Keys& keys, const base::Error& error) {
    const std::string& id = keys[1];
    const bool in_path = keys.size() > 5 && keys[4] == "paths";
    if (in_path) {
        const std::size_t depth = std::min<std::size_t>(keys.size(), 7);
        if (depth == 7) {
            std::string method = base::to_upper(keys[6]);
            if (method == "X-AMAZON-APIGATEWAY-ANY-METHOD") {
                method = "ANY";
            }
            closed.routes.push_back(
                {id, type_of(id) == rest_type, std::move(method), keys[5], error.message, false});
        }
        if (erase(keys, depth)) {
            return left_out(Keys(keys.begin(), keys.begin() + static_cast<long>(depth)));
        }
    }
    const std::size_t depth = std::min<std::size_t>(keys.size(), 5);
    if (!erase(keys, depth)) {
        return std::nullopt;
    }
    if (depth == 4 || protects(keys[4])) {
        close_api(id, error);
        return fmt::format("every route of {} answers 501", id);
    }
    return left_out(Keys(keys.begin(), keys.begin() + static_cast<long>(depth)));
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
    if ((type == function_type || is_api(type)) && first_time({"stub", id})) {
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
        Map stub{{"Type", type}, {"Properties", std::move(kept)}};
        if (const Value* condition = resource->find("Condition");
            condition != nullptr && condition->is_string()) {
            stub.set("Condition", *condition);
        }
        *resource = std::move(stub);
        return gone;
    }
    if (!first_time({"placeholder", id})) {
        return std::nullopt;
    }
    *resource = placeholder();
    return gone;
}

std::string FaultRemoval::close_authorizer(
    const std::string& api, const std::string& name, const base::Error& error) {
    Value* authorizers = at({"Resources", api, "Properties", "Auth"});
    Value& list = (*authorizers->as_map())["Authorizers"];
    if (!list.is_map()) {
        list = Map{};
    }
    list.as_map()->set(name, stub_authorizer(type_of(api)));
    closed.authorizers.emplace(
        std::pair(api, name), fmt::format("authorizer '{}': {}", name, error.message));
    return fmt::format("the routes of authorizer '{}' answer 501", name);
}

void FaultRemoval::close_route(const Keys& event, const base::Error& error, bool protection) {
    const Value* value = at(event);
    const Value* properties = value->find("Properties");
    const bool rest = text_at(*value, "Type") == "Api";
    if (properties == nullptr) {
        return;
    }
    gateway::ClosedRoute route;
    route.rest = rest;
    route.api = rest ? "ServerlessRestApi" : "ServerlessHttpApi";
    if (const Value* id = properties->find(rest ? "RestApiId" : "ApiId")) {
        const Value* reference = id->find("Ref");
        route.api = reference == nullptr ? data::scalar_text(*id) : data::scalar_text(*reference);
    }
    route.path = text_at(*properties, "Path");
    route.method = base::to_upper(text_at(*properties, "Method"));
    if (route.method.empty() || route.method == "*" ||
        route.method == "X-AMAZON-APIGATEWAY-ANY-METHOD") {
        route.method = "ANY";
    }
    if (route.path.empty() && rest) {
        return;
    }
    if (route.path.empty()) {
        route.path = "$default";
    }
    route.reason = error.message;
    route.protection = protection;
    closed.routes.push_back(std::move(route));
}

void FaultRemoval::close_api(const std::string& id, const base::Error& error) {
    closed.apis.emplace(id, error.message);
}

} // namespace samara::app
