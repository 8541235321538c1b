#include "console/edited_request.h"

#include <gtest/gtest.h>

namespace samara::console {
namespace {

class EditedRequestTest : public testing::Test {
protected:
    EditedRequestTest() {
        entry_.exchange.request = {
            "POST",
            "/secret-path/7?token=abcd1234&page=2",
            {{"Host", "localhost:3000"},
             {"Authorization", "Bearer top-secret"},
             {"Content-Length", "19"},
             {"X-Echo", "Bearer top-secret"}},
            "I say Bearer top-secret",
            "127.0.0.1"};
        entry_.request_size = entry_.exchange.request.body.size();
    }

    base::Result<net::HttpRequest> edit(std::string_view json) const {
        return edited_request(
            entry_, Secrets(Secrets::Variables{{"PATH_SECRET", "secret-path"}}), json);
    }

    Entry entry_;
};

TEST_F(EditedRequestTest, WhatIsLeftOutIsAsItWas) {
    const auto request = edit("{}");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->target, entry_.exchange.request.target);
    EXPECT_EQ(request->body, entry_.exchange.request.body);
    EXPECT_EQ(*net::find_header(request->headers, "Authorization"), "Bearer top-secret");
}

TEST_F(EditedRequestTest, WhatWasShownHiddenStandsForWhatIsKept) {
    const auto request = edit(R"-({"method": "PUT",
        "target": "/(hidden:PATH_SECRET)/7?page=3&token=(hidden:token)",
        "headers": [["Host", "localhost:3000"], ["authorization", "(hidden:Authorization)"],
                    ["X-Echo", "(hidden:Authorization)"], ["X-Own", "(hidden:Authorization)"]],
        "body": "I say (hidden:Authorization)"})-");
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->method, "PUT");
    EXPECT_EQ(request->body, "I say Bearer top-secret");
    EXPECT_EQ(*net::find_header(request->headers, "Authorization"), "Bearer top-secret");
    EXPECT_EQ(*net::find_header(request->headers, "X-Echo"), "Bearer top-secret");
    EXPECT_EQ(*net::find_header(request->headers, "X-Own"), "(hidden:Authorization)")
        << "a header of another name gets nobody's secret";
    EXPECT_EQ(request->headers.size(), 4U);
    EXPECT_EQ(request->target, "/secret-path/7?page=3&token=abcd1234");
    EXPECT_EQ(edit(R"-({"target": "/(hidden:PATH_SECRET)/8"})-")->target, "/(hidden:PATH_SECRET)/8")
        << "a path that was edited is taken as it is written";
    EXPECT_EQ(
        edit(R"-({"target": "/(hidden:PATH_SECRET)/7?page=2"})-")->target, "/secret-path/7?page=2");
}

TEST_F(EditedRequestTest, AnotherBodyHasItsLength) {
    const auto request = edit(R"-({"body": "short"})-");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->body, "short");
    EXPECT_EQ(*net::find_header(request->headers, "Content-Length"), "5");
}

TEST_F(EditedRequestTest, ABodyThatIsNotKeptCanOnlyBeReplaced) {
    entry_.request_size = 1'000'000;
    EXPECT_FALSE(same_request(entry_));
    EXPECT_FALSE(edit(R"-({"method": "PUT"})-"));
    EXPECT_TRUE(edit(R"-({"body": "short"})-"));
}

TEST_F(EditedRequestTest, WhatIsNoRequestIsRefused) {
    for (const char* wrong :
         {"",
          "[]",
          R"-({"method": "GET X"})-",
          R"-({"method": ""})-",
          R"-({"target": "x"})-",
          R"-({"target": "/a b"})-",
          R"-({"target": "/a\r\nX: y"})-",
          R"-({"headers": [["A"]]})-",
          R"-({"headers": [["A B", "x"]]})-",
          R"-({"headers": [["A", "x\r\nB: y"]]})-"}) {
        EXPECT_FALSE(edit(wrong)) << wrong;
    }
}

} // namespace
} // namespace samara::console
