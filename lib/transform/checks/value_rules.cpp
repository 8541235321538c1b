#include "transform/checks/value_rules.h"

#include "base/hint.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/embedded_table.h"
#include "model/limits.h"
#include "model/runtimes.h"
#include "samara_transform_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Value;

constexpr std::string_view limits_file = "value_limits.json";

constexpr std::array methods{
    std::string_view("GET"),
    std::string_view("POST"),
    std::string_view("PUT"),
    std::string_view("PATCH"),
    std::string_view("DELETE"),
    std::string_view("HEAD"),
    std::string_view("OPTIONS"),
    std::string_view("ANY"),
    std::string_view("X-AMAZON-APIGATEWAY-ANY-METHOD")};

/// A property of a resource, or of an event of it, and whose it is.
struct Owner {
    const data::Entry& resource;
    std::string event = {};
};

// The quotas that local commands keep, too, have their numbers in schemas/limits.json.
Value read_limits() {
    const model::Limits& quotas = model::limits();
    const std::map<std::string_view, std::pair<std::uint32_t, std::uint32_t>> by_name{
        {"timeout", {quotas.least_timeout_seconds, quotas.timeout_seconds}},
        {"memory", {quotas.least_memory_mb, quotas.memory_mb}},
        {"storage", {quotas.least_storage_mb, quotas.storage_mb}}};
    Value table = data::embedded_table(embedded(limits_file), limits_file);
    for (Value& row : *table.as_list()) {
        if (const auto quota = by_name.find(data::text_of(row, "quota")); quota != by_name.end()) {
            row.as_map()->set("least", std::int64_t{quota->second.first});
            row.as_map()->set("most", std::int64_t{quota->second.second});
        }
    }
    return table;
}

const Value& limits() {
    static const Value table = read_limits();
    return table;
}

bool is_among(const Value* names, std::string_view name) {
    return names != nullptr &&
           std::any_of(names->as_list()->begin(), names->as_list()->end(), [&](const Value& each) {
               return each.text() == name;
           });
}

const Value* at_path(const Value& properties, std::string_view path) {
    const Value* value = &properties;
    for (const std::string_view name : base::split(path, '.')) {
        value = value == nullptr ? nullptr : value->find(name);
    }
    return value;
}

std::optional<double> number_of(const Value& value) {
    const std::string text = data::scalar_text(value);
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, number);
    return failed == std::errc{} && stop == end && !text.empty() ? std::optional(number)
                                                                 : std::nullopt;
}

std::string range_of(const Value& row) {
    const Value* most = row.find("most");
    const std::string least = data::scalar_text(*row.find("least"));
    return most == nullptr ? fmt::format("{} or more", least)
                           : fmt::format("{} to {}", least, data::scalar_text(*most));
}

class ValueCheck {
public:
    ValueCheck(const Value& document, std::string_view today) : today_(today) {
        if (const Value* globals = document.find("Globals")) {
            function_globals_ = globals->find("Function");
        }
        const Value* resources = document.find("Resources");
        if (resources == nullptr || !resources->is_map()) {
            return;
        }
        if (function_globals_ != nullptr && function_globals_->is_map()) {
            const data::Entry globals("Globals.Function", *function_globals_);
            check_limits({globals}, "AWS::Serverless::Function", "types", *function_globals_);
        }
        for (const data::Entry& resource : *resources->as_map()) {
            check_resource(resource);
        }
    }

    base::Diagnostics found;

private:
    void report(
        const Owner& owner,
        const Value& at,
        std::string_view property,
        std::string message,
        std::string hint,
        base::Severity severity = base::Severity::error) {
        base::Error error;
        error.resource = owner.resource.key;
        error.event = owner.event;
        error.property = property;
        error.where = at.where();
        error.message = std::move(message);
        error.hint = std::move(hint);
        found.push_back({severity, std::move(error)});
    }

    void check_limits(
        const Owner& owner,
        std::string_view type,
        std::string_view column,
        const Value& properties) {
        for (const Value& row : *limits().as_list()) {
            const std::string_view property = row.find("property")->text();
            const Value* value = at_path(properties, property);
            const Value* unless = row.find("unless");
            if (!is_among(row.find(column), type) || value == nullptr || value->is_map() ||
                value->is_list() || value->is_null() ||
                (unless != nullptr && properties.find(unless->text()) != nullptr)) {
                continue;
            }
            const auto number = number_of(*value);
            const Value* most = row.find("most");
            const bool fits = number && *number >= *number_of(*row.find("least")) &&
                              (most == nullptr || *number <= *number_of(*most));
            if (!fits) {
                report(
                    owner,
                    *value,
                    property,
                    fmt::format(
                        "{} is {}, which {}",
                        property,
                        data::scalar_text(*value),
                        number ? "AWS does not take" : "is no number"),
                    fmt::format("write a number, {}", range_of(row)));
            }
        }
    }

