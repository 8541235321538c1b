#include "app/load/function_environment.h"

#include "app/load/dotenv.h"
#include "aws/account.h"
#include "base/strings.h"
#include "base/try.h"
#include "data/read.h"
#include "os/environment.h"
#include "os/exec_text.h"
#include "os/file.h"

#include <fmt/format.h>

namespace samara::app {

namespace {

base::Result<void> add_variable(const data::Entry& variable, Variables& variables) {
    std::string text = data::scalar_text(variable.value);
    if (const auto checked = os::check_variable(variable.key, text); !checked) {
        base::Error error = checked.error();
        error.where = variable.value.where();
        return base::fail(std::move(error));
    }
    variables[variable.key] = std::move(text);
    return {};
}

// A variable holds a text: what is none leaves it empty.
base::Error no_text(const data::Entry& variable) {
    base::Error error;
    error.message = fmt::format(
        "variable '{}' must be a text, not {}; it is empty",
        variable.key,
        data::kind_name(variable.value.kind()));
    error.hint = "write JSON as a quoted string";
    error.where = variable.value.where();
    return error;
}

base::Result<Variables> read_variables(const data::Entry& entry, base::Diagnostics* warnings) {
    const data::Map* map = entry.value.as_map();
    if (map == nullptr) {
        return base::fail(
            fmt::format(
                "'{}' must be a map of variables, not {}",
                entry.key,
                data::kind_name(entry.value.kind())),
            R"(write {"FunctionLogicalId": {"NAME": "value"}} or {"Parameters": {"NAME": "value"}})",
            entry.value.where());
    }
    Variables variables;
    for (const data::Entry& variable : *map) {
        if (!variable.value.is_list() && !variable.value.is_map()) {
            TRY(add_variable(variable, variables));
            continue;
        }
        base::Error error = no_text(variable);
        if (warnings == nullptr) {
            return base::fail(std::move(error));
        }
        warnings->push_back({base::Severity::warning, std::move(error)});
        TRY(add_variable(data::Entry(variable.key, data::Value("")), variables));
    }
    return variables;
}

} // namespace

// What is no JSON may be NAME=value lines, which are for every function.
base::Result<VariableOverrides> VariableOverrides::of_dotenv(
    std::string_view text,
    const std::filesystem::path& file,
    const base::Error& no_json,
    base::Diagnostics* warnings) {
    const std::string_view start = base::trim(text);
    if (start.starts_with('{') || start.starts_with('[')) {
        return base::fail(no_json);
    }
    const Dotenv lines = read_dotenv(text, file.string(), os::variable);
    if (lines.variables.empty()) {
        base::Error error = no_json;
        error.hint = "write JSON, or a line NAME=value for each variable";
        return base::fail(std::move(error));
    }
    VariableOverrides overrides;
    overrides.has_lines_ = true;
    for (const auto& [name, value] : lines.variables) {
        TRY(add_variable(
            data::Entry(name, data::Value(value)), overrides.by_function_[std::string(for_all)]));
    }
    if (warnings != nullptr) {
        warnings->insert(warnings->end(), lines.ignored.begin(), lines.ignored.end());
    }
    return overrides;
}

base::Result<VariableOverrides> VariableOverrides::read(
    const std::filesystem::path& file, Shape shape, base::Diagnostics* warnings) {
    const base::Result<std::string> text = os::read_file(file);
    if (!text) {
        return base::fail(text.error());
    }
    const base::Result<data::Value> document = data::read_json(*text, file.string(), {}, warnings);
    if (!document) {
        return of_dotenv(*text, file, document.error(), warnings);
    }
    if (!document->is_map()) {
        return base::fail("the variables must be a JSON object", {}, document->where());
    }
    VariableOverrides overrides;
    for (const data::Entry& entry : *document->as_map()) {
        if (shape == Shape::flat_too && !entry.value.is_map() && !entry.value.is_list()) {
            if (auto added = add_variable(entry, overrides.by_function_[std::string(for_all)]);
                !added) {
                return base::fail(std::move(added).error());
            }
            continue;
        }
        TRY_ASSIGN(auto variables, read_variables(entry, warnings));
        overrides.by_function_[entry.key].merge(variables);
    }
    return overrides;
}

Variables VariableOverrides::of(const model::Function& function) const {
    Variables result;
    for (const std::string_view key :
         {for_all, std::string_view(function.name), std::string_view(function.logical_id)}) {
        if (const auto found = by_function_.find(key); found != by_function_.end()) {
            for (const auto& [name, value] : found->second) {
                result[name] = value;
            }
        }
    }
    return result;
}

Variables function_variables(
    const model::Function& function,
    const VariableOverrides& overrides,
    const std::string& region) {
    Variables variables = function.environment;
    for (auto& [name, value] : variables) {
        if (const auto own = os::variable(name)) {
            value = *own;
        }
    }
    for (const auto& [name, value] : overrides.of(function)) {
        if (const auto declared = variables.find(name); declared != variables.end()) {
            declared->second = value;
        }
    }
    const Variables usual{
        {"AWS_SAM_LOCAL", "true"},
        {"AWS_ACCOUNT_ID", std::string(aws::local_account)},
        {"AWS_REGION", region},
        {"AWS_DEFAULT_REGION", region},
    };
    variables.insert(usual.begin(), usual.end());
    Variables reserved{
        {"AWS_LAMBDA_FUNCTION_NAME", function.name},
        {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", fmt::format("{}", function.memory_mb)},
        {"AWS_LAMBDA_FUNCTION_TIMEOUT", fmt::format("{}", function.timeout_seconds)},
        {"AWS_LAMBDA_FUNCTION_HANDLER", function.handler},
        {"AWS_LAMBDA_LOG_GROUP_NAME",
         function.log_group.empty() ? fmt::format("aws/lambda/{}", function.name)
                                    : function.log_group},
        {"AWS_LAMBDA_LOG_STREAM_NAME", "$LATEST"},
        {"AWS_LAMBDA_LOG_FORMAT", function.log_format},
        {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
        {"_HANDLER", function.handler},
    };
    if (!function.log_level.empty()) {
        reserved["AWS_LAMBDA_LOG_LEVEL"] = function.log_level;
    }
    for (const auto& [name, value] : reserved) {
        variables[name] = value;
    }
    return variables;
}

void add_credentials(Variables& variables, const aws_client::Credentials& credentials) {
    const bool id = variables.emplace("AWS_ACCESS_KEY_ID", credentials.access_key_id).second;
    const bool secret =
        variables.emplace("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key).second;
    if (id && secret && !credentials.session_token.empty()) {
        variables.emplace("AWS_SESSION_TOKEN", credentials.session_token);
    }
}

} // namespace samara::app
