#include "app/load/application.h"

#include "app/load/function_environment.h"
#include "app/load/known_value.h"
#include "app/load/local_files.h"
#include "app/load/nested.h"
#include "app/load/partial_transform.h"
#include "app/load/resource_texts.h"
#include "app/load/spelling.h"
#include "app/load/stack_names.h"
#include "app/load/template_file.h"
#include "aws/account.h"
#include "base/diagnostics.h"
#include "base/hint.h"
#include "base/strings.h"
#include "base/try.h"
#include "data/read.h"
#include "model/assets.h"
#include "model/nested_stack.h"
#include "os/file.h"
#include "transform/checks/resource_types.h"
#include "transform/core/expanders.h"
#include "transform/core/local_paths.h"
#include "transform/core/loops.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

using data::Value;

constexpr std::string_view serverless = "AWS::Serverless::";

// What is said of a part that something was said of before follows from that.
void add_new(const base::Diagnostics& found, base::Diagnostics& known) {
    const std::size_t before = known.size();
    for (const base::Diagnostic& diagnostic : found) {
        const base::Error& error = diagnostic.error;
        const bool told = std::any_of(
            known.begin(),
            known.begin() + static_cast<std::ptrdiff_t>(before),
            [&](const auto& other) {
                const bool same_place = error.where.known() && other.error.where.known() &&
                                        error.where.line == other.error.where.line &&
                                        error.where.column == other.error.where.column;
                const bool same_part =
                    other.severity == base::Severity::error && !error.resource.empty() &&
                    !error.property.empty() && error.resource == other.error.resource &&
                    error.property.substr(0, error.property.find('.')) == other.error.property;
                return same_place || same_part;
            });
        if (!told) {
            known.push_back(diagnostic);
        }
    }
}

constexpr std::string_view event_invoke_config = "AWS::Lambda::EventInvokeConfig";

bool is_read(std::string_view type) {
    return model::is_function_type(type) || model::is_layer_type(type) ||
           model::is_published_type(type) || type == event_invoke_config;
}

// Not read, so not evaluated: nobody has to hear that they can only be known in AWS.
bool is_ignored(std::string_view property) {
    return property == "Role" || property == "Tags" || property == "VpcConfig" ||
           property == "KmsKeyArn" || property == "FunctionVersion";
}

// Paths in messages are as the user would type them.
std::string shown_path(const std::filesystem::path& path) {
    std::error_code failed;
    const std::filesystem::path relative = std::filesystem::relative(path, failed);
    return failed || relative.empty() || relative.native().starts_with("..") ? path.string()
                                                                             : relative.string();
}

// The transform gives a layer another id with every change; people know it by their own.
void keep_layer_ids(Value& document) {
    Value* resources = document.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return;
    }
    for (data::Entry& resource : *resources->as_map()) {
        const Value* type = resource.value.find("Type");
        if (type == nullptr || type->text() != "AWS::Serverless::LayerVersion") {
            continue;
        }
        Value& metadata = (*resource.value.as_map())["Metadata"];
        if (metadata.is_null()) {
            metadata = data::Map();
        }
        if (metadata.is_map()) {
            metadata.as_map()->set("SamResourceId", resource.key);
        }
    }
}

// A layer's is the one that keep_layer_ids has kept, or that CDK's construct has.
std::string_view
folder_name(std::string_view type, std::string_view logical_id, const Value& resource) {
    const Value* metadata = resource.find("Metadata");
    const Value* own = metadata == nullptr ? nullptr : metadata->find("SamResourceId");
    const bool named = own != nullptr && !own->text().empty() && model::is_layer_type(type);
    return named ? own->text() : logical_id;
}

intrinsics::PseudoParameters pseudo_parameters(const LoadOptions& options) {
    intrinsics::PseudoParameters pseudo = intrinsics::pseudo_parameters(options.region);
    if (!options.stack_path.empty()) {
        pseudo.name_prefix = dashed(options.stack_path) + "-";
        pseudo.stack_name += "-" + dashed(options.stack_path);
    }
    return pseudo;
}

} // namespace

Application::Application(LoadOptions options, Documents documents)
    : options_(std::move(options)), documents_(std::make_unique<Documents>(std::move(documents))) {}

Application::Application(Application&&) noexcept = default;
Application& Application::operator=(Application&&) noexcept = default;
Application::~Application() = default;

