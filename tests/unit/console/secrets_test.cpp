#include "console/secrets.h"

#include <gtest/gtest.h>

namespace samara::console {
namespace {

TEST(SecretsTest, NamesTellWhatIsSecret) {
    for (const char* name :
         {"Authorization",
          "proxy-authorization",
          "Cookie",
          "set-cookie",
          "cookies",
          "X-Api-Key",
          "apiKey",
          "X-Amz-Security-Token",
          "authorizationToken",
          "client_secret",
          "Password",
          "X-Amz-Signature",
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          "sessionToken"}) {
        EXPECT_TRUE(is_secret_name(name)) << name;
    }
    for (const char* name :
         {"Content-Type",
          "authorizer",
          "Host",
          "X-Amzn-Trace-Id",
          "key",
          "User-Agent",
          "author",
          "apiId",
          "AWS_REGION"}) {
        EXPECT_FALSE(is_secret_name(name)) << name;
    }
}

TEST(SecretsTest, ValuesOfVariablesAreHiddenWhereverTheyStand) {
    const Secrets secrets(
        {{"DB_URL", "postgres://me:\"pw\"@db"},
         {"STAGE", "prod"},
         {"API_TOKEN", "tk_9"},
         {"AWS_REGION", "us-east-1"},
         {"_HANDLER", "app.handler"},
         {"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"}});
    EXPECT_EQ(secrets.hide("at postgres://me:\"pw\"@db."), "at (hidden:DB_URL).");
    EXPECT_EQ(
        secrets.hide(R"-({"url": "postgres://me:\"pw\"@db"})-"), R"-({"url": "(hidden:DB_URL)"})-");
    EXPECT_EQ(secrets.hide("?u=postgres%3A%2F%2Fme%3A%22pw%22%40db&x"), "?u=(hidden:DB_URL)&x");
    EXPECT_EQ(secrets.hide("prod in us-east-1: app.handler"), "prod in us-east-1: app.handler");
    EXPECT_EQ(
        secrets.hide("tk_9 wJalrXUtnFEMI"), "(hidden:API_TOKEN) (hidden:AWS_SECRET_ACCESS_KEY)");
}

TEST(SecretsTest, TheLongerValueGoesFirstAndNoMarkIsHidden) {
    const Secrets secrets({{"A", "secret"}, {"B", "secret-longer"}, {"C", "hidden"}});
    EXPECT_EQ(secrets.hide("secret-longer secret hidden"), "(hidden:B) (hidden:A) (hidden:C)");
}

TEST(SecretsTest, ACutTextDoesNotEndInTheBeginningOfAValue) {
    const Secrets secrets(Secrets::Variables{{"DB_PASSWORD", "correct horse"}});
    EXPECT_EQ(secrets.hide("say correct ho", true), "say (hidden:DB_PASSWORD)");
    EXPECT_EQ(secrets.hide("say correct ho"), "say correct ho");
    EXPECT_EQ(
        secrets.hide_json(R"-({"a": "correct ho)-", true), R"-({"a": "(hidden:DB_PASSWORD))-");
}

TEST(SecretsTest, HeadersAndParametersAreHiddenByNameAndTheirValuesEverywhere) {
    Secrets secrets;
    const net::HttpRequest request{
        "GET",
        "/x?token=abcd1234&page=2&X-Amz-Signature=f0f0",
        {{"Authorization", "Bearer eyJhbGciOi"},
         {"Cookie", "session=s3ss10n; theme=dark"},
         {"X-API-Key", "k3y!"},
         {"Accept", "text/html"}},
        {},
        {}};
    secrets.add(request, {{"Set-Cookie", "sid=newsession; HttpOnly"}});
    EXPECT_EQ(secrets.hide_header({"authorization", "x"}), "(hidden:authorization)");
    EXPECT_EQ(secrets.hide_header({"Accept", "text/html"}), "text/html");
    EXPECT_EQ(
        secrets.hide_target(request.target),
        "/x?token=(hidden:token)&page=2&X-Amz-Signature=(hidden:X-Amz-Signature)");
    EXPECT_EQ(
        secrets.hide("got eyJhbGciOi of Bearer eyJhbGciOi"),
        "got (hidden:Authorization) of (hidden:Authorization)");
    EXPECT_EQ(
        secrets.hide("s3ss10n k3y! newsession abcd1234"),
        "(hidden:Cookie) (hidden:X-API-Key) (hidden:Set-Cookie) (hidden:token)");
}

TEST(SecretsTest, MembersOfAnEventAreHiddenByName) {
    const Secrets secrets;
    EXPECT_EQ(
        secrets.hide_json(
            R"-({"headers":{"Authorization":"x","accept":"a,b"},"cookies":["a=b","c=d"],"n":1})-"),
        R"-({"headers":{"Authorization":"(hidden:Authorization)","accept":"a,b"},"cookies":"(hidden:cookies)","n":1})-");
    EXPECT_EQ(
        secrets.hide_json(
            R"-({"multiValueHeaders": {"Cookie": ["a]=\"b"], "X": ["y"]}, "identity": {"apiKey" : 7, "user": null}})-"),
        R"-({"multiValueHeaders": {"Cookie": "(hidden:Cookie)", "X": ["y"]}, "identity": {"apiKey" : "(hidden:apiKey)", "user": null}})-");
    EXPECT_EQ(
        secrets.hide_json(R"-({"apiKey":null,"a":"Cookie"})-"),
        R"-({"apiKey":null,"a":"Cookie"})-");
    // One that is cut shows no more of it.
    EXPECT_EQ(
        secrets.hide_json(R"-({"a":1,"Cookie":"abc)-"), R"-({"a":1,"Cookie":"(hidden:Cookie)")-");
    EXPECT_EQ(secrets.hide_json(R"-({"a":"\)-"), R"-({"a":"\)-");
    EXPECT_EQ(secrets.hide_json("plain"), "plain");
}

} // namespace
} // namespace samara::console
