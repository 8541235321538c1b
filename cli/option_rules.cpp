#include "option_rules.h"

#include "base/strings.h"

#include <algorithm>
#include <filesystem>

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

base::Result<void> check_images(const std::vector<std::string>& given) {
    for (const std::string& text : given) {
        const std::size_t equals = text.find('=');
        if (base::trim(equals == std::string::npos ? text : text.substr(equals + 1)).empty()) {
            return base::fail(
                fmt::format("Invalid command line image input {}.", text),
                "write IMAGE, or FUNCTION=IMAGE for one function");
        }
    }
    return {};
}

base::Result<void> check_file(std::string_view option, const std::string& path) {
    std::error_code ignored;
    if (path.empty() || std::filesystem::exists(path, ignored)) {
        return {};
    }
    return usage(
        fmt::format("Invalid value for '{}': Path '{}' does not exist.", option, path), {});
}

} // namespace samara::cli
