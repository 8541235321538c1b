#pragma once

#include "net/exchange.h"
#include "net/request_reader.h"
#include "net/socket.h"
#include "net/upload_budget.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The connections of one server, and what they share. Private to the servers.
namespace samara::net {

/// Times of 0 have no end.
struct ConnectionLimits {
    HeadLimits head;
    std::chrono::milliseconds head_timeout{};
    std::chrono::milliseconds body_timeout{};
    std::chrono::milliseconds write_timeout{};
    std::chrono::milliseconds idle_timeout{};
    std::size_t drained = 0; ///< bytes of a refused request that are read and dropped
};

class Connection;

/// Ends what is too late, looking at all of them now and then: setting a time costs nothing. One
/// for each loop of a server.
class Deadlines : public std::enable_shared_from_this<Deadlines> {
public:
    Deadlines(asio::io_context& context, const ConnectionLimits& limits);

    void add(const std::shared_ptr<Connection>& connection);

    /// Somebody has set a time.
    void look();

private:
    void sweep();

    std::chrono::milliseconds tick_;
    Timer timer_;
    bool looking_ = false;
    std::size_t most_ = 16;
    std::vector<std::weak_ptr<Connection>> connections_;
};

/// What the connections of a server share.
struct ServerShare {
    ServerShare(HttpService& served, ConnectionLimits taken, std::size_t budget)
        : service(served), limits(taken), uploads(budget) {}

    HttpService& service;
    ConnectionLimits limits;
    UploadBudget uploads;
    std::shared_ptr<Traffic> traffic = std::make_shared<Traffic>();
    std::atomic<bool> stopping = false;
    std::function<void(const std::shared_ptr<Connection>&)> closed; ///< on the connection's thread
    /// Runs what no client waits for; empty: at once.
    std::function<void(std::function<void()>)> later;
};

/// One client. Everything but construction happens on the thread of its loop, unless said.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr Clock::rep busy = 0;

    Connection(std::shared_ptr<ServerShare> share, std::shared_ptr<Deadlines> deadlines)
        : share_(std::move(share)), deadlines_(std::move(deadlines)) {}

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&&) = delete;
    Connection& operator=(Connection&&) = delete;
    virtual ~Connection() = default;

    /// Serves one request after the other; `closed` of the share is called when that is over.
    virtual void start() = 0;

    /// Ends it at once, from any thread.
    virtual void cut() = 0;

    /// Ends it unless a request is under way, from any thread.
    virtual void stop() = 0;

    /// Since when it waits for a request; `busy` while one runs. Any thread.
    std::atomic<Clock::rep> idle_since = Clock::now().time_since_epoch().count();

    /// When the wait that goes on is over; nothing: never.
    [[nodiscard]] std::optional<Clock::time_point> deadline() const { return deadline_; }

    /// The time is over.
    void expire() {
        late_ = true;
        deadline_.reset();
        end_waits();
    }

protected:
    [[nodiscard]] ServerShare& share() const { return *share_; }

    void keep_deadlines() { deadlines_->add(shared_from_this()); }

    /// What comes next has to end in that time (0: whenever it does).
    void limit_to(std::chrono::milliseconds time);

    virtual void end_waits() = 0;

    std::optional<Clock::time_point> deadline_;
    bool late_ = false; ///< the last one has passed

private:
    std::shared_ptr<ServerShare> share_;
    std::shared_ptr<Deadlines> deadlines_;
};

/// The socket on a loop; it does not block. One that cannot be taken is closed.
StreamSocket adopt(asio::io_context& context, Socket& socket);

/// Connections of a client that was accepted.
std::shared_ptr<Connection> make_plain_connection(
    asio::io_context& context,
    Accepted accepted,
    std::shared_ptr<ServerShare> share,
    std::shared_ptr<Deadlines> deadlines);

class TlsContext;

std::shared_ptr<Connection> make_tls_connection(
    asio::io_context& context,
    Accepted accepted,
    std::shared_ptr<ServerShare> share,
    std::shared_ptr<Deadlines> deadlines,
    const std::shared_ptr<TlsContext>& tls);

} // namespace samara::net
