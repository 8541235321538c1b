#pragma once

#include "base/error.h"

#include <utility>

/// Handing a failure on in one line.
///
///     TRY(os::make_folders(folder));
///     TRY_ASSIGN(const auto text, os::read_file(path));
///
/// Each evaluates the base::Result it is given. A failure ends the function with that Error; else
/// TRY_ASSIGN makes or sets its first argument from the value.

#define SAMARA_JOIN_NOW(a, b) a##b
#define SAMARA_JOIN(a, b) SAMARA_JOIN_NOW(a, b)
#define SAMARA_TRY_ASSIGN(result, target, ...)                                                     \
    auto result = (__VA_ARGS__);                                                                   \
    if (!(result)) {                                                                               \
        return ::samara::base::fail(std::move(result).error());                                    \
    }                                                                                              \
    target = *std::move(result)

#define TRY(...)                                                                                   \
    do {                                                                                           \
        if (auto tried = (__VA_ARGS__); !tried) {                                                  \
            return ::samara::base::fail(std::move(tried).error());                                 \
        }                                                                                          \
    } while (false)

#define TRY_ASSIGN(target, ...)                                                                    \
    SAMARA_TRY_ASSIGN(SAMARA_JOIN(tried_, __LINE__), target, __VA_ARGS__)
