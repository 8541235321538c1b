#include "app/build_plan.h"
#include "template_folder.h"

#include <cstdlib>

#include <gmock/gmock.h>

namespace samara::app {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view stacks = R"(
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12, Handler: a.b}}
Resources:
  One: {Type: AWS::Serverless::Function, Properties: {CodeUri: one, Layers: [!Ref Made, !Ref Plain]}}
  Two: {Type: AWS::Serverless::Function, Properties: {CodeUri: two, Architectures: [arm64]}}
  Inline: {Type: AWS::Serverless::Function, Properties: {InlineCode: x}}
  Far: {Type: AWS::Serverless::Function, Properties: {CodeUri: s3://b/k}}
  Picture:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image}
    Metadata: {DockerContext: ./picture, Dockerfile: Dockerfile}
  Made:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: made, CompatibleRuntimes: [python3.12]}
    Metadata: {BuildMethod: python3.12}
  Plain: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: plain}}
  FarLayer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: s3://b/l}}
  Child: {Type: AWS::Serverless::Application, Properties: {Location: child/template.yaml}}
)";

class BuildPlanTest : public TemplateFolder {
protected:
    BuildPlanTest() {
        write("child/template.yaml", R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  One: {Type: AWS::Serverless::Function, Properties: {CodeUri: ., Runtime: python3.12, Handler: a.b}}
  Inner:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: inner}
    Metadata: {BuildMethod: python3.12}
)");
        options_.build_dir = (folder_.path() / "out/").string();
        options_.cache_dir = (folder_.path() / "cache").string();
    }

    base::Result<BuildPlan> request(std::string_view text = stacks) {
        warnings_.clear();
        told_.clear();
        Application application = load(text);
        return plan_build(application, options_, log_);
    }

    /// Ids of its functions, then of its layers.
    static std::vector<std::string> ids(const base::Result<BuildPlan>& made) {
        if (!made) {
            return {"ERROR: " + made.error().message};
        }
        std::vector<std::string> found;
        for (const build::Function& function : made->request.functions) {
            found.push_back(function.logical_id);
        }
        for (const build::Layer& layer : made->request.layers) {
            found.push_back(layer.logical_id);
        }
        return found;
    }

    BuildOptions options_;
};

TEST_F(BuildPlanTest, EverythingThatCanBeBuilt) {
    const auto made = request();
    EXPECT_THAT(
        ids(made),
        UnorderedElementsAre("One", "Two", "Picture", "Child/One", "Made", "Plain", "Child/Inner"));
    EXPECT_THAT(made->failures, IsEmpty());
    EXPECT_THAT(told_, Contains("Skip building Far: its code is in S3 (s3://b/k)"));
    EXPECT_THAT(told_, Contains(HasSubstr("Skip building FarLayer: its content is in S3")));
    EXPECT_TRUE(made->request.whole);
    EXPECT_EQ(made->request.templates.size(), 2U);
    EXPECT_EQ(made->request.build_dir, folder_.path() / "out");
}

TEST_F(BuildPlanTest, WhereEachHasItsSource) {
    const auto made = request();
    ASSERT_TRUE(made);
    std::map<std::string, std::string> sources;
    for (const build::Function& function : made->request.functions) {
        sources[function.logical_id] = function.source.lexically_relative(folder_.path()).string() +
                                       (function.image ? " image" : "") + " " +
                                       function.recipe.architecture;
    }
    for (const build::Layer& layer : made->request.layers) {
        sources[layer.logical_id] = layer.source.lexically_relative(folder_.path()).string();
        EXPECT_TRUE(layer.recipe.layer);
    }
    EXPECT_THAT(
        sources,
        UnorderedElementsAre(
            testing::Pair("One", "one x86_64"),
            testing::Pair("Two", "two arm64"),
            testing::Pair("Picture", "picture image x86_64"),
            testing::Pair("Child/One", "child x86_64"),
            testing::Pair("Made", "made"),
            testing::Pair("Plain", "plain"),
            testing::Pair("Child/Inner", "child/inner")));
    options_.base_dir = (folder_.path() / "base").string();
    const auto based = request();
    ASSERT_TRUE(based);
    EXPECT_EQ(based->request.functions.front().source, folder_.path() / "base/one");
}

