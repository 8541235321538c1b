#include "data/read.h"
#include "gateway/gateway.h"
#include "gateway/message/static_files.h"
#include "gateway/read/apis.h"
#include "os/temp_dir.h"

#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace samara::gateway {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
protected:
    StaticFilesTest() : outer_(*os::TempDir::create("static")) {
        fs::create_directories(root() / "sub");
        write(root() / "index.html", "home");
        write(root() / "sub" / "index.html", "sub home");
        write(root() / "style.css", "css");
        write(root() / "with space.txt", "space");
        fs::create_directories(root() / "a folder");
        write(outer_.path() / "secret.txt", "secret");
        fs::create_symlink(outer_.path() / "secret.txt", root() / "escape.txt");
        fs::create_symlink(outer_.path(), root() / "up");
        fs::create_symlink("style.css", root() / "inside.css");
    }

    fs::path root() const { return outer_.path() / "public"; }

    static void write(const fs::path& file, std::string_view text) { std::ofstream(file) << text; }

    std::string get(std::string target, std::string method = "GET") const {
        net::HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        const auto response = StaticFiles(root()).find(request);
        return !response                 ? "none"
               : response->status == 200 ? response->body
                                         : response->headers.at(0).value;
    }

    os::TempDir outer_;
};

TEST_F(StaticFilesTest, ServesFilesAndIndexes) {
    EXPECT_EQ(get("/"), "home");
    EXPECT_EQ(get("/index.html?x=1"), "home");
    EXPECT_EQ(get("/sub/"), "sub home");
    EXPECT_EQ(get("/sub"), "/sub/");
    EXPECT_EQ(get("//sub"), "/sub/");
    EXPECT_EQ(get("/sub?a=b&c"), "/sub/?a=b&c");
    EXPECT_EQ(get("/a%20folder"), "/a%20folder/");
    EXPECT_EQ(get("/style.css/"), "none");
    EXPECT_EQ(get("/with%20space.txt"), "space");
    EXPECT_EQ(get("/inside.css"), "css");
    EXPECT_EQ(get("/style.css", "HEAD"), "css");
    EXPECT_EQ(get("/style.css", "POST"), "none");
    EXPECT_EQ(get("/none"), "none");
}

TEST_F(StaticFilesTest, AreServedBeforeRoutesThatTakeAllPaths) {
    const auto ask = [&](std::string_view path, std::string_view more, std::string target) {
        const auto resources = data::read_yaml(
            fmt::format(
                "Fn: {{Type: 'AWS::Lambda::Function'}}\n"
                "Api: {{Type: 'AWS::ApiGateway::RestApi', Properties: {{{}Body: {{paths: {{'{}': "
                "{{x-amazon-apigateway-any-method: {{x-amazon-apigateway-integration: {{type: "
                "aws_proxy, uri: Fn}}}}}}}}}}}}}}\n",
                more,
                path),
            "resources");
        EXPECT_TRUE(resources) << base::to_string(resources.error());
        base::Diagnostics diagnostics;
        GatewayOptions options;
        options.static_folder = root();
        Gateway gateway(
            read_apis(*resources, {}, diagnostics),
            [](const invoke::Request&) {
                invoke::Response response;
                response.payload = R"({"body": "function"})";
                return response;
            },
            options);
        return gateway.handle({"GET", std::move(target), {}, {}, {}}).body;
    };
    EXPECT_EQ(ask("/{proxy+}", "", "/style.css"), "css");
    EXPECT_EQ(ask("/{proxy+}", "", "/other.css"), "function");
    EXPECT_EQ(ask("/{proxy+}", "", "/sub"), "function");
    EXPECT_EQ(ask("/{proxy+}", "", "/sub/"), "function");
    EXPECT_EQ(ask("/{name}", "", "/style.css"), "function");
    const std::string_view policy =
        "Policy: {Statement: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}]}, ";
    EXPECT_EQ(ask("/{proxy+}", policy, "/style.css"), "function");
}

TEST_F(StaticFilesTest, NeverLeavesTheFolder) {
    for (const std::string_view target :
         {"/../secret.txt",
          "/..%2fsecret.txt",
          "/%2e%2e/secret.txt",
          "/sub/../../secret.txt",
          "/%2e%2e%2fsecret.txt",
          "/.../secret.txt",
          "/escape.txt",
          "/up/secret.txt",
          "/up/public/style.css/../../secret.txt",
          "/style.css%00.html",
          "/..",
          "/../",
          "/%2fetc/passwd",
          "//etc/passwd",
          "/..\\secret.txt"}) {
        EXPECT_EQ(get(std::string(target)), "none") << target;
    }
}

TEST_F(StaticFilesTest, AFolderThatIsNotThereServesNothing) {
    net::HttpRequest request;
    request.method = "GET";
    request.target = "/";
    EXPECT_FALSE(StaticFiles("/nonexistent").find(request));
    EXPECT_FALSE(StaticFiles("").find(request));
}

} // namespace
} // namespace samara::gateway
