#pragma once

#include "net/answer_sender.h"
#include "net/connection.h"
#include "net/receive_buffer.h"
#include "net/websocket_session.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>

/// HTTP on one connection, over any stream that reads and writes as PlainStream does. Private to
/// the servers: instantiated once for each kind of stream.
namespace samara::net {

/// What the server answers to what it cannot read or take.
HttpResponse refusal_response(int status);

/// The head of the answer that switches to WebSocket.
std::string encode_upgrade(const HttpHeaders& headers);

template <class Stream>
class HttpSession final : public Connection {
public:
    HttpSession(
        asio::io_context& context,
        Stream stream,
        std::string remote_address,
        std::shared_ptr<ServerShare> shared,
        std::shared_ptr<Deadlines> deadlines)
        : Connection(std::move(shared), std::move(deadlines)), executor_(context.get_executor()),
          stream_(std::move(stream)), remote_address_(std::move(remote_address)) {}

    void start() override {
        keep_deadlines();
        asio::co_spawn(executor_, run(self()), asio::detached);
    }

    void cut() override {
        asio::dispatch(executor_, [self = self()] {
            self->cut_ = true;
            self->stream_.close();
            if (self->socket_) {
                self->socket_->fail();
            }
            if (self->exchange_) {
                self->exchange_->wake().cancel();
            }
        });
    }

    void stop() override {
        asio::dispatch(executor_, [self = self()] {
            if (self->socket_) {
                self->socket_->close(close_code::going_away, going_away_reason);
            } else if (self->may_stop_) {
                self->stream_.cancel();
            }
        });
    }

    void end_waits() override {
        if (socket_) {
            socket_->tick();
            limit_to(socket_->tick_time());
        } else {
            stream_.cancel();
        }
    }

private:
    using State = RequestReader::State;

    std::shared_ptr<HttpSession> self() {
        return std::static_pointer_cast<HttpSession>(shared_from_this());
    }

    Awaitable<void> run(std::shared_ptr<HttpSession> /*kept*/) {
        ErrorCode error;
        limit_to(share().limits.head_timeout);
        may_stop_ = true;
        if (share().stopping) { // stop() has been here before there was anything to stop
            error = asio::error::operation_aborted;
        } else {
            co_await stream_.open(error);
        }
        may_stop_ = false;
        if (!error) {
            try {
                while (!cut_ && co_await serve_one()) {
                }
            } catch (const std::exception&) { // no memory, for one: the end of this client alone
                exchange_.reset();
                socket_.reset();
            }
            limit_to(std::chrono::seconds(1));
            co_await stream_.finish();
        }
        deadline_.reset();
        stream_.close();
        share().closed(self());
    }

    /// False when the connection is to end.
    Awaitable<bool> serve_one() {
        RequestReader reader(share().limits.head);
        if (!co_await read_head(reader)) {
            co_return false;
        }
        HttpRequest request = std::move(reader.request());
        request.remote_address = remote_address_;
        const AnswerFrame frame(request);
        auto exchange = std::make_shared<Exchange>(executor_, share().traffic);
        int refused = 0;
        bool larger = false;
        {
            ReplyHandle reply(exchange);
            const Intake intake = share().service.open(request, reply);
            if (intake.sink) {
                if (!be_busy()) {
                    intake.sink->on_abort();
                    co_return false;
                }
                refused = co_await pass_body(reader, *intake.sink);
            } else {
                refused = co_await collect_body(reader, request, intake);
                if (refused == 413 && intake.answers_larger) {
                    larger = request.too_large = true;
                    request.body.clear();
                    refused = 0;
                }
                if (refused == 0 && !exchange->begun()) {
                    if (!be_busy()) {
                        co_return false;
                    }
                    share().service.serve(std::move(request), std::move(reply));
                }
            }
        }
        if (refused == 0) {
            exchange_ = exchange;
            const bool sent = co_await send(*exchange, frame, !larger && reader.keep_alive());
            exchange_.reset();
            exchange->close();
            if (larger) {
                co_await drain();
            }
            co_return sent;
        }
        exchange->close();
        if (refused > 0) {
            co_await refuse(refused);
        }
        co_return false;
    }

