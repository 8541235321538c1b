#include "app/quotas.h"

#include "data/write.h"
#include "template/limits.h"

#include <fmt/format.h>

namespace samara::app {

namespace {

tl::unexpected<base::Error> refuse(
    const model::Function& function,
    const base::Location& where,
    std::string message,
    std::string hint) {
    base::Error error;
    error.message = std::move(message);
    error.hint = std::move(hint) + ", or run with --no-limits";
    error.where = where;
    error.resource = function.logical_id;
    return base::fail(std::move(error));
}

// Lambda measures the names and values as JSON.
std::size_t size_of(const std::map<std::string, std::string>& environment) {
    data::Map variables;
    for (const auto& [name, value] : environment) {
        variables.set(name, value);
    }
    return data::write_json(data::Value(std::move(variables))).size();
}

} // namespace

base::Result<void> check_quotas(const model::Function& function) {
    const model::Limits& limits = model::limits();
    if (function.timeout_seconds > limits.timeout_seconds) {
        return refuse(
            function,
            function.timeout_where,
            fmt::format(
                "Timeout of '{}' is {} seconds, and Lambda takes {}",
                function.logical_id,
                function.timeout_seconds,
                limits.timeout_seconds),
            "shorten it");
    }
    const std::size_t size = size_of(function.environment);
    if (size > limits.environment_bytes) {
        return refuse(
            function,
            function.environment_where,
            fmt::format(
                "the environment variables of '{}' are {} bytes, and Lambda takes {}",
                function.logical_id,
                size,
                limits.environment_bytes),
            "keep large values in a file of the code or in Parameter Store");
    }
    return {};
}

} // namespace samara::app
