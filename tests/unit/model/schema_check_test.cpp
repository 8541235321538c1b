#include "data/read.h"
#include "model/schema_check.h"

#include <gtest/gtest.h>

namespace samara::model {
namespace {

constexpr std::string_view schema = R"({
    "type": "object",
    "required": ["Resources"],
    "properties": {"Resources": {"type": "object", "additionalProperties": {
        "type": "object",
        "required": ["Type"],
        "properties": {
            "Type": {"type": "string"},
            "Properties": {"type": "object", "properties": {"Size": {"type": "integer"}}}}}}}})";

base::Diagnostics check(std::string_view yaml, std::string_view rules = schema) {
    const auto document = data::read_yaml(yaml, "template.yaml");
    const auto compiled = data::read_json(rules, "schema.json");
    EXPECT_TRUE(document.has_value() && compiled.has_value());
    return check_schema(*document, *compiled);
}

TEST(SchemaCheck, AcceptsWhatMatches) {
    EXPECT_TRUE(check("Resources: {F: {Type: T, Properties: {Size: 3}}}").empty());
}

TEST(SchemaCheck, SaysWhereAndWhatIsOfTheWrongKind) {
    const auto found = check("Resources:\n  F:\n    Type: T\n    Properties:\n      Size: [1]\n");
    ASSERT_EQ(found.size(), 1U);
    const base::Error& error = found.front().error;
    EXPECT_EQ(error.resource, "F");
    EXPECT_EQ(error.property, "Size");
    EXPECT_EQ(error.message, "Size cannot be a list");
    EXPECT_EQ(base::to_string(error.where), "template.yaml:5:13");
}

TEST(SchemaCheck, SaysWhatIsMissing) {
    const auto found = check("Resources:\n  F: {Properties: {}}\n");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().error.resource, "F");
    EXPECT_NE(found.front().error.message.find("Type"), std::string::npos);
    EXPECT_EQ(found.front().error.where.line, 2U);
}

TEST(SchemaCheck, ReportsEveryMistakeOnce) {
    EXPECT_EQ(check("Resources: {A: {Type: 1}, B: {Type: [x]}, C: {Type: T}}").size(), 2U);
}

TEST(SchemaCheck, SaysThatASchemaCannotBeUsed) {
    const auto found = check("a: b", R"({"type": "no such type"})");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found.front().error.message.empty());
}

} // namespace
} // namespace samara::model
