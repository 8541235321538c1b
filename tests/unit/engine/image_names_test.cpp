#include "engine/image/names.h"
#include "engine/image/reference.h"

#include <gmock/gmock.h>

namespace samara::engine::image {
namespace {

TEST(Reference, TakesNamesApart) {
    struct Row {
        std::string_view text;
        std::string_view repository;
        std::string_view tag;
        std::string_view digest;
    };

    for (const Row& row : std::vector<Row>{
             {"app", "app", "", ""},
             {"app:v1", "app", "v1", ""},
             {"localhost:5000/team/app", "localhost:5000/team/app", "", ""},
             {"localhost:5000/team/app:v1", "localhost:5000/team/app", "v1", ""},
             {"app@sha256:01ab", "app", "", "sha256:01ab"},
             {"r.io:443/a:v1@sha256:01ab", "r.io:443/a", "v1", "sha256:01ab"}}) {
        const Reference reference = parse_reference(row.text);
        EXPECT_EQ(reference.repository, row.repository) << row.text;
        EXPECT_EQ(reference.tag, row.tag) << row.text;
        EXPECT_EQ(reference.digest, row.digest) << row.text;
    }
}

TEST(RuntimeTag, IsAsAwsTagsItsImages) {
    EXPECT_EQ(runtime_tag("python3.12", "x86_64"), "python:3.12-x86_64");
    EXPECT_EQ(runtime_tag("python3.12", "arm64"), "python:3.12-arm64");
    EXPECT_EQ(runtime_tag("nodejs20.x", "x86_64"), "nodejs:20-x86_64");
    EXPECT_EQ(runtime_tag("java8.al2", "x86_64"), "java:8.al2-x86_64");
    EXPECT_EQ(runtime_tag("ruby3.3", "arm64"), "ruby:3.3-arm64");
    EXPECT_EQ(runtime_tag("dotnet8", "x86_64"), "dotnet:8-x86_64");
    EXPECT_EQ(runtime_tag("dotnetcore3.1", "x86_64"), "dotnet:core3.1-x86_64");
    EXPECT_EQ(runtime_tag("provided.al2023", "x86_64"), "provided:al2023-x86_64");
    EXPECT_EQ(runtime_tag("provided", "x86_64"), "provided:alami");
    EXPECT_EQ(runtime_tag("go1.x", "x86_64"), "go:1");
    EXPECT_EQ(runtime_tag("ruby9.9", "arm64"), "ruby:9.9-arm64"); // not known yet
}

EnvironmentSpec zip(std::string runtime) {
    EnvironmentSpec spec;
    spec.runtime = std::move(runtime);
    spec.package = ZipPackage{"/code"};
    return spec;
}

EnvironmentSpec of_image(std::string image) {
    EnvironmentSpec spec;
    spec.package = ImagePackage{.image = std::move(image)};
    return spec;
}

TEST(Names, OfAZipFunction) {
    const Names names = names_of(zip("python3.9"));
    EXPECT_EQ(names.base, "public.ecr.aws/lambda/python:3.9-x86_64");
    EXPECT_EQ(names.added, "public.ecr.aws/lambda/python:3.9-rapid-x86_64");
}

TEST(Names, OfAZipFunctionInAnotherBase) {
    EnvironmentSpec spec = zip("nodejs20.x");
    spec.invoke_image = "localhost:5000/mine/nodejs:custom";
    spec.architecture = "arm64";
    const Names names = names_of(spec);
    EXPECT_EQ(names.base, "localhost:5000/mine/nodejs:custom");
    EXPECT_EQ(names.added, "localhost:5000/mine/nodejs:20-rapid-arm64");
}

TEST(Names, OfAZipFunctionWithLayers) {
    EnvironmentSpec spec = zip("python3.9");
    spec.layers = {{"first-1", "/a"}, {"second-2", "/b"}};
    // printf 'first-1-second-2' | sha256sum | cut -c1-25
    EXPECT_EQ(names_of(spec).added, "samcli/lambda-python:3.9-x86_64-98770f9b74b38f1cae3dc2c7c");
    EXPECT_EQ(names_of(spec).base, "public.ecr.aws/lambda/python:3.9-x86_64");
    std::swap(spec.layers[0], spec.layers[1]);
    EXPECT_NE(names_of(spec).added, "samcli/lambda-python:3.9-x86_64-98770f9b74b38f1cae3dc2c7c");
}

TEST(Names, OfAnImageFunction) {
    EXPECT_EQ(names_of(of_image("thumbnail:latest")).base, "thumbnail:latest");
    EXPECT_EQ(names_of(of_image("thumbnail:latest")).added, "thumbnail:rapid-x86_64");
    EXPECT_EQ(
        names_of(of_image("localhost:5000/thumb")).added, "localhost:5000/thumb:rapid-x86_64");
    EXPECT_EQ(names_of(of_image("thumb@sha256:01ab")).added, "thumbsha256:rapid-x86_64");
}

TEST(OutdatedTag, IsOnlyWhatTheOriginalOnceGave) {
    EXPECT_TRUE(is_outdated_tag("rapid-1.40.0"));
    EXPECT_TRUE(is_outdated_tag("rapid-1.40.0-x86_64"));
    EXPECT_FALSE(is_outdated_tag("rapid-x86_64"));
    EXPECT_FALSE(is_outdated_tag("3.9-rapid-x86_64"));
    EXPECT_FALSE(is_outdated_tag("rapid-1.40"));
    EXPECT_FALSE(is_outdated_tag("rapid-mine"));
    EXPECT_FALSE(is_outdated_tag("latest"));
}

} // namespace
} // namespace samara::engine::image
