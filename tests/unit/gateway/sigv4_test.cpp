#include "gateway/sigv4.h"

#include <gtest/gtest.h>

namespace samara::gateway {
namespace {

// Signatures made by botocore 1.29 for this request, key and moment.
constexpr std::int64_t signed_at = 1795230741; // 2026-11-21T03:12:21Z
constexpr std::string_view scope = "AKIDEXAMPLE/20261121/us-east-1/execute-api/aws4_request";

constexpr std::string_view credentials_file = R"(# local users
[alice]
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
[bob]
aws_access_key_id=AKIDBOB
aws_secret_access_key=other
aws_session_token=TOKEN
)";

net::HttpRequest signed_request() {
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/a%2Fb/c%20d?z=1&a=x%20y&a=b";
    request.body = R"({"k":1})";
    request.headers = {
        {"Content-Type", "application/json"},
        {"Host", "127.0.0.1:3000"},
        {"X-Amz-Date", "20261121T031221Z"},
        {"Authorization",
         "AWS4-HMAC-SHA256 Credential=" + std::string(scope) +
             ", SignedHeaders=content-type;host;x-amz-date, Signature="
             "8950d903bc8632c2e63e0e9a25cd1dabefadcb8854cbf0f2fae1f0f8301b38bf"}};
    return request;
}

SignatureVerdict verdict(const net::HttpRequest& request, std::int64_t now = signed_at) {
    return verify_sigv4(
               request,
               *parse_credentials(credentials_file),
               std::chrono::system_clock::from_time_t(now))
        .verdict;
}

TEST(SigV4, AcceptsWhatBotocoreSigned) {
    const auto verified = verify_sigv4(
        signed_request(),
        *parse_credentials(credentials_file),
        std::chrono::system_clock::from_time_t(signed_at + 60));
    EXPECT_EQ(verified.verdict, SignatureVerdict::valid);
    EXPECT_EQ(verified.access_key, "AKIDEXAMPLE");
    EXPECT_EQ(verified.user, "alice");
}

TEST(SigV4, SignsAsBotocoreDoes) {
    const net::HttpRequest expected = signed_request();
    net::HttpRequest request = expected;
    request.headers.resize(2); // without date and signature
    const auto credentials = parse_credentials(credentials_file);
    sign_sigv4(
        request,
        "AKIDEXAMPLE",
        credentials->at("AKIDEXAMPLE"),
        "us-east-1",
        "execute-api",
        std::chrono::system_clock::from_time_t(signed_at));
    ASSERT_EQ(request.headers.size(), expected.headers.size());
    for (std::size_t i = 0; i < expected.headers.size(); ++i) {
        EXPECT_EQ(request.headers[i].name, expected.headers[i].name);
        EXPECT_EQ(request.headers[i].value, expected.headers[i].value);
    }
}

TEST(SigV4, SignsTheSessionTokenToo) {
    net::HttpRequest request;
    request.method = "GET";
    request.target = "/x?b=%3A&a=1";
    request.headers = {{"Host", "h"}};
    const auto credentials = parse_credentials(credentials_file);
    sign_sigv4(
        request,
        "AKIDBOB",
        credentials->at("AKIDBOB"),
        "eu-west-1",
        "execute-api",
        std::chrono::system_clock::from_time_t(signed_at));
    EXPECT_EQ(verdict(request), SignatureVerdict::valid);
    const std::string* authorization = net::find_header(request.headers, "Authorization");
    ASSERT_NE(authorization, nullptr);
    EXPECT_NE(
        authorization->find("SignedHeaders=host;x-amz-date;x-amz-security-token"),
        std::string::npos);
}

TEST(SigV4, RefusesAnyChangeOfWhatWasSigned) {
    using Change = void (*)(net::HttpRequest&);
    for (const Change change :
         {Change([](net::HttpRequest& r) { r.method = "GET"; }),
          Change([](net::HttpRequest& r) { r.target = "/a%2Fb/c?z=1&a=x%20y&a=b"; }),
          Change([](net::HttpRequest& r) { r.target += "&more"; }),
          Change([](net::HttpRequest& r) { r.body += " "; }),
          Change([](net::HttpRequest& r) { r.headers[0].value = "text/plain"; }),
          Change([](net::HttpRequest& r) { r.headers[1].value = "other"; }),
          Change([](net::HttpRequest& r) { r.headers[2].value = "20261121T031222Z"; }),
          Change([](net::HttpRequest& r) { r.headers[3].value.back() = '0'; }),
          Change([](net::HttpRequest& r) {
              r.headers.push_back({"X-Amz-Content-Sha256", "00"});
          })}) {
        net::HttpRequest request = signed_request();
        change(request);
        EXPECT_EQ(verdict(request), SignatureVerdict::mismatch);
    }
}

TEST(SigV4, RefusesOldAndFutureSignatures) {
    EXPECT_EQ(verdict(signed_request(), signed_at + 301), SignatureVerdict::expired);
    EXPECT_EQ(verdict(signed_request(), signed_at - 301), SignatureVerdict::expired);
    EXPECT_EQ(verdict(signed_request(), signed_at - 299), SignatureVerdict::valid);
}

TEST(SigV4, RefusesYearsTheClockCannotHold) {
    for (const char* const date : {"99991231T235959Z", "00000101T000000Z"}) {
        net::HttpRequest request = signed_request();
        request.headers[2].value = date;
        EXPECT_EQ(verdict(request), SignatureVerdict::mismatch) << date;
        request.headers[2].value = std::string(date) + "0";
        EXPECT_EQ(verdict(request), SignatureVerdict::missing) << date;
    }
}

TEST(SigV4, AcceptsPresignedRequestsForAsLongAsTheySay) {
    net::HttpRequest request;
    request.method = "GET";
    request.target =
        "/a%2Fb?z=1&a=x%20y&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%"
        "2F20261121"
        "%2Fus-east-1%2Fexecute-api%2Faws4_request&X-Amz-Date=20261121T031221Z&X-Amz-Expires=600"
        "&X-Amz-SignedHeaders=host&X-Amz-Signature="
        "4bdbff32ead8fb4a237d4ad5a6e6a121a6228a6a6958a6bfa28464ba0b9abb40";
    request.headers = {{"Host", "127.0.0.1:3000"}};
    EXPECT_EQ(verdict(request), SignatureVerdict::valid);
    EXPECT_EQ(verdict(request, signed_at + 600), SignatureVerdict::valid);
    EXPECT_EQ(verdict(request, signed_at + 601), SignatureVerdict::expired);
    const auto changed = [&](std::string_view from, std::string_view to) {
        net::HttpRequest other = request;
        other.target.replace(other.target.find(from), from.size(), to);
        return verdict(other);
    };
    EXPECT_EQ(changed("z=1", "z=2"), SignatureVerdict::mismatch);
    EXPECT_EQ(changed("Expires=600", "Expires=900"), SignatureVerdict::mismatch);
    EXPECT_EQ(changed("Expires=600", "Expires=604801"), SignatureVerdict::missing);
    EXPECT_EQ(changed("SignedHeaders=host", "SignedHeaders="), SignatureVerdict::missing);
    EXPECT_EQ(changed("4bdbff32", "4bdbff33"), SignatureVerdict::mismatch);
}

TEST(SigV4, KnowsMissingSignaturesAndUnknownKeys) {
    net::HttpRequest request = signed_request();
    request.headers.pop_back();
    EXPECT_EQ(verdict(request), SignatureVerdict::missing);
    for (const std::string_view header :
         {"Basic abc",
          "AWS4-HMAC-SHA256",
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE, SignedHeaders=host, Signature=0",
          "AWS4-HMAC-SHA256 Credential=A/20261121/r/execute-api/aws4_request, "
          "SignedHeaders=x-amz-date, Signature=0"}) {
        request = signed_request();
        request.headers[3].value = header;
        EXPECT_EQ(verdict(request), SignatureVerdict::missing) << header;
    }
    request = signed_request();
    request.headers[3].value.replace(
        request.headers[3].value.find("AKIDEXAMPLE"), 11, "AKIDUNKNOWN");
    EXPECT_EQ(verdict(request), SignatureVerdict::unknown_key);
    // A session token has to be the one that belongs to the key.
    request = signed_request();
    request.headers.push_back({"X-Amz-Security-Token", "forged"});
    EXPECT_EQ(verdict(request), SignatureVerdict::unknown_key);
}

TEST(SigV4, ReadsCredentialsFiles) {
    const auto credentials = parse_credentials(credentials_file);
    ASSERT_TRUE(credentials);
    EXPECT_EQ(credentials->size(), 2U);
    EXPECT_EQ(credentials->at("AKIDBOB").session_token, "TOKEN");
    EXPECT_FALSE(parse_credentials(""));
    EXPECT_FALSE(parse_credentials("[a]\nnonsense\n"));
    EXPECT_FALSE(parse_credentials("[a]\naws_access_key_id=x\n"));
}

} // namespace
} // namespace samara::gateway