base::Result<Application> Application::load(const LoadOptions& options) {
    const base::Result<std::string> text = os::read_file(options.template_file);
    if (!text) {
        return base::fail(text.error());
    }
    base::Diagnostics diagnostics;
    base::Result<Value> source =
        data::read_document(*text, shown_path(options.template_file), &diagnostics);
    if (!source) {
        return base::fail(std::move(source).error());
    }
    if (auto sections = model::sections_of(*source, diagnostics); !sections) {
        base::Error error = std::move(sections).error();
        if (!error.where.known()) {
            error.where.file =
                std::make_shared<const std::string>(shown_path(options.template_file));
        }
        return base::fail(std::move(error));
    }
    if (options.stack_path.empty()) {
        warn_of_cdk(*source, diagnostics);
    }
    model::apply_assets(*source);
    if (options.stack_path.empty()) { // the parameters of a nested stack are its parent's
        for (base::Diagnostic& found : check_overrides(*source, options.parameter_overrides)) {
            diagnostics.push_back(std::move(found));
        }
    }
    transform::Options settings;
    settings.region = options.region;
    settings.local_artifacts = true;
    for (const auto& [name, value] : options.parameter_overrides) {
        settings.parameter_overrides.emplace(name, value);
    }
    transform::expand_template_loops(*source, settings, diagnostics);
    const KnownValue known = [&](const Value& call) {
        return known_value(*source, call, options.region, options.parameter_overrides);
    };
    Included complete =
        include_local_files(*source, options.template_file.parent_path(), known, diagnostics);
    keep_layer_ids(complete.document);
    transform::resolve_local_paths(*source, settings); // the transform tells what AWS refuses
    PartialTemplate partial = transform_in_part(std::move(complete.document), settings);
    add_new(partial.diagnostics, diagnostics);

    Application application(options, {std::move(*source), std::move(partial.document)});
    application.broken_ = std::move(partial.broken);
    application.closed_ = std::move(partial.closed);
    application.diagnostics_ = std::move(diagnostics);
    application.files_ = std::move(complete.files);
    application.complete_ = complete.complete;
    application.files_.push_back(options.template_file);
    TRY(application.read());
    return application;
}

base::Result<void> Application::read() {
    base::Diagnostics known; // reported of the source, and of the parameters by the transform
    auto sections = model::sections_of(documents_->transformed, known);
    if (!sections) {
        // The transform has said what is wrong; an empty document is only what follows from it.
        for (const base::Diagnostic& diagnostic : diagnostics_) {
            if (diagnostic.severity == base::Severity::error) {
                return base::fail(diagnostic.error);
            }
        }
        return base::fail(std::move(sections).error());
    }
    sections_ = *sections;
    auto parameters =
        model::parameter_values(*sections_.parameters, options_.parameter_overrides, known);
    resolver_.emplace(sections_, std::move(parameters), pseudo_parameters(options_));
    find_function_urls();
    load_nested();
    for (const data::Entry& resource : *sections_.resources) {
        read_resource(resource);
    }
    take_over_nested();
    apply_settings();
    return {};
}

// The transform may have made it of what the user wrote.
base::Location Application::written_at(const data::Entry& resource) const {
    if (resource.value.where().known()) {
        return resource.value.where();
    }
    const Value* written = documents_->source.find("Resources");
    const data::Entry* entry =
        written == nullptr ? nullptr : written->as_map()->find_entry(resource.key);
    return entry == nullptr ? resource.key_where.place : entry->key_where.place;
}

void Application::read_resource(const data::Entry& resource) {
    const Value* type = resource.value.find("Type");
    const std::string_view name = type == nullptr ? std::string_view() : type->text();
    if (type != nullptr && !is_read(name)) {
        report_type(resource, *type);
    }
    if (!is_read(name)) {
        return;
    }
    if (!resolver_->exists(resource.value, diagnostics_) && !options_.whatever_condition) {
        if (!model::is_function_type(name) || resource.key != options_.asked_for) {
            return;
        }
        base::Error error;
        error.message =
            "AWS does not create it, since its Condition is false; it is run because it "
            "is asked for";
        error.resource = resource.key;
        error.where = written_at(resource);
        diagnostics_.push_back({base::Severity::warning, std::move(error)});
    }
    if (const auto broken = broken_.find(resource.key); broken != broken_.end()) {
        if (model::is_function_type(name)) {
            broken_functions_.emplace(path_of(resource.key), broken->second);
        }
        return;
    }
    Value resolved = resource.value;
    if (!resolved.where().known()) {
        resolved.set_where(written_at(resource));
    }
    if (const Value* properties = resource.value.find("Properties");
        properties != nullptr && properties->is_map()) {
        data::Map kept;
        for (const data::Entry& property : *properties->as_map()) {
            if (!is_ignored(property.key)) {
                resolve_member(resource.key, property, kept);
            }
        }
        resolved.as_map()->set("Properties", Value(std::move(kept)));
    }
    if (const data::Entry* metadata = resource.value.as_map()->find_entry("Metadata")) {
        resolve_member(resource.key, *metadata, *resolved.as_map());
    }
    const auto checked =
        check_folder_name(folder_name(name, resource.key, resolved), resource.key_where)
            .and_then([&] { return check_resource_texts(resource.key, resolved); });
    if (!checked) {
        diagnostics_.push_back({base::Severity::error, checked.error()});
        if (model::is_function_type(name)) {
            broken_functions_.emplace(path_of(resource.key), checked.error());
        }
        return;
    }
    read_resolved(name, resource.key, resolved);
}