TEST_F(BuildPlanTest, WhatIsAskedForByName) {
    struct Case {
        const char* name;
        std::vector<std::string> ids;
    };

    for (const Case& one : std::initializer_list<Case>{
             {"One", {"One", "Made", "Plain"}},
             {"Two", {"Two"}},
             {"Child/One", {"Child/One"}},
             {"Made", {"Made"}},
             {"Inner", {"Child/Inner"}},
             {"Child/Inner", {"Child/Inner"}},
             {"Plain", {"ERROR: Build method missing in layer Plain."}},
             {"Nobody", {"ERROR: Unable to find a function or layer with name 'Nobody'"}}}) {
        options_.function = one.name;
        const auto made = request();
        EXPECT_EQ(ids(made), one.ids) << one.name;
        if (made) {
            EXPECT_FALSE(made->request.whole);
        }
    }
    EXPECT_THAT(request().error().hint, HasSubstr("; layers: "));
}

TEST_F(BuildPlanTest, WhatIsLeftOut) {
    options_.exclude = {"One", "Inner"};
    EXPECT_THAT(ids(request()), UnorderedElementsAre("Two", "Picture", "Made", "Plain"));
    EXPECT_THAT(warnings_, IsEmpty());
    options_.exclude = {"Child/One"};
    EXPECT_THAT(ids(request()), Contains("One"));
    options_.exclude = {"Two"};
    options_.function = "Two";
    EXPECT_THAT(ids(request()), ElementsAre("Two"));
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("Two is built although it is excluded")));
}

TEST_F(BuildPlanTest, OptionsOfTheBuild) {
    struct Case {
        std::optional<bool> cached;
        bool follow_links;
        bool is_cached;
        bool anew;
    };

    for (const Case& one : std::initializer_list<Case>{
             {std::nullopt, true, false, false},
             {true, true, true, false},
             {false, true, false, true},
             {true, false, true, true}}) {
        options_.cached = one.cached;
        options_.follow_links = one.follow_links;
        const auto made = request();
        ASSERT_TRUE(made);
        EXPECT_EQ(made->request.cached, one.is_cached);
        EXPECT_EQ(made->request.anew, one.anew);
        EXPECT_EQ(made->request.follow_links, one.follow_links);
    }
    options_.manifest = (folder_.path() / "none.txt").string();
    EXPECT_EQ(request()->request.manifest, folder_.path() / "none.txt");
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("--manifest: there is no file ")));
    write("none.txt", "");
    EXPECT_TRUE(request());
    EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(BuildPlanTest, WhatIsNotUnderstoodFails) {
    const auto made = request(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Good: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.12, CodeUri: .}}
  Bad: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.12, CodeUri: .}}
  Later: {Type: AWS::Serverless::Function, Properties: {PackageType: Image}}
  Remote: {Type: AWS::Serverless::Application, Properties: {Location: 'https://x.example/t.yaml'}}
  ServerlessRestApi: {Type: AWS::SNS::Topic}
)");
    EXPECT_THAT(ids(made), ElementsAre("Good"));
    ASSERT_EQ(made->failures.size(), 1U);
    EXPECT_EQ(made->failures[0].logical_id, "Bad");
    EXPECT_THAT(told_, Contains(HasSubstr("Skip Building Later function")));
    EXPECT_THAT(told_, Contains(HasSubstr("are left as they are:\n- Remote")));
    EXPECT_THAT(warnings_, Contains(HasSubstr("ServerlessRestApi is the logical id of the API")));
    options_.exclude = {"Bad"};
    const auto without = request(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Bad: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.12, CodeUri: .}}
)");
    ASSERT_TRUE(without);
    EXPECT_THAT(without->failures, IsEmpty());
}

TEST_F(BuildPlanTest, TheModeOfABuildIsDebugOrNothing) {
    for (const auto& [mode, fine] : {std::pair("", true), {"debug", true}, {"release", false}}) {
        setenv("SAM_BUILD_MODE", mode, 1);
        EXPECT_EQ(request().has_value(), fine) << mode;
    }
    unsetenv("SAM_BUILD_MODE");
}

} // namespace
} // namespace samara::app
