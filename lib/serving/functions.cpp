#include "serving/functions.h"

#include "data/accessors.h"
#include "model/function.h"

namespace samara::serving {

namespace {

/// What names the function in an integration URI, or all of `uri`.
std::string_view without_invocations(std::string_view uri) {
    constexpr std::string_view before = "/functions/";
    if (const std::size_t at = uri.find(before); at != std::string_view::npos) {
        uri.remove_prefix(at + before.size());
        for (const std::string_view after : {"/invocations", "/response-streaming-invocations"}) {
            uri = uri.substr(0, uri.find(after));
        }
    }
    return uri;
}

/// "<name>[:<qualifier>]" of arn:aws:lambda:<region>:<account>:function:<name>[:<qualifier>],
/// <account>:function:<name> or function:<name>.
std::string_view without_arn(std::string_view name) {
    constexpr std::string_view marker = "function:";
    if (const std::size_t at = name.rfind(marker); at != std::string_view::npos) {
        name.remove_prefix(at + marker.size());
    }
    return name;
}

} // namespace

Functions::Functions(const data::Value& resources) {
    const data::Map* map = resources.as_map();
    if (map == nullptr) {
        return;
    }
    for (const data::Entry& entry : *map) {
        const data::Value* type = entry.value.find("Type");
        if (type == nullptr || !model::is_function_type(type->text())) {
            continue;
        }
        Function function{.id = entry.key, .name = entry.key};
        if (const data::Value* properties = entry.value.find("Properties")) {
            if (const auto timeout = data::integer_of(properties->find("Timeout"))) {
                function.timeout = std::chrono::seconds(*timeout);
            }
            const data::Value* name = properties->find("FunctionName");
            if (name != nullptr && !name->text().empty()) {
                function.name = name->text();
                by_name_.emplace(function.name, function);
            }
        }
        by_name_[entry.key] = std::move(function); // a logical id wins over somebody's name
    }
    for (const data::Entry& entry : *map) {
        const std::string type = data::text_of(entry.value, "Type");
        const data::Value* properties = entry.value.find("Properties");
        if (properties == nullptr || !model::is_published_type(type)) {
            continue;
        }
        const Function* function = find(data::text_of(*properties, "FunctionName"));
        if (function == nullptr) {
            continue;
        }
        const std::string qualifier = type == "AWS::Lambda::Alias"
                                          ? data::text_of(*properties, "Name")
                                          : std::to_string(++versions_[function->id]);
        published_.emplace(entry.key, Published{*function, qualifier});
    }
}

const Functions::Function* Functions::find(std::string_view name) const {
    if (const auto found = by_name_.find(name); found != by_name_.end()) {
        return &found->second;
    }
    if (const auto found = published_.find(name); found != published_.end()) {
        return &found->second.function;
    }
    name = without_arn(name);
    const auto found = by_name_.find(name.substr(0, name.find(':')));
    return found == by_name_.end() ? nullptr : &found->second;
}

std::string Functions::qualifier_of(std::string_view name) const {
    name = without_invocations(name);
    if (const auto found = published_.find(name); found != published_.end()) {
        return found->second.qualifier;
    }
    name = without_arn(name);
    const std::size_t colon = name.find(':');
    return colon == std::string_view::npos ? std::string() : std::string(name.substr(colon + 1));
}

std::optional<std::string>
Functions::version_of(const Function& function, std::string_view qualifier) const {
    constexpr std::string_view latest = "$LATEST";
    if (qualifier.empty() || qualifier == latest) {
        return std::string(latest);
    }
    for (const auto& [id, published] : published_) {
        if (published.function.id == function.id && published.qualifier == qualifier) {
            const bool number = qualifier.find_first_not_of("0123456789") == std::string_view::npos;
            const auto versions = versions_.find(function.id);
            return number                        ? std::string(qualifier)
                   : versions == versions_.end() ? std::string(latest)
                                                 : std::to_string(versions->second);
        }
    }
    return std::nullopt;
}

const Functions::Function* Functions::find_called(std::string_view name) const {
    if (const Function* function = find(name)) {
        return function;
    }
    const Function* only = nullptr;
    for (const auto& [known, function] : by_name_) {
        const std::size_t slash = function.id.rfind('/');
        if (known != function.id || slash == std::string::npos ||
            std::string_view(function.id).substr(slash + 1) != name) {
            continue;
        }
        if (only != nullptr) {
            return nullptr;
        }
        only = &function;
    }
    return only;
}

const Functions::Function* Functions::find_uri(std::string_view uri) const {
    return find(without_invocations(uri));
}

} // namespace samara::serving