    /// False when the connection is to end for another one.
    bool be_busy() { return idle_since.exchange(busy) != busy; }

    /// False when the connection is over. Idle until the first byte, be it of a blank line; from
    /// then on one deadline for all of it.
    Awaitable<bool> read_head(RequestReader& reader) {
        bool idle = buffer_.empty();
        limit_to(idle ? share().limits.idle_timeout : share().limits.head_timeout);
        while (true) {
            // Blank lines before a request are skipped (RFC 9112 section 2.2).
            buffer_.erase(0, std::min(buffer_.find_first_not_of("\r\n"), buffer_.size()));
            std::size_t consumed = 0;
            switch (buffer_.empty() ? State::more : reader.read_head(buffer_, consumed)) {
            case State::done:
                deadline_.reset();
                consume(buffer_, consumed);
                co_return true;
            case State::refused:
                co_await refuse(reader.refusal());
                co_return false;
            case State::more:
                break;
            }
            ErrorCode error;
            co_await read_until_stop(error);
            if (error) {
                if (late_ && buffer_.find_first_not_of("\r\n") != std::string::npos) {
                    co_await refuse(408); // blank lines are no request
                }
                co_return false;
            }
            if (std::exchange(idle, false)) {
                limit_to(share().limits.head_timeout);
            }
        }
    }

    /// What the client sent before the stop is still taken.
    Awaitable<void> read_until_stop(ErrorCode& error) {
        const std::size_t before = buffer_.size();
        if (!share().stopping) {
            may_stop_ = true;
            co_await stream_.read(buffer_, error);
            may_stop_ = false;
        }
        if (share().stopping && buffer_.size() == before) {
            stream_.read_now(buffer_);
            error =
                buffer_.size() == before ? ErrorCode(asio::error::operation_aborted) : ErrorCode();
        }
    }

    /// 0 when the client may send the body, which it may wait to be told.
    Awaitable<int> invite_body(const RequestReader& reader, bool fits) {
        const bool bodiless = reader.length() == std::uint64_t{0};
        if (reader.expects_continue() && fits && !bodiless && buffer_.empty()) {
            ErrorCode error;
            limit_to(share().limits.write_timeout);
            co_await stream_.write("HTTP/1.1 100 Continue\r\n\r\n", {}, error);
            deadline_.reset();
            co_return error ? gone : 0;
        }
        co_return 0;
    }

    /// 0 when the body was read, a status to refuse with, or `gone`.
    Awaitable<int> collect_body(RequestReader& reader, HttpRequest& request, const Intake& intake) {
        const bool fits = reader.length().value_or(0) <= intake.limit;
        if (!fits && intake.refuse_larger) {
            co_return 413;
        }
        if (const int failed = co_await invite_body(reader, fits); failed != 0) {
            co_return failed;
        }
        request.too_large = !fits;
        const std::uint64_t limit = intake.refuse_larger ? intake.limit : no_limit;
        UploadBudget::Share share_of_all(share().uploads);
        bool waited = false;
        while (true) {
            std::size_t consumed = 0;
            const State state = reader.read_body(buffer_, consumed, request.body, limit);
            consume(buffer_, consumed);
            if (state == State::refused) {
                co_return reader.refusal();
            }
            request.too_large = request.too_large || request.body.size() > intake.limit;
            if (request.too_large) {
                request.body.clear();
            }
            if (state == State::done) {
                deadline_.reset();
                co_return 0;
            }
            if (!share_of_all.grow_to(request.body.size())) {
                co_return 503;
            }
            if (!std::exchange(waited, true)) {
                limit_to(share().limits.body_timeout);
            }
            ErrorCode error;
            co_await stream_.read(buffer_, error);
            if (error) {
                co_return late_ ? 408 : gone;
            }
        }
    }

