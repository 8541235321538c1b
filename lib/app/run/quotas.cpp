#include "app/run/quotas.h"

#include "data/write.h"
#include "model/limits.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

void warn(
    const model::Function& function,
    const base::Location& where,
    std::string message,
    std::string hint,
    const base::Log& log) {
    base::Error error;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.where = where;
    error.resource = function.logical_id;
    log.warning(to_string(error));
}

// A property with a least and a greatest value.
struct Range {
    const char* property;
    std::uint32_t least;
    std::uint32_t most;
    const char* unit;
    const base::Location& where;
};

std::uint32_t nearest(
    const model::Function& function,
    const Range& range,
    std::uint32_t value,
    bool limits,
    const base::Log& log) {
    const std::uint32_t taken =
        value < range.least ? range.least : (limits ? std::min(value, range.most) : value);
    if (value < range.least || value > range.most) {
        warn(
            function,
            range.where,
            fmt::format(
                "{} of '{}' is {}, and Lambda takes {} to {} {}",
                range.property,
                function.logical_id,
                value,
                range.least,
                range.most,
                range.unit),
            fmt::format(
                "AWS refuses this at deployment, here it is {}{}",
                taken,
                taken == value ? "" : "; --no-limits lifts the greatest"),
            log);
    }
    return taken;
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

void apply_quotas(
    const model::Function& function,
    bool limits,
    engine::EnvironmentSpec& spec,
    const base::Log& log) {
    const model::Limits& all = model::limits();
    const Range timeout{
        "Timeout",
        all.least_timeout_seconds,
        all.timeout_seconds,
        "seconds",
        function.timeout_where};
    const Range memory{
        "MemorySize", all.least_memory_mb, all.memory_mb, "MB", function.memory_where};
    const Range storage{
        "EphemeralStorage", all.least_storage_mb, all.storage_mb, "MB", function.storage_where};
    spec.timeout_seconds = nearest(function, timeout, function.timeout_seconds, limits, log);
    spec.memory_mb = nearest(function, memory, function.memory_mb, limits, log);
    spec.ephemeral_storage_mb =
        nearest(function, storage, function.ephemeral_storage_mb, limits, log);
    const std::size_t size = size_of(function.environment);
    if (limits && size > all.environment_bytes) {
        warn(
            function,
            function.environment_where,
            fmt::format(
                "the environment variables of '{}' are {} bytes, and Lambda takes {}",
                function.logical_id,
                size,
                all.environment_bytes),
            "AWS refuses this at deployment; keep large values in a file of the code or in "
            "Parameter Store",
            log);
    }
}

} // namespace samara::app
