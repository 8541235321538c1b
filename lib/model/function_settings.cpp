#include "model/function_settings.h"

#include "model/properties.h"

#include <fmt/format.h>

namespace samara::model {

namespace {

// https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
constexpr std::uint32_t most_retries = 2;
constexpr std::uint32_t shortest_age = 60;
constexpr std::uint32_t longest_age = 6 * 60 * 60;

std::uint32_t number_between(
    Properties& properties,
    std::string_view name,
    std::uint32_t least,
    std::uint32_t most,
    std::uint32_t otherwise) {
    const std::uint32_t value = properties.number(name).value_or(otherwise);
    if (value < least || value > most) {
        properties.error(
            *properties.find(name),
            name,
            fmt::format("{} of '{}' is {}", name, properties.logical_id(), value),
            fmt::format("write a number from {} to {}", least, most));
    }
    return value;
}

} // namespace

std::optional<EventInvokeConfig> read_event_invoke_config(
    const std::string& logical_id, const data::Value& resource, base::Diagnostics& diagnostics) {
    Properties properties(logical_id, resource);
    EventInvokeConfig config;
    config.function = properties.text("FunctionName");
    if (config.function.empty()) {
        properties.missing("FunctionName", "name the function whose events it is about");
    }
    AsynchronousEvents& events = config.events;
    events.max_retries =
        number_between(properties, "MaximumRetryAttempts", 0, most_retries, events.max_retries);
    events.max_age_seconds = number_between(
        properties, "MaximumEventAgeInSeconds", shortest_age, longest_age, events.max_age_seconds);
    Properties destinations = properties.nested("DestinationConfig");
    events.on_success = destinations.nested("OnSuccess").text("Destination");
    events.on_failure = destinations.nested("OnFailure").text("Destination");
    diagnostics.insert(diagnostics.end(), properties.errors().begin(), properties.errors().end());
    return properties.errors().empty() ? std::optional(std::move(config)) : std::nullopt;
}

std::optional<ProvisionedConcurrency> read_provisioned_concurrency(
    const std::string& logical_id, const data::Value& resource, base::Diagnostics& diagnostics) {
    Properties properties(logical_id, resource);
    ProvisionedConcurrency provisioned;
    provisioned.environments = properties.nested("ProvisionedConcurrencyConfig")
                                   .number("ProvisionedConcurrentExecutions")
                                   .value_or(0);
    provisioned.function = properties.text("FunctionName");
    diagnostics.insert(diagnostics.end(), properties.errors().begin(), properties.errors().end());
    return properties.errors().empty() && provisioned.environments > 0
               ? std::optional(std::move(provisioned))
               : std::nullopt;
}

std::string_view function_name_of(std::string_view reference) {
    constexpr std::string_view before = "function:";
    if (const std::size_t found = reference.find(before); found != std::string_view::npos) {
        reference.remove_prefix(found + before.size());
    }
    return reference.substr(0, reference.find(':'));
}

} // namespace samara::model
