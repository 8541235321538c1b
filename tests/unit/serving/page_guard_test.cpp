#include "serving/page_guard.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::serving {
namespace {

using testing::HasSubstr;

struct Case {
    const char* who;
    bool served;
    net::HttpHeaders headers;
};

net::HttpRequest request_with(const net::HttpHeaders& headers) {
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/2015-03-31/functions/f/invocations";
    request.headers = headers;
    return request;
}

TEST(PageGuard, ServesProgramsAndNoForeignPages) {
    const PageGuard guard({"build.example.com"});
    const std::vector<Case> cases{
        // Programs: SDKs, curl, containers.
        {"an SDK", true, {{"Host", "127.0.0.1:3001"}, {"Authorization", "AWS4-HMAC-SHA256 ..."}}},
        {"curl", true, {{"Host", "localhost:3001"}, {"User-Agent", "curl/8"}, {"Accept", "*/*"}}},
        {"without a port", true, {{"Host", "localhost"}}},
        {"in capitals", true, {{"Host", "LOCALHOST:3001"}}},
        {"with a last dot", true, {{"Host", "localhost.:3001"}}},
        {"a name below localhost", true, {{"Host", "lambda.localhost:3001"}}},
        {"IPv6", true, {{"Host", "[::1]:3001"}}},
        {"a container", true, {{"Host", "host.docker.internal:3001"}}},
        {"a container of Podman", true, {{"Host", "host.containers.internal:3001"}}},
        {"a name that is allowed", true, {{"Host", "build.example.com:3001"}}},
        {"HTTP/1.0", true, {}},
        {"fetch of Node.js", true, {{"Host", "localhost:3001"}, {"Sec-Fetch-Mode", "cors"}}},
        // A page's name that leads here (DNS rebinding), and addresses that do not.
        {"a rebound name", false, {{"Host", "evil.example:3001"}}},
        {"that ends like ours", false, {{"Host", "evillocalhost:3001"}}},
        {"that begins like ours", false, {{"Host", "localhost.evil.example:3001"}}},
        {"an address as a name", false, {{"Host", "127.0.0.1.nip.io:3001"}}},
        {"below an allowed one", false, {{"Host", "x.build.example.com:3001"}}},
        {"another machine", false, {{"Host", "192.0.2.1:3001"}}},
        {"a user before it", false, {{"Host", "localhost@evil.example:3001"}}},
        {"nothing", false, {{"Host", ""}}},
        // Requests that a page has a browser make.
        {"our own page",
         true,
         {{"Host", "localhost:3001"},
          {"Origin", "http://localhost:3001"},
          {"Sec-Fetch-Site", "same-origin"},
          {"Referer", "http://localhost:3001/_samara/"}}},
        {"the address line", true, {{"Host", "localhost:3001"}, {"Sec-Fetch-Site", "none"}}},
        {"the usual port", true, {{"Host", "localhost"}, {"Origin", "http://localhost:80"}}},
        {"our own page over TLS",
         true,
         {{"Host", "localhost:3001"}, {"Origin", "https://localhost:3001"}}},
        {"fetch()", false, {{"Host", "localhost:3001"}, {"Origin", "https://evil.example"}}},
        {"a frame without origin", false, {{"Host", "localhost:3001"}, {"Origin", "null"}}},
        {"a page on another port",
         false,
         {{"Host", "localhost:3001"}, {"Origin", "http://localhost:5173"}}},
        {"a page on another name of ours",
         false,
         {{"Host", "127.0.0.1:3001"}, {"Origin", "http://localhost:3001"}}},
        {"a prefix of ours",
         false,
         {{"Host", "localhost:3001"}, {"Origin", "http://localhost:3001.evil.example"}}},
        {"an extension",
         false,
         {{"Host", "localhost:3001"}, {"Origin", "chrome-extension://abcdef"}}},
        {"an image", false, {{"Host", "localhost:3001"}, {"Sec-Fetch-Site", "cross-site"}}},
        {"of the same site", false, {{"Host", "localhost:3001"}, {"Sec-Fetch-Site", "same-site"}}},
        {"of a kind to come", false, {{"Host", "localhost:3001"}, {"sec-fetch-site", "odd"}}},
        {"an old browser's form",
         false,
         {{"Host", "localhost:3001"}, {"Referer", "https://evil.example/page"}}},
        {"one of two",
         false,
         {{"Host", "localhost:3001"},
          {"Origin", "http://localhost:3001"},
          {"Origin", "https://evil.example"}}},
        {"without a host", false, {{"Origin", "http://localhost:3001"}}},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(!guard.refusal(request_with(one.headers)), one.served) << one.who;
    }
}

TEST(PageGuard, TellsHowANameIsAllowed) {
    const auto why = PageGuard().refusal(request_with({{"Host", "Build.Example.com:3001"}}));
    ASSERT_TRUE(why);
    EXPECT_THAT(*why, HasSubstr("--allow-host build.example.com"));
}

TEST(PageGuard, TakesHostsAlone) {
    EXPECT_EQ(
        *read_host_names({"Build.Example.com", "box"}),
        (std::vector<std::string>{"build.example.com", "box"}));
    for (const char* bad : {"", "http://x", "x:80", "x/y", "*", "a b"}) {
        EXPECT_FALSE(read_host_names({bad})) << bad;
    }
}

} // namespace
} // namespace samara::serving
