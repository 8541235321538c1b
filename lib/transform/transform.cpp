#include "transform/transform.h"

#include "base/diagnostics.h"
#include "base/strings.h"
#include "model/parameter_checks.h"
#include "transform/api/api_paths.h"
#include "transform/core/context.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsic_checks.h"
#include "transform/core/logical_id.h"
#include "transform/core/resource.h"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// A template that no pass can work with: one error and no more.
bool is_usable(const Value& document, base::Diagnostics& diagnostics) {
    base::Error error;
    const Value* resources = document.find("Resources");
    if (!document.is_map()) {
        error.message = "the template must be a map";
        error.where = document.where();
    } else if (resources == nullptr || !resources->is_map() || resources->as_map()->empty()) {
        error.message = "the template has no Resources";
        error.hint = "add a Resources section with at least one resource";
        error.where = resources == nullptr ? document.where() : resources->where();
    } else {
        return true;
    }
    diagnostics.push_back({base::Severity::error, std::move(error)});
    return false;
}

void report(
    Context& context, const data::Entry& resource, std::string message, std::string property = {}) {
    base::Error error;
    error.resource = resource.key;
    error.where = resource.key_where;
    error.message = std::move(message);
    error.property = std::move(property);
    context.report({base::Severity::error, std::move(error)});
}

/// Whether CloudFormation takes it; YAML lets a number be a key, AWS's transform does not.
bool is_logical_id(std::string_view id) {
    return alphanumeric(id) == id && id.find_first_not_of("0123456789") != std::string_view::npos;
}

void check_sam_resource(Context& context, const data::Entry& resource) {
    const Value* properties = resource.value.find("Properties");
    if (properties != nullptr && !properties->is_map()) {
        report(
            context,
            resource,
            fmt::format("Properties must be a map, not {}", data::kind_name(properties->kind())),
            "Properties");
    }
    const Value* condition = resource.value.find("Condition");
    if (condition != nullptr && !condition->is_string() && !condition->is_null()) {
        context.error(
            fmt::format("Condition of {} must be the name of a condition", resource.key),
            {},
            condition->where());
    }
}

void check_template(Context& context) {
    for (const char* name : {"Mappings", "Conditions"}) {
        const Value* section = context.document().find(name);
        const bool may_be_empty = name != std::string_view("Mappings");
        if (section != nullptr && !section->is_map() && !(may_be_empty && section->is_null())) {
            context.error(
                fmt::format("{} must be a map", name),
                "remove the section, or write a name and what it means",
                section->where());
        }
    }
    for (const data::Entry& resource : context.resources()) {
        if (!resource.value.is_map()) {
            context.error(
                fmt::format(
                    "resource {} must be a map, not {}",
                    resource.key,
                    data::kind_name(resource.value.kind())),
                "add Type and Properties",
                resource.key_where);
            continue;
        }
        const Value* type = resource.value.find("Type");
        if (type != nullptr && find_type(type->text()) != nullptr) {
            check_sam_resource(context, resource);
            check_substitutions(context, resource.value);
        }
    }
}

/// Which of the generated resources came from each resource of the template.
using Origins = std::map<std::string, std::vector<std::string>, std::less<>>;

/// AWS's transform visits resources in the order of Python 2's hashes where deployment ids depend
/// on it: in templates with a REST API, or with an HTTP API that has a default authorizer. Else it
/// goes through them as they are written.
bool is_in_hash_order(const Map& resources) {
    return std::any_of(resources.begin(), resources.end(), [](const data::Entry& entry) {
        const Value* type = entry.value.find("Type");
        if (type == nullptr || type->text() != "AWS::Serverless::HttpApi") {
            return type != nullptr && type->text() == "AWS::Serverless::Api";
        }
        const Value* properties = entry.value.find("Properties");
        const Value* auth = properties == nullptr ? nullptr : properties->find("Auth");
        return auth != nullptr && auth->find("DefaultAuthorizer") != nullptr;
    });
}

std::vector<const data::Entry*> in_aws_order(Context& context) {
    const Map& resources = context.resources();
    if (is_in_hash_order(resources)) {
        return resources_in_order(context, 2);
    }
    std::vector<const data::Entry*> out;
    out.reserve(resources.size());
    for (const data::Entry& entry : resources) {
        out.push_back(&entry);
    }
    return out;
}

bool has_errors_since(Context& context, std::ptrdiff_t reported) {
    const base::Diagnostics& diagnostics = context.diagnostics();
    return std::any_of(
        diagnostics.begin() + reported, diagnostics.end(), [](const base::Diagnostic& diagnostic) {
            return diagnostic.severity == base::Severity::error;
        });
}

/// Takes away what a resource that is wrong has generated: connectors cannot be made to it.
void drop_since(Context& context, std::ptrdiff_t before) {
    std::vector<std::string> ids;
    const Map& generated = context.generated();
    std::transform(
        generated.begin() + before,
        generated.end(),
        std::back_inserter(ids),
        [](const data::Entry& made) { return made.key; });
    for (const std::string& id : ids) {
        context.generated().erase(id);
    }
}

