#include "net/url.h"

#include <gtest/gtest.h>

namespace samara::net {
namespace {

TEST(Url, IsTakenApart) {
    struct Row {
        std::string_view text;
        std::string_view address;
        std::string_view target;
        std::string_view host;
    };

    for (const Row& row : {
             Row{"http://localhost:4566", "localhost:4566", "/", "localhost:4566"},
             Row{"http://h/a/b?c=d#e", "h:80", "/a/b?c=d", "h"},
             Row{"https://h.example?x=%20", "https://h.example:443", "/?x=%20", "h.example"},
             Row{"https://h:8443/", "https://h:8443", "/", "h:8443"},
             Row{"http://[::1]:81/x", "::1:81", "/x", "[::1]:81"},
             Row{"https://[::1]/", "https://::1:443", "/", "[::1]"},
         }) {
        const auto url = parse_url(row.text);
        ASSERT_TRUE(url) << row.text;
        EXPECT_EQ(to_string(url->address), row.address);
        EXPECT_EQ(url->target, row.target) << row.text;
        EXPECT_EQ(url->host(), row.host) << row.text;
    }
}

TEST(Url, RefusesWhatIsNone) {
    for (const std::string_view text :
         {"",
          "localhost:80",
          "ftp://h/",
          "http://",
          "http:///path",
          "http://:80/",
          "http://h:/",
          "http://h:0/",
          "http://h:65536/",
          "http://h:8x/",
          "http://user:secret@h/",
          "http://h/a b",
          "http://h/a\r\nX: y"}) {
        EXPECT_FALSE(parse_url(text)) << text;
    }
}

} // namespace
} // namespace samara::net
