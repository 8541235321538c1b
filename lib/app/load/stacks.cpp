#include "app/load/application.h"
#include "app/load/nested.h"
#include "app/load/stack_names.h"
#include "model/nested_stack.h"

#include <algorithm>

// Application: the stacks nested in it.
namespace samara::app {

namespace {

namespace fs = std::filesystem;

// What is relative to the nested template, from the folder of the outer one.
std::string from_outside(const std::string& path, const fs::path& nested, const fs::path& outer) {
    const bool remote = path.find("://") != std::string::npos;
    if (remote || fs::path(path).is_absolute()) {
        return path;
    }
    fs::path whole = (nested / path).lexically_normal();
    if (!whole.has_filename()) {
        whole = whole.parent_path(); // "src/" ends with a slash
    }
    return whole.lexically_relative(outer).generic_string();
}

} // namespace

std::string Application::path_of(std::string_view logical_id) const {
    return options_.stack_path.empty() ? std::string(logical_id)
                                       : options_.stack_path + "/" + std::string(logical_id);
}

std::string Application::physical_id(std::string_view logical_id) const {
    return dashed(path_of(logical_id));
}

std::vector<std::pair<std::string, Application*>> Application::nested() const {
    std::vector<std::pair<std::string, Application*>> stacks;
    for (const data::Entry& resource : *sections_.resources) {
        const auto found = nested_->stacks().find(resource.key);
        if (found != nested_->stacks().end() && found->second) {
            stacks.emplace_back(resource.key, found->second.get());
        }
    }
    return stacks;
}

void Application::for_each_stack(const std::function<void(Application&)>& visit) {
    visit(*this);
    for (const auto& [id, stack] : nested()) {
        stack->for_each_stack(visit);
    }
}

std::optional<data::Value>
Application::output(std::string_view name, base::Diagnostics& diagnostics) {
    const data::Value* output = sections_.outputs->find(name);
    const data::Value* value = output == nullptr ? nullptr : output->find("Value");
    if (value == nullptr || !resolver_->exists(*output, diagnostics)) {
        return std::nullopt;
    }
    return resolver_->resolve(*value, diagnostics);
}

void Application::load_nested() {
    nested_ = std::make_unique<Nested>(*this, diagnostics_);
    resolver_->set_stack_outputs(
        [nested = nested_.get()](
            std::string_view stack, std::string_view name, base::Diagnostics& diagnostics) {
            return nested->output(stack, name, diagnostics);
        });
    for (const data::Entry& resource : *sections_.resources) {
        const data::Value* type = resource.value.find("Type");
        if (type != nullptr && model::is_nested_stack(type->text())) {
            nested_->find(resource.key);
        }
    }
    nested_->release();
}

void Application::take_over_nested() {
    for (const auto& [id, stack] : nested()) {
        const fs::path folder = stack->folder();
        for (model::Function function : stack->functions_) {
            if (!function.inline_code) {
                function.code = from_outside(function.code, folder, this->folder());
            }
            function.template_folder =
                from_outside(function.template_folder, folder, this->folder());
            functions_.push_back(std::move(function));
        }
        for (model::Layer layer : stack->layers_) {
            layer.content = from_outside(layer.content, folder, this->folder());
            layer.template_folder = from_outside(layer.template_folder, folder, this->folder());
            layers_.push_back(std::move(layer));
        }
        for (base::Diagnostic diagnostic : stack->diagnostics_) {
            diagnostic.error.resource =
                diagnostic.error.resource.empty() ? id : id + "/" + diagnostic.error.resource;
            diagnostics_.push_back(std::move(diagnostic));
        }
        complete_ = complete_ && stack->complete_;
        broken_functions_.insert(stack->broken_functions_.begin(), stack->broken_functions_.end());
        files_.insert(files_.end(), stack->files_.begin(), stack->files_.end());
    }
}

// In the template's order, before anything is evaluated that tells of them.
void Application::find_function_urls() {
    if (!options_.function_url) {
        return;
    }
    std::map<std::string, std::string> urls;
    for (const data::Entry& resource : *sections_.resources) {
        const data::Value* type = resource.value.find("Type");
        if (type == nullptr || type->text() != "AWS::Lambda::Url" ||
            !resolver_->exists(resource.value, diagnostics_)) {
            continue;
        }
        if (std::string url = options_.function_url(physical_id(resource.key)); !url.empty()) {
            urls.emplace(resource.key, std::move(url));
        }
    }
    resolver_->set_function_urls(std::move(urls));
}

} // namespace samara::app