void Application::read_resolved(
    std::string_view type, const std::string& logical_id, const data::Value& resource) {
    if (model::is_layer_type(type)) {
        const std::string id(folder_name(type, logical_id, resource));
        if (auto layer = model::read_layer(id, resource, diagnostics_)) {
            layer->logical_id = path_of(id);
            layer->deployed_id = physical_id(logical_id);
            layers_.push_back(std::move(*layer));
        }
    } else if (model::is_published_type(type)) {
        if (auto found = model::read_provisioned_concurrency(logical_id, resource, diagnostics_)) {
            provisioned_.push_back(std::move(*found));
        }
    } else if (type == event_invoke_config) {
        if (auto config = model::read_event_invoke_config(logical_id, resource, diagnostics_)) {
            event_configs_.push_back(std::move(*config));
        }
    } else {
        base::Diagnostics found;
        auto function = model::read_function(logical_id, resource, found);
        if (function) {
            function->logical_id = path_of(logical_id);
            if (function->name == logical_id) {
                function->name = physical_id(logical_id);
            }
            functions_.push_back(std::move(*function));
        } else {
            broken_functions_.emplace(path_of(logical_id), reason(base::first_error(found)));
        }
        add_new(found, diagnostics_);
    }
}

// What is missing was perhaps taken out, for what was reported of it then.
base::Error Application::reason(base::Error error) const {
    for (const base::Diagnostic& told : diagnostics_) {
        if (told.severity == base::Severity::error && told.error.resource == error.resource &&
            !error.property.empty() && told.error.property == error.property) {
            return told.error;
        }
    }
    return error;
}

// A member that cannot be evaluated is left out.
void Application::resolve_member(
    const std::string& logical_id, const data::Entry& member, data::Map& target) {
    const std::size_t before = diagnostics_.size();
    Value resolved = resolver_->resolve(member.value, diagnostics_);
    for (std::size_t i = before; i < diagnostics_.size(); ++i) {
        base::Error& error = diagnostics_[i].error;
        if (error.resource.empty()) { // else of a nested stack, which it asked
            error.resource = logical_id;
            error.property = member.key;
        }
    }
    target.erase(member.key);
    if (!resolved.is_null()) {
        target.set(data::Entry(member.key, std::move(resolved), member.key_where));
    }
}

// The transform leaves what it does not know: of SAM's types that is a mistake, of others a guess.
void Application::report_type(const data::Entry& resource, const Value& type) {
    base::Diagnostic found;
    base::Error& error = found.error;
    if (type.text().starts_with(serverless)) {
        const std::string_view near = base::nearest(type.text(), transform::sam_types());
        error.message = fmt::format("there is no resource type {}", type.text());
        error.hint = base::did_you_mean(near, "AWS refuses this at deployment");
    } else if (const auto near = transform::misspelt_type(type.text()); near && !near->empty()) {
        found.severity = base::Severity::warning;
        error.message = fmt::format("CloudFormation is not known to have the type {}", type.text());
        error.hint = base::did_you_mean(*near);
    } else {
        return;
    }
    error.where = type.where();
    error.resource = resource.key;
    error.property = "Type";
    diagnostics_.push_back(std::move(found));
}

// Whatever version or alias they are for: there is one version here.
void Application::apply_settings() {
    const auto function_of = [this](const std::string& reference) -> model::Function* {
        const model::Function* found = find_function(model::function_name_of(reference));
        return found == nullptr ? nullptr
                                : &functions_[static_cast<std::size_t>(found - functions_.data())];
    };
    for (const model::EventInvokeConfig& config : event_configs_) {
        if (model::Function* function = function_of(config.function)) {
            function->events = config.events;
        }
    }
    for (const model::ProvisionedConcurrency& provisioned : provisioned_) {
        if (model::Function* function = function_of(provisioned.function)) {
            function->provisioned_concurrency = provisioned.environments;
        }
    }
}

} // namespace samara::app
