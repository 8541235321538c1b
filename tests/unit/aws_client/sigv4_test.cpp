#include "aws_client/sigv4.h"

#include <gmock/gmock.h>

namespace samara::aws_client {
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

VerifiedSignature verified(
    const net::HttpRequest& request,
    std::int64_t now = signed_at,
    std::string_view region = "us-east-1") {
    return verify_sigv4(
        request,
        *parse_credentials(credentials_file, "credentials"),
        region,
        std::chrono::system_clock::from_time_t(now));
}

SignatureVerdict verdict(const net::HttpRequest& request, std::int64_t now = signed_at) {
    return verified(request, now).verdict;
}

/// GET of `target`, signed by alice.
net::HttpRequest signed_get(
    std::string target,
    const std::string& region = "us-east-1",
    const std::string& service = "execute-api",
    net::HttpHeaders more = {}) {
    net::HttpRequest request;
    request.method = "GET";
    request.target = std::move(target);
    request.headers = std::move(more);
    request.headers.push_back({"Host", "h"});
    const auto credentials = parse_credentials(credentials_file, "credentials");
    sign_sigv4(
        request,
        "AKIDEXAMPLE",
        credentials->at("AKIDEXAMPLE"),
        region,
        service,
        std::chrono::system_clock::from_time_t(signed_at));
    return request;
}

TEST(SigV4, AcceptsWhatBotocoreSigned) {
    const VerifiedSignature signature = verified(signed_request(), signed_at + 60);
    EXPECT_EQ(signature.verdict, SignatureVerdict::valid);
    EXPECT_EQ(signature.access_key, "AKIDEXAMPLE");
    EXPECT_EQ(signature.user, "alice");
}

TEST(SigV4, SignsAsBotocoreDoes) {
    const net::HttpRequest expected = signed_request();
    net::HttpRequest request = expected;
    request.headers.resize(2); // without date and signature
    const auto credentials = parse_credentials(credentials_file, "credentials");
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
    const auto credentials = parse_credentials(credentials_file, "credentials");
    sign_sigv4(
        request,
        "AKIDBOB",
        credentials->at("AKIDBOB"),
        "us-east-1",
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

TEST(SigV4, RefusesOtherScopes) {
    EXPECT_EQ(
        verified(signed_get("/x", "eu-west-1"), signed_at, "eu-west-1").verdict,
        SignatureVerdict::valid);
    const VerifiedSignature region = verified(signed_get("/x", "eu-west-1"));
    EXPECT_EQ(region.verdict, SignatureVerdict::mismatch);
    EXPECT_EQ(region.message, "Credential should be scoped to a valid region, not 'eu-west-1'.");
    const VerifiedSignature service = verified(signed_get("/x", "us-east-1", "lambda"));
    EXPECT_EQ(service.verdict, SignatureVerdict::mismatch);
    EXPECT_EQ(service.message, "Credential should be scoped to correct service: 'execute-api'.");
    net::HttpRequest other_day = signed_request();
    other_day.headers[2].value = "20261122T000000Z";
    EXPECT_EQ(verdict(other_day), SignatureVerdict::mismatch);
}

TEST(SigV4, SaysHowFarTheClocksAreApart) {
    EXPECT_EQ(
        verified(signed_request(), signed_at + 301).message,
        "Signature expired: 20261121T031221Z is now earlier than 20261121T031222Z "
        "(20261121T031722Z - 5 min.)");
    EXPECT_EQ(
        verified(signed_request(), signed_at - 301).message,
        "Signature not yet current: 20261121T031221Z is still later than 20261121T031220Z "
        "(20261121T030720Z + 5 min.)");
}

// docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html: paths are
// normalised, then encoded once more than they came.
TEST(SigV4, SignsNormalPaths) {
    const net::HttpRequest plain = signed_get("/a/b");
    const auto at = [&](std::string target) {
        net::HttpRequest request = plain;
        request.target = std::move(target);
        return verdict(request);
    };
    for (const char* const same : {"/a//b", "//a/b", "/a/./b", "/a/x/../b", "/../a/b"}) {
        EXPECT_EQ(at(same), SignatureVerdict::valid) << same;
    }
    for (const char* const other : {"/a/b/", "/a%2Fb", "/a/%2E/b", "/A/b", "/a/b/..", "/a"}) {
        EXPECT_EQ(at(other), SignatureVerdict::mismatch) << other;
    }
    for (const char* const target : {"/", "//", "/a/..", "/a/b/", "/a%20b/%C3%BC", "/a+b/~"}) {
        EXPECT_EQ(verdict(signed_get(target)), SignatureVerdict::valid) << target;
    }
}

TEST(SigV4, SignsAllValuesOfAHeader) {
    net::HttpRequest request = signed_get("/x", "us-east-1", "execute-api", {{"X-Two", " a  b "}});
    EXPECT_EQ(verdict(request), SignatureVerdict::valid);
    request.headers.insert(request.headers.begin() + 1, {"x-two", "c"});
    EXPECT_EQ(verdict(request), SignatureVerdict::mismatch);
}

TEST(SigV4, RefusesPayloadsThatAreNotSigned) {
    for (const char* const hash : {"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}) {
        EXPECT_EQ(
            verdict(signed_get("/x", "us-east-1", "execute-api", {{"X-Amz-Content-Sha256", hash}})),
            SignatureVerdict::mismatch)
            << hash;
    }
}

TEST(SigV4, ReadsCredentialsFiles) {
    const auto credentials = parse_credentials(credentials_file, "credentials");
    ASSERT_TRUE(credentials);
    EXPECT_EQ(credentials->size(), 2U);
    EXPECT_EQ(credentials->at("AKIDBOB").session_token, "TOKEN");
    const auto only_one = parse_credentials(
        "[role]\nrole_arn = arn:aws:iam::1:role/x\n[ a ]\r\nAWS_ACCESS_KEY_ID = x\r\n"
        "aws_secret_access_key = a=b/c+d==\r\n",
        "f");
    ASSERT_TRUE(only_one) << base::to_string(only_one.error());
    EXPECT_EQ(only_one->size(), 1U);
    EXPECT_EQ(only_one->at("x").name, "a");
    EXPECT_EQ(only_one->at("x").secret_key, "a=b/c+d==");
}

TEST(SigV4, SaysWhereACredentialsFileIsWrong) {
    for (const auto& [text, error] : std::vector<std::pair<std::string, std::string>>{
             {"", "f: there is no access key with its secret"},
             {"[a]\nrole_arn = x\n", "f: there is no access key with its secret"},
             {"# c\n[a]\nnonsense\n", "f:3:1: this line is neither [profile] nor key = value"},
             {"[a\naws_access_key_id=x\n", "f:1:1: this line is neither"},
             {"[a]\n\naws_access_key_id=x\n", "f:3:1: profile 'a' lacks aws_secret_access_key"},
             {"[a]\naws_secret_access_key=x\n[b]\n", "f:2:1: profile 'a' lacks aws_access_key_id"},
             {"[a]\naws_access_key_id=x\naws_secret_access_key=1\n"
              "[b]\naws_access_key_id=x\naws_secret_access_key=2\n",
              "f:5:1: access key 'x' occurs twice"}}) {
        const auto credentials = parse_credentials(text, "f");
        ASSERT_FALSE(credentials) << text;
        EXPECT_THAT(base::to_string(credentials.error()), testing::StartsWith(error));
    }
}

} // namespace
} // namespace samara::aws_client
