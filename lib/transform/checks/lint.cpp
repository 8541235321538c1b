#include "transform/checks/lint.h"

#include "base/strings.h"
#include "model/runtimes.h"
#include "transform/checks/lint_dependencies.h"
#include "transform/checks/lint_ignored.h"
#include "transform/checks/lint_names.h"
#include "transform/checks/lint_resources.h"
#include "transform/checks/lint_values.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Value;

/// The files in which a runtime family looks for a handler's module.
struct HandlerFiles {
    std::string_view family;
    std::array<std::string_view, 5> suffixes;
};

constexpr std::array handler_files{
    HandlerFiles{"python", {".py", "/__init__.py"}},
    HandlerFiles{"nodejs", {".js", ".mjs", ".cjs", ".ts", ".mts"}},
    HandlerFiles{"ruby", {".rb"}},
};

/// One function and what Globals says about functions.
class Function {
public:
    Function(const data::Entry& entry, const Value* globals)
        : entry_(entry), properties_(entry.value.find("Properties")), globals_(globals) {}

    [[nodiscard]] const Value* find(std::string_view name) const {
        const Value* own = properties_ == nullptr ? nullptr : properties_->find(name);
        return own != nullptr || globals_ == nullptr ? own : globals_->find(name);
    }

    [[nodiscard]] std::string_view text(std::string_view name) const {
        const Value* value = find(name);
        return value == nullptr ? std::string_view{} : value->text();
    }

    [[nodiscard]] const data::Entry& entry() const { return entry_; }

    [[nodiscard]] Finding
    warning(std::string_view property, std::string message, std::string hint) const {
        base::Error error;
        error.resource = entry_.key;
        error.property = property;
        const Value* value = find(property);
        error.where =
            value != nullptr && value->where().known() ? value->where() : entry_.key_where.place;
        error.message = std::move(message);
        error.hint = std::move(hint);
        return {{}, base::Severity::warning, std::move(error)};
    }

private:
    const data::Entry& entry_;
    const Value* properties_;
    const Value* globals_;
};

void check_runtime(const Function& function, const LintOptions& options, Findings& out) {
    const std::string_view id = function.text("Runtime");
    if (id.empty()) {
        return;
    }
    const auto runtime = model::find_runtime(id);
    if (runtime && !model::is_retired(*runtime, options.today) && // check_values tells those
        !runtime->deprecated.empty() && runtime->deprecated <= options.today) {
        out.push_back(function.warning(
            "Runtime",
            fmt::format("support of runtime {} ended on {}", id, runtime->deprecated),
            fmt::format("move to a newer {} runtime", runtime->family)));
        out.back().rule = "W2531";
    }
}

/// Whether the code comes from a local folder as it is, so that a handler can be looked for.
bool has_plain_local_code(const Function& function) {
    const Value* uri = function.find("CodeUri");
    const bool local = uri == nullptr || (uri->is_string() && !uri->text().starts_with("s3://"));
    const Value* metadata = function.entry().value.find("Metadata");
    return local && function.find("InlineCode") == nullptr &&
           function.text("PackageType") != "Image" &&
           (metadata == nullptr || metadata->find("BuildMethod") == nullptr);
}

void check_handler(const Function& function, const LintOptions& options, Findings& out) {
    const std::string_view handler = function.text("Handler");
    const auto runtime = model::find_runtime(function.text("Runtime"));
    if (!options.file_exists || handler.empty() || !runtime || !has_plain_local_code(function)) {
        return;
    }
    const auto* files =
        std::find_if(handler_files.begin(), handler_files.end(), [&](const HandlerFiles& row) {
            return row.family == runtime->family;
        });
    const std::size_t dot = handler.rfind('.');
    if (files == handler_files.end() || dot == std::string_view::npos) {
        return;
    }
    std::string module(handler.substr(0, dot));
    if (files->family == "python") {
        std::replace(module.begin(), module.end(), '.', '/');
    }
    const std::string_view folder = function.text("CodeUri");
    const std::string path = fmt::format("{}/{}", folder.empty() ? "." : folder, module);
    const bool found =
        std::any_of(files->suffixes.begin(), files->suffixes.end(), [&](std::string_view suffix) {
            return !suffix.empty() && options.file_exists(path + std::string(suffix));
        });
    if (!found) {
        out.push_back(function.warning(
            "Handler",
            fmt::format("there is no file {}{} for handler {}", path, files->suffixes[0], handler),
            "correct Handler or CodeUri"));
    }
}

