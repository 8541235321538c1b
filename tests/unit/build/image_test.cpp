#include "build/build.h"
#include "project.h"
#include "variable.h"

#include <gmock/gmock.h>

namespace samara::build {
namespace {

using testing::HasSubstr;

class FakeImages : public ImageBuilder {
public:
    base::Result<void>
    build(const ImageBuild& image, const base::Log&, const os::Cancellation&) override {
        built.push_back(image);
        identities[image.tag] = "sha256:" + std::to_string(built.size());
        return result;
    }

    std::string identity(const std::string& image, const os::Cancellation&) override {
        return identities[image];
    }

    std::vector<ImageBuild> built;
    std::map<std::string, std::string> identities;
    base::Result<void> result;
};

class Image : public Project {
protected:
    Function& add_image(std::string id, data::Map metadata) {
        Function& function = add_function(std::move(id), "img", "");
        function.image = true;
        metadata.set("DockerContext", "./img");
        function.recipe.metadata = std::move(metadata);
        return function;
    }

    // How many images the build has built.
    std::size_t builds() {
        const std::size_t before = images_.built.size();
        EXPECT_TRUE(run(&images_));
        return images_.built.size() - before;
    }

    FakeImages images_;
};

TEST_F(Image, HasTheTagOfItsFunction) {
    write("img/Dockerfile", "FROM scratch\n");
    add_image("First", {{"DockerTag", "v1"}});
    add_image("Second", {{"DockerTag", "v2"}});
    const auto artifacts = run(&images_);
    ASSERT_TRUE(artifacts);
    EXPECT_EQ(artifacts->at("First").image, "first:v1");
    EXPECT_EQ(artifacts->at("Second").image, "second:v2");
}

TEST_F(Image, ComesFromElsewhereWhereOneOfTwoSaysNothing) {
    add_image("Fn", {});
    write("img/app.py", "1");
    EXPECT_EQ(builds(), 0U); // no Dockerfile, told by nobody
    EXPECT_THAT(log_text_, HasSubstr("Skip Building Fn function, as it is missing either"));
    write("img/Dockerfile", "FROM scratch\n");
    EXPECT_EQ(builds(), 1U);
}

TEST_F(Image, TakesAMapOfArguments) {
    write("img/Dockerfile", "FROM scratch\n");
    add_image("Fn", {{"DockerBuildArgs", data::List{"A=1"}}});
    EXPECT_THAT(message(), HasSubstr("Fn: DockerBuildArgs must be a map"));
}

TEST_F(Image, IsToldWhatItIsBuiltFor) {
    const Variable mode("SAM_BUILD_MODE", "debug");
    write("img/Dockerfile", "FROM scratch\n");
    add_image("Thumbs", {{"DockerTag", "v1"}});
    ASSERT_TRUE(run(&images_));
    EXPECT_EQ(images_.built.at(0).tag, "thumbs:v1-debug");
    EXPECT_EQ(images_.built.at(0).arguments.at("SAM_BUILD_MODE"), "debug");
}

TEST_F(Image, IsBuiltOnceForTheFunctionsThatShareIt) {
    write("img/Dockerfile", "FROM scratch\n");
    for (const char* id : {"Thumbs", "Frames"}) {
        add_image(
            id,
            {{"Dockerfile", "Dockerfile"},
             {"DockerTag", "v1"},
             {"DockerBuildArgs", data::Map{{"SIZE", 3}}},
             {"DockerBuildExtraParams", data::List{"--label", "a=b"}}});
    }
    const auto artifacts = run(&images_);
    ASSERT_TRUE(artifacts) << base::to_string(artifacts.error());
    ASSERT_EQ(images_.built.size(), 1U);
    EXPECT_EQ(images_.built[0].tag, "thumbs:v1");
    EXPECT_EQ(images_.built[0].context, root() / "img");
    EXPECT_EQ(images_.built[0].arguments.at("SIZE"), "3");
    EXPECT_THAT(images_.built[0].extra, testing::ElementsAre("--label", "a=b"));
    EXPECT_EQ(artifacts->at("Frames").image, "thumbs:v1");
    EXPECT_THAT(log_text_, HasSubstr("Building image for Thumbs, Frames function"));
    EXPECT_THAT(
        log_text_,
        HasSubstr(
            "Building codeuri: " + root().string() +
            " runtime: None architecture: x86_64 functions: Thumbs, Frames"));
}

TEST_F(Image, ThatCannotBeBuiltFailsTheBuild) {
    write("img/Dockerfile", "FROM scratch\n");
    add_image("Thumbs", {});
    EXPECT_THAT(message(), HasSubstr("Thumbs: an image can only be built with Docker"));
    images_.result = base::fail("RUN failed");
    const auto failed = run(&images_);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "Thumbs: RUN failed");
    request_.functions[0].recipe.metadata =
        data::Map{{"Dockerfile", "Dockrfile"}, {"DockerContext", "img"}};
    EXPECT_THAT(message(), HasSubstr("there is no Dockrfile in"));
    request_.functions[0].recipe.metadata =
        data::Map{{"Dockerfile", "Dockerfile"}, {"DockerBuildExtraParams", "--no-cache"}};
    EXPECT_THAT(message(), HasSubstr("DockerBuildExtraParams must be a list"));
}

TEST_F(Image, IsNotBuiltAgainWhileNothingHasChanged) {
    write("img/Dockerfile", "FROM base:1\nCOPY app.py /\n");
    write("img/app.py", "1");
    images_.identities["base:1"] = "sha256:base";
    add_image("Fn", {});
    EXPECT_EQ(builds(), 1U);
    EXPECT_EQ(builds(), 0U);
    EXPECT_EQ(fate("Fn"), Fate::unchanged);
    write("img/app.py", "1"); // another file with the same content
    EXPECT_EQ(builds(), 0U);
    write("img/app.py", "2");
    EXPECT_EQ(builds(), 1U);
    write("img/Dockerfile", "FROM base:1\nCOPY app.py /x\n");
    EXPECT_EQ(builds(), 1U);
    images_.identities["base:1"] = "sha256:another";
    EXPECT_EQ(builds(), 1U);
    images_.identities["fn:latest"] = "sha256:of-somebody-else";
    EXPECT_EQ(builds(), 1U);
    images_.identities.erase("fn:latest");
    EXPECT_EQ(builds(), 1U);
    request_.functions[0].recipe.metadata.as_map()->set("DockerBuildArgs", data::Map{{"A", "b"}});
    EXPECT_EQ(builds(), 1U);
    EXPECT_EQ(builds(), 0U);
    request_.anew = true;
    EXPECT_EQ(builds(), 1U);
}

TEST_F(Image, IsBuiltWhereWhatItTakesCannotBeTold) {
    write("img/Dockerfile", "FROM scratch\nADD https://example.com/file /\n");
    add_image("Fn", {});
    EXPECT_EQ(builds(), 1U);
    EXPECT_EQ(builds(), 1U);
    write("img/Dockerfile", "FROM scratch\n");
    request_.functions[0].recipe.metadata.as_map()->set(
        "DockerBuildExtraParams", data::List{"--secret", "id=a,src=elsewhere"});
    EXPECT_EQ(builds(), 1U);
    EXPECT_EQ(builds(), 1U);
}

TEST_F(Image, WithADockerfileElsewhere) {
    write("img/app.py", "1");
    write("docker/Fn.Dockerfile", "FROM scratch\n");
    add_image("Fn", {{"Dockerfile", "../docker/Fn.Dockerfile"}});
    EXPECT_EQ(builds(), 1U);
    EXPECT_EQ(builds(), 0U);
    write("docker/Fn.Dockerfile", "FROM scratch\nCOPY app.py /\n");
    EXPECT_EQ(builds(), 1U);
}

} // namespace
} // namespace samara::build
