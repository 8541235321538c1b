#include "aws_client/s3.h"
#include "os/file.h"
#include "support/aws_stub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::aws_client {
namespace {

using test::aws_error;
using test::AwsAnswer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::size_t part = std::size_t{8} << 20U;

class S3Test : public testing::Test {
protected:
    AwsResult<void> put_file_of(std::size_t size) {
        const auto file = folder_.path() / "file";
        EXPECT_TRUE(os::replace_file(file, std::string(size, 'x')));
        return put_file(
            *session_,
            place_,
            rules_,
            file,
            [this](std::uint64_t bytes) { sent_ += bytes; },
            [](std::vector<std::function<AwsResult<void>()>> tasks) -> AwsResult<void> {
                for (const auto& task : tasks) {
                    AWS_TRY(task());
                }
                return {};
            });
    }

    /// Without their bodies.
    std::vector<std::string> calls() const {
        std::vector<std::string> lines;
        for (const std::string& call : aws_.calls()) {
            lines.push_back(call.substr(0, call.find(' ', call.find(' ') + 1)));
        }
        return lines;
    }

    test::AwsStub aws_;
    os::TempDir folder_ = os::TempDir::create("s3-test").value();
    std::shared_ptr<Session> session_ = aws_.session();
    S3Place place_{"bucket", "a/key"};
    PutRules rules_;
    std::uint64_t sent_ = 0;
};

TEST_F(S3Test, WhatIsThere) {
    struct Case {
        int status;
        bool there;
    };

    for (const Case& one : {Case{200, true}, Case{404, false}, Case{403, false}}) {
        aws_.on("HEAD /bucket/a/key", {AwsAnswer(one.status, "")});
        EXPECT_EQ(*object_exists(*session_, place_), one.there) << one.status;
    }
}

TEST_F(S3Test, SmallFilesGoWhole) {
    aws_.on("PUT /bucket/a/key", {AwsAnswer(200, "")});
    ASSERT_TRUE(put_file_of(part - 1));
    EXPECT_THAT(calls(), ElementsAre("PUT /bucket/a/key"));
    EXPECT_EQ(sent_, part - 1);
    ASSERT_TRUE(put_file_of(0));
    EXPECT_EQ(aws_.calls().back(), "PUT /bucket/a/key");
    std::uint64_t sent = 0;
    ASSERT_TRUE(
        put_bytes(*session_, place_, rules_, std::string(200'000, 'b'), [&](std::uint64_t bytes) {
            sent += bytes;
        }));
    EXPECT_EQ(sent, 200'000U);
    EXPECT_EQ(aws_.calls().back(), "PUT /bucket/a/key " + std::string(200'000, 'b'));
}

TEST_F(S3Test, LargeFilesGoInParts) {
    aws_.on("POST /bucket/a/key?uploads", {"{UploadId: up}"})
        .on("POST /bucket/a/key?uploadId=up", {"{ETag: whole}"});
    for (const int number : {1, 2, 3}) {
        aws_.on(
            fmt::format("PUT /bucket/a/key?partNumber={}&uploadId=up", number),
            {AwsAnswer(200, "", fmt::format("ETag: \"t{}\"\r\n", number))});
    }

    struct Case {
        std::size_t size;
        int parts;
    };

    for (const Case& one : {Case{part, 1}, Case{part + 1, 2}, Case{2 * part, 2}}) {
        sent_ = 0;
        const auto before = aws_.calls().size();
        ASSERT_TRUE(put_file_of(one.size)) << one.size;
        EXPECT_EQ(sent_, one.size);
        EXPECT_EQ(aws_.calls().size() - before, one.parts + 2U);
    }
    EXPECT_THAT(
        aws_.calls().back(),
        HasSubstr("<Part><PartNumber>1</PartNumber><ETag>\"t1\"</ETag></Part>"
                  "<Part><PartNumber>2</PartNumber><ETag>\"t2\"</ETag></Part>"));
}

TEST_F(S3Test, AnUploadThatFailsIsTakenBack) {
    aws_.on("POST /bucket/a/key?uploads", {"{UploadId: up}"})
        .on("PUT /bucket/a/key?partNumber=1&uploadId=up", {aws_error("AccessDenied", "no", 403)});
    const auto put = put_file_of(part);
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().code, "AccessDenied");
    EXPECT_THAT(
        calls(),
        ElementsAre(
            "POST /bucket/a/key?uploads",
            "PUT /bucket/a/key?partNumber=1&uploadId=up",
            "DELETE /bucket/a/key?uploadId=up"));
}

TEST_F(S3Test, AFileThatIsNotThere) {
    const auto put = put_file(*session_, place_, rules_, folder_.path() / "gone", {}, {});
    ASSERT_FALSE(put);
    EXPECT_THAT(put.error().message, StartsWith("cannot read "));
    EXPECT_THAT(calls(), IsEmpty());
}

// S3 begins to answer before it is done: an error behind a status of success.
TEST_F(S3Test, LateErrors) {
    aws_.on("POST /bucket/a/key?uploads", {"{UploadId: up}"})
        .on("PUT /bucket/a/key?partNumber=1&uploadId=up", {AwsAnswer(200, "", "ETag: t\r\n")})
        .on("POST /bucket/a/key?uploadId=up", {"{Code: InternalError, Message: late}"});
    const auto put = put_file_of(part);
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().code, "InternalError");
    EXPECT_EQ(put.error().reason, "late");
}

TEST_F(S3Test, TheBucketsRegionIsFollowedAndRemembered) {
    aws_.on("HEAD /bucket/a/key", {AwsAnswer(400, ""), AwsAnswer(200, "")})
        .on("HEAD /bucket", {AwsAnswer(301, "", "x-amz-bucket-region: us-west-2\r\n")});
    EXPECT_TRUE(*object_exists(*session_, place_));
    EXPECT_THAT(calls(), ElementsAre("HEAD /bucket/a/key", "HEAD /bucket", "HEAD /bucket/a/key"));
    EXPECT_TRUE(*object_exists(*session_, place_));
    EXPECT_EQ(calls().size(), 4U) << "nobody asks again";
    // The same region again is no way out.
    const auto other = aws_.session();
    aws_.on("HEAD /bucket/a/key", {AwsAnswer(400, "")})
        .on("HEAD /bucket", {AwsAnswer(200, "", "x-amz-bucket-region: eu-west-1\r\n")});
    EXPECT_FALSE(*object_exists(*other, place_));
}

TEST_F(S3Test, AddressesByPath) {
    EXPECT_THAT(*path_style_url(*session_, {"b", "a b"}), testing::EndsWith("/b/a b"));
}

} // namespace
} // namespace samara::aws_client
