#include "data/read.h"
#include "serving/access_log.h"

#include <gtest/gtest.h>

namespace samara::serving {
namespace {

AccessRecord record() {
    AccessRecord record;
    record.time = std::chrono::system_clock::time_point(std::chrono::seconds(1));
    record.method = "GET";
    record.path = "/things/%20x";
    record.status = 200;
    record.duration = std::chrono::microseconds(1500);
    return record;
}

TEST(AccessLog, IsOneLineARequest) {
    AccessRecord call = record();
    EXPECT_EQ(to_string(call, AccessLogFormat::text), "GET /things/%20x 200 1.5 ms");
    call.function = "Fn";
    call.cold = true;
    EXPECT_EQ(to_string(call, AccessLogFormat::text), "GET /things/%20x 200 1.5 ms Fn cold");
    EXPECT_EQ(
        to_string(call, AccessLogFormat::json),
        R"({"time":1000,"method":"GET","path":"/things/%20x","status":200,"ms":1.500,)"
        R"("function":"Fn","cold":true})");
    call.error = "one\nGET /faked 200";
    EXPECT_EQ(
        to_string(call, AccessLogFormat::text),
        "GET /things/%20x 200 1.5 ms Fn cold: one GET /faked 200");
    call.error = "\r\none: \r\n  two\x1b[31m\n\nthree\n";
    EXPECT_EQ(
        to_string(call, AccessLogFormat::text),
        "GET /things/%20x 200 1.5 ms Fn cold: one: two?[31m three");
}

TEST(AccessLog, SaysNothingOfAnEnvironmentWhereNoneRan) {
    AccessRecord call = record();
    call.function = "Fn";
    call.error = "no such folder";
    EXPECT_EQ(
        to_string(call, AccessLogFormat::text), "GET /things/%20x 200 1.5 ms Fn: no such folder");
    EXPECT_EQ(to_string(call, AccessLogFormat::json).find("cold"), std::string::npos);
    invoke::Response reply;
    EXPECT_EQ(environment_of(reply), false);
    reply.cold = true;
    EXPECT_EQ(environment_of(reply), true);
    for (const int status : {202, 204, 413, 429}) {
        reply.status = status;
        EXPECT_EQ(environment_of(reply), std::nullopt) << status;
    }
}

TEST(AccessLog, LetsNoPathSteerTheTerminal) {
    AccessRecord call = record();
    call.path = "/\x1b[31m\x9b\xc2\x9b\n\x7f \"é";
    const std::string path = "/%1B[31m%9B%C2%9B%0A%7F%20\"%C3%A9";
    EXPECT_EQ(to_string(call, AccessLogFormat::text), "GET " + path + " 200 1.5 ms");
    const auto line = data::read_json(to_string(call, AccessLogFormat::json), "line");
    ASSERT_TRUE(line);
    EXPECT_EQ(line->find("path")->text(), path);
}

} // namespace
} // namespace samara::serving
