#include "cloud/remove/stored.h"
#include "data/read.h"

#include <gtest/gtest.h>

namespace samara::cloud {
namespace {

StoredObject object_at(data::Value location) {
    return read_object(location);
}

TEST(Stored, PlacesOfObjects) {
    const auto is = [](const StoredObject& object, std::string_view bucket, std::string_view key) {
        EXPECT_EQ(object.bucket, bucket);
        EXPECT_EQ(object.key, key);
    };
    is(object_at("s3://bucket/a/b"), "bucket", "a/b");
    is(object_at("https://s3.eu-west-1.amazonaws.com/bucket/a.template"), "bucket", "a.template");
    is(object_at("https://bucket.s3.amazonaws.com/a/b"), "bucket", "a/b");
    is(object_at("http://127.0.0.1:4566/bucket/a"), "bucket", "a");
    is(object_at(data::Map{{"S3Bucket", "bucket"}, {"S3Key", "a"}}), "bucket", "a");
    is(object_at(data::Map{{"Bucket", "bucket"}, {"Key", "a"}}), "bucket", "a");
    is(object_at(data::Map{{"Ref", "Place"}}), "", "");
    is(object_at(data::Map{{"ZipFile", "code"}}), "", "");
    is(object_at("./src"), "", "");
    is(object_at("s3://bucket"), "", "");
}

TEST(Stored, WhatATemplateNames) {
    const auto document = data::read_document(
        "Resources:\n"
        "  Fn: {Type: AWS::Serverless::Function, Properties: {CodeUri: 's3://b/fn'}}\n"
        "  Kept: {Type: AWS::Serverless::Function, DeletionPolicy: Retain, Properties: {CodeUri: "
        "'s3://b/kept'}}\n"
        "  Picture: {Type: AWS::Lambda::Function, Properties: {PackageType: Image, Code: "
        "{ImageUri: "
        "'123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/pictures:v1'}}}\n"
        "  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "
        "'https://s3.amazonaws.com/b/child.template'}}\n"
        "  Repo: {Type: AWS::ECR::Repository, Properties: {RepositoryName: mine}}\n"
        "  Named: {Type: AWS::ECR::Repository, Properties: {RepositoryName: !Ref Name}}\n",
        "template.yaml");
    ASSERT_TRUE(document.has_value());
    const StoredArtifacts stored = find_stored(*document);
    ASSERT_EQ(stored.objects.size(), 2U);
    EXPECT_EQ(stored.objects[0].key, "fn");
    EXPECT_EQ(stored.objects[1].key, "child.template");
    ASSERT_EQ(stored.images.size(), 1U);
    EXPECT_EQ(stored.images[0].repository, "team/pictures");
    EXPECT_EQ(stored.images[0].tag, "v1");
    ASSERT_EQ(stored.repositories.size(), 1U);
    EXPECT_EQ(stored.repositories[0].name, "mine");
}

TEST(Stored, CodeOfResolversIsFoundAtAnyDepth) {
    const auto document = data::read_document(
        "Resources:\n"
        "  Graph:\n"
        "    Type: AWS::Serverless::GraphQLApi\n"
        "    Properties:\n"
        "      SchemaUri: s3://b/schema\n"
        "      Functions: {One: {CodeUri: 's3://b/one'}}\n"
        "      Resolvers: {Query: {get: {CodeUri: 's3://b/get'}, list: {CodeUri: "
        "'s3://b/list'}}}\n",
        "template.yaml");
    ASSERT_TRUE(document.has_value());
    std::vector<std::string> keys;
    for (const StoredObject& object : find_stored(*document).objects) {
        keys.push_back(object.key);
    }
    EXPECT_EQ(keys, (std::vector<std::string>{"schema", "get", "list", "one"}));
}

} // namespace
} // namespace samara::cloud
