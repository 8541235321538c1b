#pragma once

#include "unit/transform/transform_support.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

/// Tables of what AWS refuses, and in which words.
namespace samara::transform::test {

struct Row {
    const char* type;       ///< of the resource, or of an event of function F
    const char* properties; ///< in flow style
    const char* message;    ///< in the only error or warning; empty: there is none
};

constexpr std::string_view head = "Transform: AWS::Serverless-2016-10-31\n"
                                  "Parameters: {P: {Type: String}}\n"
                                  "Resources:\n"
                                  "  NoType: {Properties: {}}\n"
                                  "  F:\n"
                                  "    Type: AWS::Serverless::Function\n"
                                  "    Properties: {Handler: a.b, Runtime: python3.12, "
                                  "CodeUri: s3://b/k";

inline Output resource(const Row& row) {
    return run(fmt::format(
        "{}}}\n  R: {{Type: AWS::Serverless::{}, Properties: {{{}}}}}\n",
        head,
        row.type,
        row.properties));
}

inline Output function(const Row& row) {
    return run(fmt::format("{}, {}}}\n", head, row.properties));
}

inline Output event(const Row& row) {
    return run(fmt::format(
        "{}, Events: {{E: {{Type: {}, Properties: {{{}}}}}}}}}\n", head, row.type, row.properties));
}

template <std::size_t count>
void expect_rows(Output (*make)(const Row&), const Row (&rows)[count]) {
    for (const Row& row : rows) {
        const auto told = errors(make(row));
        if (*row.message == '\0') {
            EXPECT_THAT(told, testing::IsEmpty()) << row.type << " " << row.properties;
        } else {
            EXPECT_THAT(told, testing::ElementsAre(testing::HasSubstr(row.message)))
                << row.type << " " << row.properties;
        }
    }
}

} // namespace samara::transform::test
