#pragma once

#include "base/error.h"

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

/// What can go wrong with a call to AWS, with the code that callers decide by.
namespace samara::aws_client {

enum class AwsFailure : std::uint8_t {
    service,     ///< AWS answered with an error
    connection,  ///< no answer
    credentials, ///< there are none, or they cannot be had
    cancelled,
    other, ///< before anything was sent: a wrong profile, no region
};

/// The message is the one of the AWS CLI, since scripts look for its codes: "An error occurred
/// (ValidationError) when calling the DescribeStacks operation: ...".
struct AwsError : base::Error {
    AwsFailure failure = AwsFailure::other;
    std::string code;   ///< "ValidationError"; for an answer without a body its status, "404"
    std::string reason; ///< what the service says, alone
    int status = 0;     ///< of HTTP; 0 without an answer

    AwsError() = default;

    AwsError(base::Error error) // NOLINT(google-explicit-constructor)
        : base::Error(std::move(error)), reason(message) {}
};

template <class T>
using AwsResult = tl::expected<T, AwsError>;

tl::unexpected<AwsError> aws_fail(AwsFailure failure, std::string message, std::string hint = {});
tl::unexpected<AwsError> aws_fail(AwsError error);

} // namespace samara::aws_client

/// TRY and TRY_ASSIGN for functions that give an AwsResult: the code is handed on too.
#define AWS_TRY(...)                                                                               \
    do {                                                                                           \
        if (auto tried = (__VA_ARGS__); !tried) {                                                  \
            return ::samara::aws_client::aws_fail(std::move(tried).error());                       \
        }                                                                                          \
    } while (false)

#define AWS_TRY_JOIN_NOW(a, b) a##b
#define AWS_TRY_JOIN(a, b) AWS_TRY_JOIN_NOW(a, b)
#define AWS_TRY_ASSIGN_TO(result, target, ...)                                                     \
    auto result = (__VA_ARGS__);                                                                   \
    if (!(result)) {                                                                               \
        return ::samara::aws_client::aws_fail(std::move(result).error());                          \
    }                                                                                              \
    target = *std::move(result)
#define AWS_TRY_ASSIGN(target, ...)                                                                \
    AWS_TRY_ASSIGN_TO(AWS_TRY_JOIN(tried_, __LINE__), target, __VA_ARGS__)
