#include "net/header_text.h"
#include "net/http_date.h"
#include "net/http_message.h"

#include <gmock/gmock.h>

namespace samara::net {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HttpMessage, SplitsTheTargetWithoutDecodingIt) {
    HttpRequest request;
    request.target = "/a%2Fb?x=%20&y=?";
    EXPECT_EQ(request.path(), "/a%2Fb");
    EXPECT_EQ(request.query(), "x=%20&y=?");
    request.target = "/";
    EXPECT_EQ(request.path(), "/");
    EXPECT_EQ(request.query(), "");
}

TEST(HttpMessage, FindsTheFirstHeaderInAnyCase) {
    const HttpHeaders headers{{"A", "1"}, {"x-NAME", "2"}, {"X-Name", "3"}};
    ASSERT_NE(find_header(headers, "X-name"), nullptr);
    EXPECT_EQ(*find_header(headers, "X-name"), "2");
    EXPECT_EQ(find_header(headers, "B"), nullptr);
    EXPECT_EQ(header_text(headers, "X-NAME"), "2");
    EXPECT_EQ(header_text(headers, "B"), "");
}

TEST(HttpMessage, NeverWritesAHeaderThatWouldStartAnotherLine) {
    const HttpResponse response{
        200,
        {{"X-Good", "fine"},
         {"X-Bad", "a\r\nSet-Cookie: stolen=1"},
         {"X-Bad: y\r\nSet-Cookie", "stolen=2"},
         {"X-Nul", std::string("a\0b", 3)}},
        ""};
    const std::string head = encode_head(response, 0, true);
    EXPECT_THAT(head, HasSubstr("X-Good: fine\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("stolen")));
    EXPECT_THAT(head, Not(HasSubstr("X-Nul")));
}

TEST(HttpMessage, LeavesOutTheLengthOfAnswersWithoutBody) {
    EXPECT_THAT(encode_head({204, {}, ""}, 0, true), Not(HasSubstr("Content-Length")));
    EXPECT_THAT(encode_head({200, {}, ""}, 0, true), HasSubstr("Content-Length: 0\r\n"));
    EXPECT_THAT(encode_head({404, {}, ""}, 3, false), HasSubstr("HTTP/1.1 404 Not Found\r\n"));
    EXPECT_THAT(encode_head({404, {}, ""}, 3, false), HasSubstr("Connection: close\r\n\r\n"));
}

TEST(HttpDate, IsReadAsItIsWritten) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 CET"), std::nullopt);
    EXPECT_EQ(parse_http_date("yesterday"), std::nullopt);
}

} // namespace
} // namespace samara::net