/// In the order of AWS's transform.
Origins expand_resources(Context& context) {
    Origins origins;
    const std::vector<const data::Entry*> ordered = in_aws_order(context);
    for (const Phase phase :
         {Phase::function, Phase::state_machine, Phase::api, Phase::other, Phase::connector}) {
        for (const data::Entry* next : ordered) {
            data::Entry& entry = *context.resources().find_entry(next->key);
            const Value* type = entry.value.find("Type");
            const TypeRow* row = type == nullptr ? nullptr : find_type(type->text());
            if (row == nullptr || row->phase != phase) {
                continue;
            }
            if (!is_logical_id(entry.key)) {
                report(context, entry, "a logical id consists of letters and digits");
                continue;
            }
            const auto before = static_cast<std::ptrdiff_t>(context.generated().size());
            const auto reported = static_cast<std::ptrdiff_t>(context.diagnostics().size());
            Resource resource(context, entry, *entry.value.as_map());
            row->expand(resource);
            const Map& generated = context.generated();
            if (!context.options().local_artifacts && has_errors_since(context, reported)) {
                drop_since(context, before);
                continue;
            }
            std::transform(
                generated.begin() + before,
                generated.end(),
                std::back_inserter(origins[entry.key]),
                [](const data::Entry& made) { return made.key; });
        }
    }
    return origins;
}

/// The passes of AWS's transform in its order: the REST APIs of events, their HTTP APIs, Globals
/// (what they say of a definition is said of SAM's), the resources. None begins when the one
/// before it has found errors, unless as much as possible is wanted.
Origins run_passes(Context& context) {
    const auto goes_on = [&] {
        return context.options().local_artifacts || !base::has_errors(context.diagnostics());
    };
    for (const std::string_view event_type : {"Api", "HttpApi"}) {
        if (goes_on()) {
            add_implicit_api(context, event_type);
        }
    }
    if (goes_on()) {
        order_events(context);
        merge_globals(context);
    }
    if (!goes_on()) {
        return {};
    }
    extract_embedded_connectors(context);
    finish_api_definitions(context);
    if (!goes_on()) {
        return {};
    }
    Origins origins = expand_resources(context);
    add_deployments(context);
    return origins;
}

/// In the order of the template: its plain resources, and what was made of the others.
Map collect_resources(Context& context, const Origins& origins) {
    Map out;
    for (data::Entry& entry : context.resources()) {
        const Value* type = entry.value.find("Type");
        if (type == nullptr || find_type(type->text()) == nullptr) {
            out.set(std::move(entry));
        } else if (const auto made = origins.find(entry.key); made != origins.end()) {
            for (const std::string& id : made->second) {
                out.set(id, std::move(*context.generated().find(id)));
            }
        }
    }
    for (data::Entry& entry : context.generated()) {
        if (!out.contains(entry.key)) {
            out.set(std::move(entry));
        }
    }
    return out;
}

/// The template's order rather than that of the expansion, and each but once.
void put_in_order(base::Diagnostics& diagnostics) {
    base::sort_by_place(diagnostics);
    const auto same = [](const base::Diagnostic& a, const base::Diagnostic& b) {
        return a.error.where.line == b.error.where.line &&
               a.error.where.column == b.error.where.column && a.error.message == b.error.message &&
               a.error.resource == b.error.resource && a.error.event == b.error.event;
    };
    diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end(), same), diagnostics.end());
}

bool is_sam_transform(const Value& name) {
    return name.text().starts_with("AWS::Serverless-") || name.text() == "AWS::LanguageExtensions";
}

/// Without the sections that only this transform reads.
void remove_sam_sections(Map& document) {
    document.erase("Globals");
    Value* transforms = document.find("Transform");
    if (transforms == nullptr) {
        return;
    }
    if (List* list = transforms->as_list()) {
        list->erase(std::remove_if(list->begin(), list->end(), is_sam_transform), list->end());
        if (list->empty()) {
            document.erase("Transform");
        }
    } else if (is_sam_transform(*transforms)) {
        document.erase("Transform");
    }
}

} // namespace

Output transform(Value document, const Options& options) {
    Output output;
    if (!is_usable(document, output.diagnostics)) {
        return output;
    }
    if (const Value* parameters = document.find("Parameters");
        parameters != nullptr && parameters->is_map()) {
        output.diagnostics =
            model::check_parameters(*parameters->as_map(), options.parameter_overrides);
    }
    Context context(document, options);
    for (base::Diagnostic& diagnostic : output.diagnostics) {
        context.report(std::move(diagnostic));
    }
    expand_language_extensions(context);
    check_template(context);
    Origins origins;
    if (!base::has_errors(context.diagnostics())) {
        origins = run_passes(context);
    }
    if (!options.local_artifacts) {
        context.keep_what_aws_tells();
    }
    output.diagnostics = std::move(context.diagnostics());
    put_in_order(output.diagnostics);
    if (base::has_errors(output.diagnostics) && !options.local_artifacts) {
        return output;
    }
    Map resources = collect_resources(context, origins);
    context.resolve_dependencies(resources);
    *document.find("Resources") = std::move(resources);
    remove_sam_sections(*document.as_map());
    context.resolve_generated_references(document);
    output.document = std::move(document);
    return output;
}

} // namespace samara::transform
