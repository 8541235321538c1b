#include "base/base64.h"
#include "data/read.h"
#include "sample_events/sample_events.h"

#include <gtest/gtest.h>

namespace samara::sample_events {
namespace {

data::Value
made(std::string_view service, std::string_view name, std::map<std::string, std::string> values) {
    const auto event = find(service, name);
    const auto text = event.and_then([&](const Event& e) { return generate(e, values); });
    const auto value = text.and_then([](const auto& t) { return data::read_json(t, "event"); });
    EXPECT_TRUE(value) << (value ? "" : base::to_string(value.error()));
    return value.value_or(data::Value());
}

const data::Value& first_record(const data::Value& event) {
    return event.find("Records")->as_list()->front();
}

TEST(Generate, S3PutTakesBucketKeyAndRegion) {
    const data::Value event =
        made("s3", "put", {{"bucket", "videos"}, {"key", "up/a b&c.mp4"}, {"region", "eu-west-1"}});
    const data::Value& record = first_record(event);
    EXPECT_EQ(record.find("eventName")->text(), "ObjectCreated:Put");
    EXPECT_EQ(record.find("awsRegion")->text(), "eu-west-1");
    const data::Value& s3 = *record.find("s3");
    EXPECT_EQ(s3.find("bucket")->find("name")->text(), "videos");
    EXPECT_EQ(s3.find("bucket")->find("arn")->text(), "arn:aws:s3:::videos");
    EXPECT_EQ(s3.find("object")->find("key")->text(), "up/a+b%26c.mp4");
}

TEST(Generate, SqsBodyComesWithItsMd5) {
    const data::Value event = made("sqs", "receive-message", {{"body", "hello"}});
    const data::Value& record = first_record(event);
    EXPECT_EQ(record.find("body")->text(), "hello");
    EXPECT_EQ(record.find("md5OfBody")->text(), "5d41402abc4b2a76b9719d911017c592");
}

TEST(Generate, ProxyBodiesAreBase64) {
    const data::Value event = made("apigateway", "http-api-proxy", {{"body", "{\"a\": 1}"}});
    EXPECT_EQ(*event.find("isBase64Encoded")->as_boolean(), true);
    EXPECT_EQ(base::base64_decode(event.find("body")->text()), "{\"a\": 1}");
}

TEST(Generate, QueriesAreJsonOrText) {
    for (const char* query : {R"({"a": "1", "b": 2})", "a=1&b=2"}) {
        const data::Value event =
            made("apigateway", "aws-proxy", {{"querystringparameters", query}});
        EXPECT_EQ(
            *event.find("queryStringParameters"), (data::Value(data::Map{{"a", "1"}, {"b", "2"}})));
        EXPECT_EQ(
            *event.find("multiValueQueryStringParameters"),
            (data::Value(data::Map{{"a", data::List{"1"}}, {"b", data::List{"2"}}})));
    }
    const data::Value twice =
        made("apigateway", "aws-proxy", {{"querystringparameters", "a=1&a=2"}});
    EXPECT_EQ(twice.find("queryStringParameters")->find("a")->text(), "2");
    EXPECT_EQ(twice.find("multiValueQueryStringParameters")->find("a")->as_list()->size(), 2U);
    const data::Value none = made("apigateway", "aws-proxy", {{"querystringparameters", ""}});
    EXPECT_TRUE(none.find("queryStringParameters")->is_null());
    const auto event = find("apigateway", "aws-proxy");
    for (const char* wrong : {"{", "plain", R"({"a": {}})"}) {
        EXPECT_FALSE(generate(*event, {{"querystringparameters", wrong}})) << wrong;
    }
}

TEST(Generate, JsonInsideJsonStaysJson) {
    const data::Value event = made("config", "periodic-rule", {{"account-id", "1\"2"}});
    EXPECT_EQ(event.find("accountId")->text(), "1\"2");
    const auto inner = data::read_json(event.find("invokingEvent")->text(), "inner");
    ASSERT_TRUE(inner) << base::to_string(inner.error());
    EXPECT_EQ(inner->find("awsAccountId")->text(), "1\"2");
}

TEST(Generate, AnUnknownOptionIsAUsageError) {
    const auto event = find("s3", "put");
    ASSERT_TRUE(event);
    const auto text = generate(*event, {{"buckt", "x"}});
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().kind, base::ErrorKind::usage);
    EXPECT_EQ(text.error().message, "s3 put has no option --buckt");
    EXPECT_EQ(text.error().hint, "did you mean --bucket?");
}

TEST(Generate, BytesThatAreNotTextAreRefused) {
    const auto event = find("s3", "put");
    ASSERT_TRUE(event);
    EXPECT_FALSE(generate(*event, {{"key", "\xFF"}}));
}

} // namespace
} // namespace samara::sample_events