    void check_resource(const data::Entry& resource) {
        const Value* type = resource.value.find("Type");
        const Value* properties = resource.value.find("Properties");
        if (type == nullptr || properties == nullptr || !properties->is_map()) {
            return;
        }
        const Owner owner{resource};
        check_limits(owner, type->text(), "types", *properties);
        const bool sam = type->text() == "AWS::Serverless::Function";
        if (sam || type->text() == "AWS::Lambda::Function") {
            check_runtime(owner, *properties, sam);
        }
        const Value* events = properties->find("Events");
        if (sam && events != nullptr && events->is_map()) {
            for (const data::Entry& event : *events->as_map()) {
                check_event({resource, event.key}, event.value);
            }
        }
    }

    void check_runtime(const Owner& owner, const Value& properties, bool sam) {
        const Value* id = properties.find("Runtime");
        if (id == nullptr && sam && function_globals_ != nullptr) {
            id = function_globals_->find("Runtime");
        }
        const Value* package = properties.find("PackageType");
        if (id == nullptr || !id->is_string() ||
            (package != nullptr && package->text() == "Image")) {
            return;
        }
        const auto runtime = model::find_runtime(id->text());
        if (!runtime) {
            const std::string near = model::nearest_runtime(id->text());
            report(
                owner,
                *id,
                "Runtime",
                fmt::format("Lambda has no runtime {}", id->text()),
                base::did_you_mean(near, "write for example python3.13 or nodejs22.x"));
        } else if (model::is_retired(*runtime, today_)) {
            report(
                owner,
                *id,
                "Runtime",
                fmt::format(
                    "Lambda creates no function with runtime {} since {}",
                    runtime->id,
                    runtime->blocked),
                fmt::format("move to a newer {} runtime", runtime->family),
                base::Severity::warning);
        }
    }

    void check_event(const Owner& owner, const Value& event) {
        const Value* type = event.find("Type");
        const Value* properties = event.find("Properties");
        if (type == nullptr || properties == nullptr || !properties->is_map()) {
            return;
        }
        check_limits(owner, type->text(), "events", *properties);
        if (type->text() != "Api" && type->text() != "HttpApi") {
            return;
        }
        const Value* method = properties->find("Method");
        if (method != nullptr && method->is_string() &&
            std::find(methods.begin(), methods.end(), base::to_upper(method->text())) ==
                methods.end()) {
            const std::string_view near =
                base::nearest(base::to_upper(method->text()), {methods.begin(), methods.end() - 1});
            report(
                owner,
                *method,
                "Method",
                fmt::format("API Gateway has no method {}", method->text()),
                base::did_you_mean(
                    near, "write GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS or ANY"));
        }
        const Value* path = properties->find("Path");
        const bool catch_all = type->text() == "HttpApi" && path != nullptr &&
                               (path->text() == "$default" || path->text() == "/$default");
        if (path != nullptr && path->is_string() && !catch_all) {
            if (const std::string_view fault = path_fault(path->text()); !fault.empty()) {
                report(
                    owner,
                    *path,
                    "Path",
                    fmt::format("API Gateway does not take the path {}: {}", path->text(), fault),
                    "write for example /users/{id} or /files/{path+}");
            }
        }
    }

    std::string today_;
    const Value* function_globals_ = nullptr;
};

std::string_view segment_fault(std::string_view segment, bool last) {
    const std::size_t open = segment.find('{');
    const std::size_t close = segment.find('}');
    if (open == std::string_view::npos && close == std::string_view::npos) {
        return segment.find_first_of(" \t\"<>\\^`|?#") == std::string_view::npos
                   ? std::string_view()
                   : "it has a character that is not allowed there";
    }
    if (open != 0 || close != segment.size() - 1) {
        return "braces enclose a whole part of a path, between slashes";
    }
    std::string_view name = segment.substr(1, segment.size() - 2);
    if (name.ends_with('+')) {
        if (!last) {
            return "what takes the rest of a path, {name+}, comes last";
        }
        name.remove_suffix(1);
    }
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789._-:";
    return !name.empty() && name.find_first_not_of(allowed) == std::string_view::npos
               ? std::string_view()
               : "the name in braces consists of letters, digits, '.', '_' and '-'";
}

} // namespace

std::string_view path_fault(std::string_view path) {
    if (!path.starts_with('/')) {
        return "it does not begin with '/'";
    }
    const std::vector<std::string_view> segments = base::split(path.substr(1), '/');
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (const std::string_view fault = segment_fault(segments[i], i + 1 == segments.size());
            !fault.empty()) {
            return fault;
        }
    }
    return {};
}

base::Diagnostics check_values(const Value& document, std::string_view today) {
    return ValueCheck(document, today).found;
}

} // namespace samara::transform
