#include "base/diagnostics.h"
#include "base/usage_error.h"

#include <gtest/gtest.h>

namespace samara::base {
namespace {

Diagnostic at(std::uint32_t line, std::uint32_t column, Severity severity, std::string message) {
    Diagnostic diagnostic;
    diagnostic.severity = severity;
    diagnostic.error.message = std::move(message);
    diagnostic.error.where.line = line;
    diagnostic.error.where.column = column;
    return diagnostic;
}

TEST(Diagnostics, AreSortedByPlace) {
    Diagnostics all{
        at(2, 1, Severity::error, "d"),
        at(1, 9, Severity::error, "b"),
        at(1, 9, Severity::warning, "c"),
        at(1, 3, Severity::warning, "a")};
    EXPECT_EQ(first_error(all).message, "d");
    sort_by_place(all);
    std::string order;
    for (const Diagnostic& diagnostic : all) {
        order += diagnostic.error.message;
    }
    EXPECT_EQ(order, "abcd");
    EXPECT_EQ(first_error(all).message, "b");
}

TEST(Diagnostics, MayHaveNoError) {
    EXPECT_EQ(first_error({at(1, 1, Severity::warning, "a")}).message, "");
}

TEST(UsageError, EndsTheProgramWithTwo) {
    const Error error = usage_error("no such option", "see --help");
    EXPECT_EQ(error.kind, ErrorKind::usage);
    EXPECT_EQ(to_string(error), "no such option\n  see --help");
}

} // namespace
} // namespace samara::base
