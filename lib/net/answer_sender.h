#pragma once

#include "net/exchange.h"

#include <atomic>
#include <functional>
#include <string>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

/// One answer on its way to the client. Private to the servers.
namespace samara::net {

/// What stands before a chunk, and what ends a body of chunks.
std::string chunk_begin(std::size_t size);
std::string last_chunk(const HttpHeaders& trailers);

/// What the answer depends on.
struct AnswerFrame {
    explicit AnswerFrame(const HttpRequest& request)
        : head_only(request.method == "HEAD"), http_1_0(request.http_1_0) {
        for (const HttpHeader& header : request.headers) {
            takes_trailers |= equal_ignoring_case(header.name, "TE") &&
                              header.value.find("trailers") != std::string::npos;
        }
    }

    bool head_only;
    bool http_1_0;
    bool takes_trailers = false;
};

template <class Stream>
class AnswerSender {
public:
    AnswerSender(
        Stream& stream, const AnswerFrame& frame, bool keep, const std::atomic<bool>& stopping)
        : stream_(stream), frame_(frame), keep_(keep), stopping_(stopping) {}

    Awaitable<void> send(Step& step, const Executor& executor) {
        ErrorCode error;
        co_await std::visit([&](auto& known) { return send_step(known, error); }, step);
        failed_ = failed_ || error;
        if (auto* write = std::get_if<WriteStep>(&step)) {
            asio::post(executor, [written = std::move(write->written), open = !failed_] {
                written(open);
            });
        }
    }

    void fail() { failed_ = true; }

    /// Whether nothing more is to be sent.
    [[nodiscard]] bool over() const { return over_ || failed_; }

    /// Whether the connection goes on after it.
    [[nodiscard]] bool keep() const { return keep_ && !failed_; }

    /// What is to be called then; may be empty.
    [[nodiscard]] std::function<void()> answered() { return std::move(answered_); }

private:
    Awaitable<void> send_step(SendStep& step, ErrorCode& error) {
        const HttpResponse& response = step.response;
        over_ = true;
        keep_ = keep_ && !stopping_;
        answered_ = std::move(step.response.answered);
        const bool bodiless = frame_.head_only || response.status == 204 || response.status == 304;
        co_await stream_.write(
            encode_head(response, response.body.size(), keep_),
            bodiless ? std::string_view() : std::string_view(response.body),
            error);
    }

    Awaitable<void> send_step(BeginStep& step, ErrorCode& error) {
        HttpResponse& head = step.head;
        answered_ = std::move(head.answered);
        const bool bodiless = head.status == 204 || head.status == 304;
        frame_.head_only = frame_.head_only || bodiless;
        chunked_ = !frame_.http_1_0 && !bodiless; // else the end of the connection is the answer's
        keep_ = keep_ && (chunked_ || bodiless) && !stopping_;
        if (!frame_.takes_trailers) {
            std::erase_if(head.headers, [](const HttpHeader& header) {
                return equal_ignoring_case(header.name, "Trailer");
            });
        }
        co_await stream_.write(encode_streamed_head(head, chunked_, keep_), {}, error);
    }

    Awaitable<void> send_step(WriteStep& step, ErrorCode& error) {
        if (!step.bytes.empty() && !frame_.head_only) { // an empty chunk would be the last
            if (chunked_) {
                const std::string begin = chunk_begin(step.bytes.size());
                step.bytes.append("\r\n");
                co_await stream_.write(begin, step.bytes, error);
            } else {
                co_await stream_.write({}, step.bytes, error);
            }
        }
    }

    Awaitable<void> send_step(FinishStep& step, ErrorCode& error) {
        over_ = true;
        if (!step.trailers.empty() && !frame_.takes_trailers) {
            // A cut connection is the only way to tell such a client that it went wrong.
            error = asio::error::operation_aborted;
        } else if (chunked_ && !frame_.head_only) {
            co_await stream_.write(last_chunk(step.trailers), {}, error);
        }
    }

    Awaitable<void> send_step(AbortStep& /*step*/, ErrorCode& /*error*/) {
        failed_ = true;
        co_return;
    }

    Awaitable<void> send_step(UpgradeStep& /*step*/, ErrorCode& /*error*/) {
        failed_ = true; // is no answer of HTTP: HttpSession sees to it
        co_return;
    }

    Stream& stream_;
    AnswerFrame frame_;
    bool keep_;
    const std::atomic<bool>& stopping_;
    bool over_ = false;
    bool failed_ = false;
    bool chunked_ = false;
    std::function<void()> answered_;
};

} // namespace samara::net
