#include "serving/function_stream.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>

namespace samara::serving {
namespace {

using namespace std::chrono_literals;
using Came = FunctionStream::Came;
using Clock = FunctionStream::Clock;

bool has_begun(const FunctionStream::Written& written) {
    return written.begun;
}

TEST(FunctionStreamTest, GivesWhatIsWrittenWhileTheFunctionRuns) {
    std::atomic<bool> go_on = false;
    StreamingInvoker invoker([&](const invoke::Request& request) -> base::Result<invoke::Response> {
        request.stream->begin("text/plain");
        request.stream->write("one");
        go_on.wait(false);
        request.stream->write("two");
        invoke::Response response;
        response.function_error = "Unhandled";
        response.payload = "why";
        return response;
    });
    const auto stream = invoker.start({});
    EXPECT_EQ(stream->wait(Clock::now() + 10s, has_begun), Came::enough);
    EXPECT_EQ(stream->content_type(), "text/plain");
    std::string bytes;
    EXPECT_EQ(stream->next(Clock::now() + 10s, bytes), Came::enough);
    EXPECT_EQ(bytes, "one");
    EXPECT_EQ(stream->next(Clock::now() + 1ms, bytes), Came::late);
    EXPECT_EQ(bytes, "");
    EXPECT_FALSE(stream->result());
    go_on = true;
    go_on.notify_all();
    EXPECT_EQ(stream->next(Clock::now() + 10s, bytes), Came::enough);
    EXPECT_EQ(bytes, "two");
    EXPECT_EQ(stream->next(Clock::now() + 10s, bytes), Came::end);
    const auto result = stream->result();
    ASSERT_TRUE(result && *result);
    EXPECT_EQ((*result)->payload, "why");
}

TEST(FunctionStreamTest, AResultThatComesAsAWholeIsWhatWasWritten) {
    StreamingInvoker invoker([](const invoke::Request&) -> base::Result<invoke::Response> {
        invoke::Response response;
        response.payload = "whole";
        return response;
    });
    const auto stream = invoker.start({});
    EXPECT_EQ(stream->wait(Clock::now() + 10s, has_begun), Came::enough);
    EXPECT_EQ(stream->take(), "whole");
}

TEST(FunctionStreamTest, ACallThatFailsHasBegunNothing) {
    for (const int status : {200, 429}) {
        StreamingInvoker invoker(
            [status](const invoke::Request&) -> base::Result<invoke::Response> {
                invoke::Response response;
                response.status = status;
                response.payload = "why";
                response.function_error = status == 200 ? "Unhandled" : "";
                return response;
            });
        const auto stream = invoker.start({});
        EXPECT_EQ(stream->wait(Clock::now() + 10s, has_begun), Came::end);
        EXPECT_EQ((*stream->result())->payload, "why");
    }
}

TEST(FunctionStreamTest, WhatACallThrowsIsItsFailure) {
    StreamingInvoker invoker(
        [](const invoke::Request&) -> base::Result<invoke::Response> { throw std::bad_alloc(); });
    const auto stream = invoker.start({});
    EXPECT_EQ(stream->wait(Clock::now() + 10s, has_begun), Came::end);
    EXPECT_EQ(stream->result()->error().message, "a fault in samara itself: std::bad_alloc");
}

/// Writes until it is told that it has written all.
struct Writer {
    static constexpr std::size_t pieces = 100;
    std::atomic<std::size_t> written = 0;
    std::atomic<bool> ended = false;

    base::Result<invoke::Response> operator()(const invoke::Request& request) {
        request.stream->begin({});
        for (std::size_t i = 0; i < pieces; ++i) {
            request.stream->write(std::string(16 * 1024, 'x'));
            ++written;
        }
        ended = true;
        return invoke::Response{};
    }
};

TEST(FunctionStreamTest, AReaderThatDoesNotTakeHoldsTheFunctionUp) {
    Writer writer;
    StreamingInvoker invoker([&](const invoke::Request& request) { return writer(request); });
    const auto stream = invoker.start({});
    EXPECT_EQ(
        stream->wait(
            Clock::now() + 10s,
            [](const auto& written) { return written.bytes.size() >= FunctionStream::most_held; }),
        Came::enough);
    std::this_thread::sleep_for(20ms); // there is nothing to wait for: it must not go on
    EXPECT_LE(writer.written, FunctionStream::most_held / (16 * 1024));
    std::size_t size = 0;
    std::string bytes;
    while (stream->next(Clock::now() + 10s, bytes) == Came::enough) {
        size += bytes.size();
    }
    EXPECT_EQ(size, Writer::pieces * 16 * 1024);
}

TEST(FunctionStreamTest, AFunctionThatNobodyHearsGoesOn) {
    Writer writer;
    {
        StreamingInvoker invoker([&](const invoke::Request& request) { return writer(request); });
        static_cast<void>(invoker.start({}));
    } // waits for its calls
    EXPECT_TRUE(writer.ended);
}

} // namespace
} // namespace samara::serving
