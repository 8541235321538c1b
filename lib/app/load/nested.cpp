#include "app/load/nested.h"

#include "app/load/resource_texts.h"
#include "base/hint.h"
#include "base/strings.h"
#include "data/walk.h"
#include "model/nested_stack.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

namespace fs = std::filesystem;

base::Error
fault(const std::string& logical_id, base::Location where, std::string message, std::string hint) {
    base::Error error;
    error.message = fmt::format("nested stack '{}': {}", logical_id, message);
    error.hint = std::move(hint);
    error.where = std::move(where);
    error.resource = logical_id;
    return error;
}

} // namespace

Nested::Nested(Application& outer, base::Diagnostics& diagnostics)
    : outer_(&outer), diagnostics_(&diagnostics) {}

Application* Nested::find(std::string_view logical_id) {
    if (const auto known = stacks_.find(logical_id); known != stacks_.end()) {
        return known->second.get();
    }
    const data::Entry* resource =
        outer_ == nullptr ? nullptr : outer_->sections_.resources->find_entry(logical_id);
    if (resource == nullptr) {
        return nullptr;
    }
    const auto [entry, fresh] = opening_.emplace(logical_id);
    if (!fresh) {
        diagnostics_->push_back(
            {base::Severity::error,
             fault(
                 *entry,
                 resource->value.where(),
                 "its parameters need an output that is only known after them",
                 "CloudFormation refuses circular dependencies between resources")});
        return nullptr;
    }
    std::unique_ptr<Application> loaded = load(*resource);
    opening_.erase(entry);
    return stacks_.emplace(logical_id, std::move(loaded)).first->second.get();
}

std::unique_ptr<Application> Nested::load(const data::Entry& resource) {
    const std::string& id = resource.key;
    const auto fail = [&](base::Error error) {
        diagnostics_->push_back({base::Severity::error, std::move(error)});
        return nullptr;
    };
    intrinsics::Resolver& resolver = outer_->resolver();
    if (!resolver.exists(resource.value, *diagnostics_) && !outer_->options_.whatever_condition) {
        return nullptr;
    }
    if (auto named = check_folder_name(id, resource.key_where); !named) {
        return fail(std::move(named.error()));
    }
    const data::Value resolved = resolver.resolve(resource.value, *diagnostics_);
    const auto stack = model::read_nested_stack(id, resolved, *diagnostics_);
    if (!stack) {
        return nullptr;
    }
    LoadOptions options;
    options.template_file = (outer_->folder() / stack->location).lexically_normal();
    std::error_code failed;
    const fs::path canonical = fs::canonical(options.template_file, failed);
    if (failed || !fs::is_regular_file(canonical, failed)) {
        return fail(fault(
            id,
            stack->where,
            fmt::format("there is no template {}", options.template_file.string()),
            "the path is relative to the template that names it"));
    }
    options.nested_in = outer_->options_.nested_in;
    options.nested_in.push_back(fs::canonical(outer_->template_file(), failed));
    if (std::find(options.nested_in.begin(), options.nested_in.end(), canonical) !=
        options.nested_in.end()) {
        return fail(fault(
            id,
            stack->where,
            fmt::format("{} is nested in itself", stack->location),
            "name the template of another stack"));
    }
    options.region = outer_->region();
    options.whatever_condition = outer_->options_.whatever_condition;
    options.function_url = outer_->options_.function_url;
    options.stack_path = outer_->path_of(id);
    options.parameter_overrides = stack->parameters;
    auto loaded = Application::load(options);
    if (!loaded) {
        base::Error error = std::move(loaded).error();
        base::Error whole = fault(id, stack->where, error.message, error.hint);
        whole.where = error.where.known() ? error.where : whole.where;
        return fail(std::move(whole));
    }
    for (const auto& [name, value] : stack->parameters) {
        const data::Map& declared = *loaded->sections().parameters;
        if (!declared.contains(name)) {
            fail(fault(
                id,
                stack->where,
                fmt::format("{} has no parameter {}", stack->location, name),
                base::did_you_mean(
                    base::nearest(name, data::keys_of(declared)),
                    "declare it there, or do not give it")));
        }
    }
    return std::make_unique<Application>(std::move(*loaded));
}

std::optional<data::Value>
Nested::output(std::string_view stack, std::string_view name, base::Diagnostics& diagnostics) {
    Application* found = find(stack);
    if (found == nullptr) {
        return std::nullopt;
    }
    if (auto value = found->output(name, diagnostics)) {
        return value;
    }
    const data::Map& outputs = *found->sections().outputs;
    if (!outputs.contains(name)) {
        diagnostics.push_back(
            {base::Severity::error,
             fault(
                 std::string(stack),
                 {},
                 fmt::format("its template has no output {}", name),
                 base::did_you_mean(
                     base::nearest(name, data::keys_of(outputs)),
                     "add it to the Outputs of the nested template"))});
    }
    return std::nullopt;
}

} // namespace samara::app
