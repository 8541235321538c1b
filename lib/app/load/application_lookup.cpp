#include "app/load/application.h"
#include "app/load/stack_names.h"
#include "aws/account.h"
#include "base/strings.h"
#include "data/accessors.h"

#include <algorithm>

#include <fmt/format.h>

// Functions and layers of an application by what they may be called.
namespace samara::app {

namespace {

std::string list_of(const std::vector<model::Function>& functions) {
    std::vector<std::string> names;
    names.reserve(functions.size());
    for (const model::Function& function : functions) {
        names.push_back(function.logical_id);
    }
    return base::join(names, ", ");
}

// What the CDK calls it: its construct id, alone or after those around it ("Nested/Fn").
bool is_construct(const model::Function& function, std::string_view name) {
    const std::string whole = data::text_of(function.metadata.find("aws:cdk:path"));
    if (data::text_of(function.metadata.find("SamResourceId")) == name || whole == name) {
        return true;
    }
    const std::string path = fmt::format("/{}", whole.substr(0, whole.rfind('/')));
    return name.find('/') != std::string_view::npos && path.ends_with(fmt::format("/{}", name));
}

// A name without its stack, which functions of several stacks may have.
bool is_short_for(std::string_view name, const model::Function& function) {
    return last_of(function.logical_id) == name || is_construct(function, name);
}

} // namespace

const model::Function* Application::find_function(std::string_view name) const {
    const auto find = [&](const auto& is_it) -> const model::Function* {
        const auto found = std::find_if(functions_.begin(), functions_.end(), is_it);
        return found == functions_.end() ? nullptr : &*found;
    };
    const auto find_only = [&](const auto& is_it) -> const model::Function* {
        const auto count = std::count_if(functions_.begin(), functions_.end(), is_it);
        return count == 1 ? find(is_it) : nullptr;
    };
    const std::string own = path_of(name);
    const model::Function* found = find([&](const model::Function& function) {
        return function.logical_id == own || function.logical_id == name;
    });
    if (found == nullptr) {
        found = find([&](const model::Function& function) {
            return function.name == name || dashed(function.logical_id) == name;
        });
    }
    if (found == nullptr) {
        found = find_only(
            [&](const model::Function& function) { return last_of(function.logical_id) == name; });
    }
    if (found == nullptr) {
        found = find_only(
            [&](const model::Function& function) { return is_construct(function, name); });
    }
    return found;
}

std::vector<const model::Function*> Application::functions_called(std::string_view name) const {
    std::vector<const model::Function*> found;
    if (const model::Function* function = find_function(name)) {
        return {function};
    }
    for (const model::Function& function : functions_) {
        if (is_short_for(name, function)) {
            found.push_back(&function);
        }
    }
    std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) {
        return base::to_lower(a->logical_id) < base::to_lower(b->logical_id);
    });
    return found;
}

base::Result<const model::Function*> Application::require_function(const std::string& name) const {
    if (name.empty()) {
        if (functions_.size() == 1) {
            return &functions_.front();
        }
        if (functions_.empty() && !broken_functions_.empty()) {
            return base::fail(broken_functions_.begin()->second);
        }
        base::Error error;
        error.message = functions_.empty() ? "the template has no function"
                                           : "You must provide a function logical ID: there is "
                                             "more than one function";
        error.hint = functions_.empty() ? "add a resource of the type AWS::Serverless::Function"
                                        : fmt::format("name one of: {}", list_of(functions_));
        return base::fail(std::move(error));
    }
    if (const auto found = functions_called(name); !found.empty()) {
        return found.front();
    }
    if (const auto broken = broken_functions_.find(name); broken != broken_functions_.end()) {
        return base::fail(broken->second);
    }
    return base::fail(
        fmt::format("Function {} not found in template", name),
        functions_.empty() ? "the template has no function"
                           : fmt::format("it has: {}", list_of(functions_)));
}

const model::Layer* Application::find_layer(std::string_view arn) const {
    const auto found = std::find_if(layers_.begin(), layers_.end(), [&](const model::Layer& layer) {
        // Another account may have a layer of that name.
        return arn.ends_with(fmt::format(":{}:layer:{}:1", aws::local_account, layer.deployed_id));
    });
    return found == layers_.end() ? nullptr : &*found;
}

} // namespace samara::app
