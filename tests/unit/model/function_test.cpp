#include "data/read.h"
#include "model/function.h"
#include "model/layer.h"
#include "model/limits.h"

#include <gtest/gtest.h>

namespace samara::model {
namespace {

struct Outcome {
    std::optional<Function> function;
    std::string errors;
};

Outcome read(std::string_view yaml) {
    const data::Value resource = data::read_yaml(yaml, "t.yaml").value();
    base::Diagnostics diagnostics;
    Outcome outcome;
    outcome.function = read_function("Fn", resource, diagnostics);
    for (const base::Diagnostic& diagnostic : diagnostics) {
        outcome.errors += to_string(diagnostic.error) + "\n";
    }
    return outcome;
}

TEST(Function, ReadsAZipFunction) {
    const Outcome outcome = read(R"(
Type: AWS::Lambda::Function
Properties:
  Code: ./app
  Handler: src.main.handler
  Runtime: python3.12
  Timeout: 600
  MemorySize: '1024'
  Architectures: [arm64]
  EphemeralStorage: {Size: 1024}
  Environment: {Variables: {A: x, N: 5, B: true}}
  Layers: [arn:1, arn:2]
Metadata: {BuildMethod: makefile}
)");
    ASSERT_TRUE(outcome.function) << outcome.errors;
    const Function& function = *outcome.function;
    EXPECT_EQ(function.name, "Fn");
    EXPECT_EQ(function.code, "./app");
    EXPECT_EQ(function.timeout_seconds, 600U);
    EXPECT_EQ(function.memory_mb, 1024U);
    EXPECT_EQ(function.architecture, "arm64");
    EXPECT_EQ(function.ephemeral_storage_mb, 1024U);
    EXPECT_EQ(
        function.environment,
        (std::map<std::string, std::string>{{"A", "x"}, {"N", "5"}, {"B", "true"}}));
    EXPECT_EQ(function.layers.size(), 2U);
    EXPECT_EQ(function.metadata.find("BuildMethod")->text(), "makefile");
}

TEST(Function, ReadsHowItLogsAndWhetherItIsDurable) {
    constexpr std::string_view head = "Properties:\n  {Code: a, Handler: a.b, Runtime: python3.12";
    const Outcome plain = read(std::string(head) + ", LoggingConfig: {LogGroup: /a/b}}");
    ASSERT_TRUE(plain.function) << plain.errors;
    EXPECT_EQ(plain.function->log_group, "/a/b");
    EXPECT_EQ(plain.function->log_format, "Text");
    EXPECT_EQ(plain.function->log_level, "");
    EXPECT_FALSE(plain.function->durable);
    const Outcome json =
        read(std::string(head) + ", LoggingConfig: {LogFormat: JSON}, DurableConfig: {}}");
    EXPECT_EQ(json.function->log_format, "JSON");
    EXPECT_EQ(json.function->log_level, "INFO");
    EXPECT_TRUE(json.function->durable);
    const Outcome level =
        read(std::string(head) + ", LoggingConfig: {LogFormat: JSON, ApplicationLogLevel: WARN}}");
    EXPECT_EQ(level.function->log_level, "WARN");
}

TEST(Function, AVariableThatIsNoTextIsEmpty) {
    const Outcome outcome = read("Properties:\n  {Code: a, Handler: a.b, Runtime: python3.12, "
                                 "Environment: {Variables: {A: [x], B: {c: d}, C: 1}}}");
    ASSERT_TRUE(outcome.function);
    EXPECT_EQ(
        outcome.function->environment,
        (std::map<std::string, std::string>{{"A", ""}, {"B", ""}, {"C", "1"}}));
    EXPECT_NE(outcome.errors.find("Environment.Variables.A of 'Fn'"), std::string::npos);
}

TEST(Function, ReadsAnImageFunction) {
    const Outcome outcome = read(R"(
Properties:
  PackageType: Image
  Code: {ImageUri: thumbs:latest}
  ImageConfig: {Command: [app.handler], WorkingDirectory: /work}
Metadata: {Dockerfile: Dockerfile, DockerContext: ./thumb, DockerTag: v1, DockerBuildArgs: {A: 1}}
)");
    ASSERT_TRUE(outcome.function) << outcome.errors;
    EXPECT_EQ(outcome.function->image_uri, "thumbs:latest");
    EXPECT_EQ(outcome.function->image_config.command, std::vector<std::string>{"app.handler"});
    EXPECT_EQ(outcome.function->metadata.find("DockerTag")->text(), "v1");
}

TEST(Function, NamesEveryMistakeAndItsPlace) {
    const Outcome outcome =
        read("Type: AWS::Serverless::Function\nProperties:\n  CodeUri: ./app\n  Timeout: soon\n"
             "  Environment: {Variables: {A: [1]}}\n  Runtime: python3.12\n");
    EXPECT_FALSE(outcome.function);
    EXPECT_EQ(
        outcome.errors,
        "t.yaml:1:1: 'Fn' has no Handler\n"
        "  add for example Handler: app.lambda_handler, the file and the function in it\n"
        "t.yaml:4:12: Timeout of 'Fn' must be a whole number, not a string\n"
        "t.yaml:5:32: Environment.Variables.A of 'Fn' must be a string, not a list\n");
}

TEST(Function, ANumberThatIsNoneOfThoseIsToldAsItIsWritten) {
    for (const std::string number : {"-1", "1.5", "4294967296", "99999999999999999999999"}) {
        EXPECT_EQ(
            read(
                "Properties: {Handler: a.b, Runtime: python3.12, CodeUri: ., MemorySize: " +
                number + "}")
                .errors,
            "t.yaml:1:73: MemorySize of 'Fn' must be a whole number up to 4294967295, not " +
                number + "\n");
    }
}

TEST(Function, AMisspeltRuntimeGetsANearName) {
    EXPECT_EQ(
        read("Properties: {Handler: a.b, Runtime: pyhton3.11}").errors,
        "t.yaml:1:37: Fn: Lambda has no runtime 'pyhton3.11'\n  did you mean python3.11?\n");
}

TEST(Layer, NeedsContent) {
    base::Diagnostics diagnostics;
    const data::Value resource = data::read_yaml("Properties: {LayerName: l}", "t.yaml").value();
    EXPECT_FALSE(read_layer("L", resource, diagnostics));
    ASSERT_EQ(diagnostics.size(), 1U);
    EXPECT_EQ(diagnostics[0].error.property, "ContentUri");
}

TEST(LayerVersionArn, IsTakenApart) {
    const auto arn =
        LayerVersionArn::parse("arn:aws-cn:lambda:cn-north-1:345057560386:layer:Tools_x-1:29");
    ASSERT_TRUE(arn);
    EXPECT_EQ(arn->partition, "aws-cn");
    EXPECT_EQ(arn->region, "cn-north-1");
    EXPECT_EQ(arn->layer, "Tools_x-1");
    EXPECT_EQ(arn->version, "29");
}

TEST(LayerVersionArn, RefusesWhatIsNone) {
    for (const std::string_view text :
         {"",
          "arn:aws:lambda:us-east-1:345057560386:layer:x",
          "arn:aws:lambda:us-east-1:345057560386:function:x:1",
          "arn:aws:lambda:us-east-1:345057560386:layer:../x:1",
          "arn:aws:lambda:us-east-1:345057560386:layer::1",
          "arn:aws:lambda:us-east-1:345057560386:layer:x:latest",
          "arn:aws:lambda:us-east-1:34505756038:layer:x:1",
          "arn:aws:lambda:evil.example/:345057560386:layer:x:1",
          "arn:aws:lambda:us-east-1:345057560386:layer:x:1:2"}) {
        EXPECT_FALSE(LayerVersionArn::parse(text)) << text;
    }
}

TEST(Limits, AreThoseOfTheTable) {
    EXPECT_EQ(limits().timeout_seconds, 900U);
    EXPECT_EQ(limits().least_timeout_seconds, 1U);
    EXPECT_EQ(limits().least_memory_mb, 128U);
    EXPECT_EQ(limits().memory_mb, 10240U);
    EXPECT_EQ(limits().least_storage_mb, 512U);
    EXPECT_EQ(limits().environment_bytes, 4096U);
    EXPECT_EQ(limits().layers, 5U);
    EXPECT_EQ(limits().unzipped_bytes, 262'144'000U);
    EXPECT_EQ(limits().zipped_bytes, 52'428'800U);
}

} // namespace
} // namespace samara::model