    Awaitable<int> pass_body(RequestReader& reader, BodySink& sink) {
        int failed = co_await invite_body(reader, true);
        while (failed == 0) {
            std::size_t consumed = 0;
            std::string bytes;
            const State state = reader.read_body(buffer_, consumed, bytes, no_limit);
            consume(buffer_, consumed);
            if (state == State::refused) {
                failed = reader.refusal();
                break;
            }
            if (!bytes.empty()) {
                const auto taken = offer(sink, std::move(bytes));
                ErrorCode over;
                co_await taken->async_wait(awaiting(over));
            }
            if (state == State::done) {
                sink.on_end(reader.trailers());
                co_return 0;
            }
            ErrorCode error;
            co_await stream_.read(buffer_, error);
            failed = error ? gone : 0;
        }
        sink.on_abort();
        co_return failed;
    }

    /// Gives the sink a piece; the time of what comes back is over when it takes more.
    std::shared_ptr<Timer> offer(BodySink& sink, std::string bytes) {
        auto taken = std::make_shared<Timer>(executor_, Timer::time_point::max());
        sink.on_bytes(std::move(bytes), [taken, executor = executor_] {
            asio::dispatch(executor, [taken] { taken->expires_at(Timer::clock_type::now()); });
        });
        return taken;
    }

    /// Answers a request that cannot be read and ends the connection, such that the client gets to
    /// see the answer: closing with unread bytes would reset it.
    Awaitable<void> refuse(int status) {
        const HttpResponse response = refusal_response(status);
        ErrorCode error;
        limit_to(share().limits.write_timeout);
        co_await stream_.write(
            encode_head(response, response.body.size(), false), response.body, error);
        co_await drain();
    }

    /// Reads on for a moment: else a client that still sends may not see the last answer.
    Awaitable<void> drain() {
        ErrorCode error;
        limit_to(std::chrono::seconds(1));
        co_await stream_.finish();
        for (std::size_t drained = 0; !error && drained < share().limits.drained;) {
            buffer_.clear();
            co_await read_until_stop(error);
            drained += buffer_.size();
        }
    }

    /// Sends the answer as its steps come; whether the connection goes on.
    Awaitable<bool> send(Exchange& exchange, const AnswerFrame& frame, bool keep) {
        AnswerSender<Stream> sender(stream_, frame, keep, share().stopping);
        Clock::time_point last;
        while (!sender.over()) {
            while (exchange.empty() && !cut_) {
                ErrorCode cancelled;
                co_await exchange.wake().async_wait(awaiting(cancelled));
            }
            if (cut_) {
                sender.fail();
                break;
            }
            Step step = exchange.take();
            if (auto* const upgrade = std::get_if<UpgradeStep>(&step)) {
                exchange.sent();
                co_await talk(std::move(upgrade->answer));
                co_return false;
            }
            last = Clock::now(); // not later than the client has it: then another one may be next
            limit_to(share().limits.write_timeout);
            co_await sender.send(step, executor_);
            deadline_.reset();
            exchange.sent();
        }
        idle_since = last.time_since_epoch().count(); // who still reads an answer is not
        if (auto answered = sender.answered()) {
            share().later ? share().later(std::move(answered)) : answered();
        }
        co_return sender.keep();
    }

    /// Speaks WebSocket until the connection is over.
    Awaitable<void> talk(HttpResponse answer) {
        if (answer.answered) {
            share().later ? share().later(std::move(answer.answered)) : answer.answered();
        }
        socket_ = std::make_unique<WebSocketSession<Stream>>(
            stream_,
            buffer_,
            executor_,
            std::move(answer.websocket),
            share().traffic,
            share().limits.write_timeout);
        if (share().stopping) {
            socket_->close(close_code::going_away, going_away_reason);
        }
        limit_to(socket_->tick_time());
        co_await socket_->run(encode_upgrade(answer.headers), self());
        socket_.reset();
    }

    static constexpr std::string_view going_away_reason = "Going away";
    static constexpr int gone = -1;
    static constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

    Executor executor_;
    Stream stream_;
    std::string remote_address_;
    std::shared_ptr<Exchange> exchange_;               // of the request that is answered
    std::string buffer_;                               // received and not yet used
    std::unique_ptr<WebSocketSession<Stream>> socket_; // once it has switched
    bool may_stop_ = false;                            // waits for what a stop ends
    bool cut_ = false;
};

} // namespace samara::net
