#include "gateway/message/conditional.h"

#include <gtest/gtest.h>

namespace samara::gateway {
namespace {

net::HttpResponse get(net::HttpHeaders headers, std::string method = "GET") {
    net::HttpRequest request;
    request.method = std::move(method);
    request.headers = std::move(headers);
    constexpr std::time_t modified = 1'000'000'000; // Sun, 09 Sep 2001 01:46:40 GMT
    return respond(request, {"text/plain", "0123456789", "\"tag\"", modified});
}

std::string header(const net::HttpResponse& response, std::string_view name) {
    const std::string* value = net::find_header(response.headers, name);
    return value == nullptr ? "" : *value;
}

TEST(Conditional, GivesWhatAClientNeedsToAskAgain) {
    const net::HttpResponse response = get({});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "0123456789");
    EXPECT_EQ(header(response, "ETag"), "\"tag\"");
    EXPECT_EQ(header(response, "Last-Modified"), "Sun, 09 Sep 2001 01:46:40 GMT");
}

TEST(Conditional, SendsNothingThatTheClientHas) {
    const auto status = [](std::string name, std::string value) {
        return get({{std::move(name), std::move(value)}}).status;
    };
    EXPECT_EQ(status("If-None-Match", "\"tag\""), 304);
    EXPECT_EQ(status("If-None-Match", "\"old\", W/\"tag\""), 304);
    EXPECT_EQ(status("If-None-Match", "\"old\""), 200);
    EXPECT_EQ(status("If-Modified-Since", "Sun, 09 Sep 2001 01:46:40 GMT"), 304);
    EXPECT_EQ(status("If-Modified-Since", "Sun, 09 Sep 2001 01:46:39 GMT"), 200);
    EXPECT_EQ(status("If-Modified-Since", "yesterday"), 200);
    // The tag knows better than the clock.
    EXPECT_EQ(
        get({{"If-Modified-Since", "Sun, 09 Sep 2001 01:46:40 GMT"}, {"If-None-Match", "\"old\""}})
            .status,
        200);
    EXPECT_EQ(get({{"If-None-Match", "\"tag\""}}).body, "");
}

TEST(Conditional, SendsOneRange) {
    struct Row {
        const char* range;
        int status;
        const char* body;
        const char* content_range;
    };

    for (const Row& row :
         {Row{"bytes=0-3", 206, "0123", "bytes 0-3/10"},
          Row{"bytes=8-", 206, "89", "bytes 8-9/10"},
          Row{"bytes=8-99999999", 206, "89", "bytes 8-9/10"},
          Row{"bytes=-3", 206, "789", "bytes 7-9/10"},
          Row{"bytes=-99", 206, "0123456789", "bytes 0-9/10"},
          Row{"bytes=10-", 416, "", "bytes */10"},
          Row{"bytes=-0", 416, "", "bytes */10"},
          Row{"bytes=3-1", 200, "0123456789", ""},
          Row{"bytes=0-1,4-5", 200, "0123456789", ""},
          Row{"bytes=-", 200, "0123456789", ""},
          Row{"bytes=99999999999999999999-", 200, "0123456789", ""},
          Row{"lines=0-1", 200, "0123456789", ""}}) {
        const net::HttpResponse response = get({{"Range", row.range}});
        EXPECT_EQ(response.status, row.status) << row.range;
        EXPECT_EQ(response.body, row.body) << row.range;
        EXPECT_EQ(header(response, "Content-Range"), row.content_range) << row.range;
    }
    EXPECT_EQ(get({{"Range", "bytes=0-1"}, {"If-Range", "\"tag\""}}).status, 206);
    EXPECT_EQ(get({{"Range", "bytes=0-1"}, {"If-Range", "\"old\""}}).status, 200);
    EXPECT_EQ(get({{"Range", "bytes=0-1"}}, "HEAD").status, 200);
}

} // namespace
} // namespace samara::gateway
