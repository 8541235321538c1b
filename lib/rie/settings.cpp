#include "rie/settings.h"

#include "aws/account.h"
#include "aws/lambda_environment.h"
#include "aws/partition.h"
#include "rie/identifiers.h"

#include <charconv>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace samara::rie {

namespace {

std::string
get(const Variables& variables, const std::string& name, std::string_view otherwise = {}) {
    const auto found = variables.find(name);
    if (found == variables.end() || found->second.empty()) {
        return std::string(otherwise);
    }
    return found->second;
}

base::Result<std::uint32_t>
number(const Variables& variables, const std::string& name, std::uint32_t otherwise) {
    const std::string text = get(variables, name);
    if (text.empty()) {
        return otherwise;
    }
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value == 0) {
        return base::fail(fmt::format("{} is '{}', not a positive number", name, text));
    }
    return value;
}

// "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef"
std::string make_log_stream(const std::string& version) {
    const auto today = std::chrono::system_clock::now();
    return fmt::format("{:%Y/%m/%d}/[{}]{}", fmt::gmtime(today), version, random_hex(32));
}

} // namespace

base::Result<Settings> read_settings(const Variables& variables) {
    Settings settings;
    settings.function_name = get(variables, "AWS_LAMBDA_FUNCTION_NAME", "test_function");
    settings.function_version = get(variables, "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    settings.handler = get(variables, "_HANDLER", get(variables, "AWS_LAMBDA_FUNCTION_HANDLER"));
    settings.region =
        get(variables,
            "AWS_REGION",
            get(variables, "AWS_DEFAULT_REGION", std::string(aws::default_region)));
    settings.account = get(variables, "AWS_ACCOUNT_ID", std::string(aws::local_account));
    settings.arn = fmt::format(
        "arn:{}:lambda:{}:{}:function:{}",
        aws::partition_of(settings.region),
        settings.region,
        settings.account,
        settings.function_name);
    settings.log_group =
        get(variables, "AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + settings.function_name);
    settings.log_stream = get(variables, "AWS_LAMBDA_LOG_STREAM_NAME");
    if (settings.log_stream.empty() || settings.log_stream == "$LATEST") {
        settings.log_stream = make_log_stream(settings.function_version);
    }
    settings.json_log = get(variables, "AWS_LAMBDA_LOG_FORMAT") == "JSON";
    settings.provisioned =
        get(variables, "AWS_LAMBDA_INITIALIZATION_TYPE") == "provisioned-concurrency";

    const auto memory = number(variables, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 128);
    const auto timeout = number(variables, "AWS_LAMBDA_FUNCTION_TIMEOUT", 3);
    for (const auto* value : {&memory, &timeout}) {
        if (!*value) {
            return tl::unexpected(value->error());
        }
    }
    settings.memory_mb = *memory;
    settings.timeout = std::chrono::seconds(*timeout);
    return settings;
}

Variables runtime_variables(
    const Settings& settings, const Variables& variables, const std::string& runtime_api) {
    Variables result = variables;
    const auto add = [&](const std::string& name, const std::string& value) {
        if (!value.empty() && get(result, name).empty()) {
            result[name] = value;
        }
    };
    result["AWS_LAMBDA_RUNTIME_API"] = runtime_api;
    result["AWS_LAMBDA_LOG_STREAM_NAME"] = settings.log_stream;
    add("_HANDLER", settings.handler);
    add("AWS_LAMBDA_FUNCTION_NAME", settings.function_name);
    add("AWS_LAMBDA_FUNCTION_VERSION", settings.function_version);
    add("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", fmt::format("{}", settings.memory_mb));
    add("AWS_LAMBDA_LOG_GROUP_NAME", settings.log_group);
    add("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    add("AWS_REGION", settings.region);
    add("AWS_DEFAULT_REGION", settings.region);
    add("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
    add("AWS_XRAY_DAEMON_ADDRESS", "169.254.79.129:2000");
    for (const auto& [name, value] : aws::lambda_variables) {
        add(std::string(name), std::string(value));
    }
    return result;
}

Variables extension_variables(
    const Settings& settings, const Variables& variables, const std::string& runtime_api) {
    Variables result = runtime_variables(settings, variables, runtime_api);
    for (const char* name :
         {"_HANDLER",
          "AWS_EXECUTION_ENV",
          "AWS_LAMBDA_LOG_GROUP_NAME",
          "AWS_LAMBDA_LOG_STREAM_NAME",
          "LAMBDA_TASK_ROOT",
          "LAMBDA_RUNTIME_DIR"}) {
        result.erase(name);
    }
    return result;
}

} // namespace samara::rie
