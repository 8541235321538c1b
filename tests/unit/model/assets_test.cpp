#include "data/read.h"
#include "data/write.h"
#include "model/assets.h"

#include <gtest/gtest.h>

namespace samara::model {
namespace {

std::string treated(std::string_view resource) {
    data::Value document = data::read_yaml(resource, "t.yaml").value();
    apply_assets(document);
    return data::write_json(*document.find("Resources")->find("R"));
}

TEST(Assets, APathTakesThePlaceOfTheObjectInS3) {
    EXPECT_EQ(
        treated(R"(Resources: {R: {Type: AWS::Lambda::Function,
            Properties: {Code: {S3Bucket: b, S3Key: k}},
            Metadata: {'aws:asset:path': asset.1, 'aws:asset:property': Code, 'aws:asset:is-bundled': true}}})"),
        R"({"Type":"AWS::Lambda::Function","Properties":{"Code":"asset.1"},)"
        R"("Metadata":{"aws:asset:path":"asset.1","aws:asset:property":"Code",)"
        R"("aws:asset:is-bundled":true,"SkipBuild":true,"SamNormalized":true}})");
}

TEST(Assets, AnImageIsDescribedByItsDockerfile) {
    EXPECT_EQ(
        treated(R"(Resources: {R: {Type: AWS::Lambda::Function, Properties: {Code: {ImageUri: x}},
            Metadata: {'aws:asset:path': asset.1, 'aws:asset:property': Code.ImageUri,
            'aws:asset:dockerfile-path': a/Dockerfile, 'aws:asset:docker-build-args': {A: b},
            'aws:asset:docker-build-target': t}}})"),
        R"({"Type":"AWS::Lambda::Function","Properties":{"Code":{}},)"
        R"("Metadata":{"aws:asset:path":"asset.1","aws:asset:property":"Code.ImageUri",)"
        R"("aws:asset:dockerfile-path":"a/Dockerfile","aws:asset:docker-build-args":{"A":"b"},)"
        R"("aws:asset:docker-build-target":"t","DockerContext":"asset.1",)"
        R"("Dockerfile":"a/Dockerfile","DockerBuildArgs":{"A":"b"},"DockerBuildTarget":"t",)"
        R"("SamNormalized":true}})");
}

TEST(Assets, WhatWasTreatedStays) {
    const std::string_view text =
        R"({"Type":"T","Properties":{"Code":"built"},)"
        R"("Metadata":{"aws:asset:path":"a","aws:asset:property":"Code","SamNormalized":true}})";
    EXPECT_EQ(treated("{\"Resources\":{\"R\":" + std::string(text) + "}}"), text);
}

TEST(Assets, TheCdkNamesConstructsByTheirPath) {
    EXPECT_EQ(construct_id("App/Stack/Fn/Resource"), "Fn");
    EXPECT_EQ(construct_id("App/Stack/Fn"), "Fn");
    EXPECT_EQ(construct_id("Stack/Inner.NestedStack/Inner.NestedStackResource"), "Inner");
    EXPECT_EQ(construct_id("Fn"), "");
}

} // namespace
} // namespace samara::model
