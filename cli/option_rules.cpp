#include "option_rules.h"

#include "base/strings.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::cli {

namespace {

bool is_given(const Options& options, std::string_view key) {
    const auto given = options.given();
    return std::any_of(
        given.begin(), given.end(), [&](const auto& row) { return row.first == key; });
}

std::string written(std::string_view key) {
    return "--" + base::replace_all(key, "_", "-");
}

base::Result<void> usage(std::string message, std::string hint) {
    return base::fail(usage_error(std::move(message), std::move(hint)));
}

} // namespace

base::Result<void> check_alone(
    const Options& options, std::string_view key, std::initializer_list<std::string_view> others) {
    for (const std::string_view other : others) {
        if (is_given(options, key) && is_given(options, other)) {
            return usage(
                fmt::format(
                    "You must not provide both the {} and {} parameters.",
                    written(key),
                    written(other)),
                "leave one of them out");
        }
    }
    return {};
}

base::Result<void> check_needed(
    const Options& options,
    std::initializer_list<std::string_view> keys,
    std::string_view needed,
    bool in_force) {
    for (const std::string_view key : keys) {
        if (!in_force && is_given(options, key)) {
            return usage(
                fmt::format(
                    "Missing required parameter, need the {} flag in order to use {} flag.",
                    needed,
                    written(key)),
                fmt::format("add {}, or leave {} out", needed, written(key)));
        }
    }
    return {};
}

} // namespace samara::cli
