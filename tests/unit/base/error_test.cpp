#include "base/error.h"

#include <gtest/gtest.h>

namespace samara::base {
namespace {

Location at(std::uint32_t line, std::uint32_t column) {
    return {std::make_shared<const std::string>("template.yaml"), line, column};
}

TEST(Error, NamesItsResourceUnlessTheMessageDoes) {
    Error error;
    error.resource = "Table";
    error.message = "Table has no key";
    EXPECT_EQ(to_string(error), "Table has no key");
    error.message = "there is no type AWS::Serverless::SimpelTable";
    EXPECT_EQ(to_string(error), "Table: there is no type AWS::Serverless::SimpelTable");
    error.message = "SimpelTable and 'Table' are two";
    EXPECT_EQ(to_string(error), "SimpelTable and 'Table' are two");
}

TEST(Error, RendersPlaceMessageAndHint) {
    Error error;
    error.message = "Handler is missing";
    error.hint = "add Handler: app.handler";
    error.where = at(12, 7);
    EXPECT_EQ(
        to_string(error), "template.yaml:12:7: Handler is missing\n  add Handler: app.handler");
}

TEST(Error, NamesTheResourceUnlessTheMessageDoes) {
    Error error;
    error.message = "Handler is missing";
    error.resource = "Fn";
    EXPECT_EQ(to_string(error), "Fn: Handler is missing");
    error.event = "Get";
    EXPECT_EQ(to_string(error), "Fn.Get: Handler is missing");
    error.message = "'Fn' has no Handler";
    EXPECT_EQ(to_string(error), "'Fn' has no Handler");
}

TEST(Error, LeavesOutWhatIsNotKnown) {
    EXPECT_EQ(to_string(fail("no engine").value()), "no engine");
    EXPECT_EQ(to_string(at(0, 0)), "template.yaml");
    EXPECT_EQ(to_string(Location{}), "");
}

TEST(Error, WarningsAloneAreNoErrors) {
    EXPECT_FALSE(has_errors({{Severity::warning, {}}}));
    EXPECT_TRUE(has_errors({{Severity::warning, {}}, {Severity::error, {}}}));
}

} // namespace
} // namespace samara::base