/// "/a/{id}/b" and "/a/{name}/b" are the same route.
std::string normalized_path(std::string_view path) {
    std::string out;
    for (const std::string_view piece : base::split(path, '/')) {
        const bool parameter = piece.starts_with('{') && piece.ends_with('}');
        out += fmt::format(
            "/{}",
            !parameter              ? piece
            : piece.ends_with("+}") ? "{+}"
                                    : std::string_view("{}"));
    }
    return out;
}

/// Routes that two events answer.
class Routes {
public:
    void add(const data::Entry& owner, const data::Entry& event, Findings& out) {
        const Value* type = event.value.find("Type");
        const Value* properties = event.value.find("Properties");
        const bool http = type != nullptr && type->text() == "HttpApi";
        if (properties == nullptr || (!http && (type == nullptr || type->text() != "Api"))) {
            return;
        }
        const Value* path = properties->find("Path");
        const Value* method = properties->find("Method");
        if (path == nullptr || method == nullptr || !path->is_string() || !method->is_string()) {
            return;
        }
        const std::string route = fmt::format(
            "{} {} {} {}",
            type->text(),
            api_of(*properties, http ? "ApiId" : "RestApiId"),
            base::to_lower(method->text()),
            normalized_path(path->text()));
        const std::string name = fmt::format("{}.{}", owner.key, event.key);
        const auto [found, first] = routes_.emplace(route, name);
        if (first) {
            return;
        }
        base::Error error;
        error.resource = owner.key;
        error.event = event.key;
        error.property = "Path";
        error.where = path->where();
        error.message =
            fmt::format("{} {} is answered by {} too", method->text(), path->text(), found->second);
        error.hint = "give each route to one event";
        out.push_back({{}, base::Severity::warning, std::move(error)});
    }

private:
    static std::string api_of(const Value& properties, std::string_view name) {
        const Value* id = properties.find(name);
        const Value* reference = id == nullptr ? nullptr : argument_of(*id, "Ref");
        return std::string(
            reference != nullptr ? reference->text()
            : id != nullptr      ? id->text()
                                 : std::string_view("implicit"));
    }

    std::map<std::string, std::string> routes_;
};

void lint_functions(const Value& document, const LintOptions& options, Findings& out) {
    const Value* resources = document.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return;
    }
    const Value* globals = document.find("Globals");
    const Value* function_globals = globals == nullptr ? nullptr : globals->find("Function");
    Routes routes;
    for (const data::Entry& resource : *resources->as_map()) {
        const Value* type = resource.value.find("Type");
        if (type == nullptr) {
            continue;
        }
        if (type->text() == "AWS::Serverless::Function") {
            const Function function(resource, function_globals);
            check_runtime(function, options, out);
            check_handler(function, options, out);
        }
        const Value* properties = resource.value.find("Properties");
        const Value* events = properties == nullptr ? nullptr : properties->find("Events");
        if (events != nullptr && events->is_map()) {
            for (const data::Entry& event : *events->as_map()) {
                routes.add(resource, event, out);
            }
        }
    }
}

} // namespace

base::Diagnostics
lint(const Value& document, const Value& transformed, const LintOptions& options) {
    Findings found;
    const auto add = [&](Findings more) {
        std::move(more.begin(), more.end(), std::back_inserter(found));
    };
    add(lint_names(document));
    if (transformed.is_map()) {
        add(lint_resources(document, transformed));
    }
    add(lint_dependencies(document));
    add(lint_values(document));
    lint_functions(document, options, found);
    remove_ignored(found, document, options.ignored);
    base::Diagnostics out;
    for (Finding& each : found) {
        if (!each.rule.empty()) {
            each.error.message += fmt::format(" [{}]", each.rule);
        }
        out.push_back({each.severity, std::move(each.error)});
    }
    return out;
}

} // namespace samara::transform
