#include "data/read.h"
#include "model/sections.h"

#include <gtest/gtest.h>

namespace samara::model {
namespace {

std::string error_of(std::string_view yaml) {
    const data::Value document = data::read_yaml(yaml, "template.yaml").value();
    const auto sections = sections_of(document);
    return sections ? "accepted" : to_string(sections.error());
}

constexpr std::string_view function = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n";

TEST(Sections, AcceptTemplatesWithKnownTransforms) {
    EXPECT_EQ(error_of(function), "accepted");
    EXPECT_EQ(
        error_of(std::string("Transform: AWS::Serverless-2016-10-31\n") + std::string(function)),
        "accepted");
    EXPECT_EQ(
        error_of(
            std::string("Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n") +
            std::string(function)),
        "accepted");
}

TEST(Sections, ExplainWhatIsNoTemplate) {
    EXPECT_EQ(
        error_of(""), "the template is empty\n  a template needs at least a Resources section");
    EXPECT_EQ(
        error_of("[1]"),
        "template.yaml:1:1: a template must be a map, not a list\n  a template needs at least a "
        "Resources section");
    EXPECT_NE(error_of("Parameters: {}").find("has no Resources"), std::string::npos);
    EXPECT_NE(
        error_of("Resources: [1]").find("template.yaml:1:12: section Resources must be a map"),
        std::string::npos);
    EXPECT_EQ(
        error_of("Resources:\n  F:\n    Typ: X\n"),
        "template.yaml:2:3: resource 'F' has no Type\n  write for example Type: "
        "AWS::Serverless::Function");
}

TEST(Sections, NameAWrongTransformAndTheRightOne) {
    EXPECT_EQ(
        error_of("Transform: AWS::Serverless-2016-10-13\n" + std::string(function)),
        "template.yaml:1:12: Transform 'AWS::Serverless-2016-10-13' is not known here\n"
        "  a SAM template says: Transform: AWS::Serverless-2016-10-31");
}

} // namespace
} // namespace samara::model
