#include "net/http_server.h"

#include "net/connection.h"
#include "net/event_loops.h"
#include "net/handlers.h"
#include "net/http_session.h"
#include "net/later.h"
#include "net/listener.h"
#include "net/transport.h"
#include "os/unique_fd.h"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <set>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <sys/resource.h>
#include <sys/socket.h>

namespace samara::net {

namespace {

/// Half of the descriptors are left to what requests need: functions, files, clients.
std::size_t connection_limit(std::size_t wanted) {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0
               ? std::min<std::size_t>(wanted, std::max<rlim_t>(limit.rlim_cur / 2, 1))
               : wanted;
}

/// At least two bodies fit; --no-limits has bodies of any size.
std::size_t upload_budget(const HttpServerOptions& options) {
    const std::size_t two = options.body_limit > std::numeric_limits<std::size_t>::max() / 2
                                ? options.body_limit
                                : 2 * options.body_limit;
    return std::max(options.upload_budget, two);
}

ConnectionLimits limits_of(const HttpServerOptions& options) {
    const std::size_t most = std::numeric_limits<std::size_t>::max();
    return {
        options.head,
        options.head_timeout,
        options.body_timeout,
        options.write_timeout,
        options.idle_timeout,
        options.body_limit > most / 4 ? most : 4 * options.body_limit};
}

std::string address_of(const HttpServerOptions& options, std::uint16_t port) {
    const bool ip6 = options.host.find(':') != std::string::npos;
    return fmt::format(
        "{}://{}{}{}:{}",
        options.tls ? "https" : "http",
        ip6 ? "[" : "",
        options.host,
        ip6 ? "]" : "",
        port);
}

/// Tells a client that there is no room for it, without waiting for it.
void turn_away(const Socket& socket) {
    const HttpResponse busy = refusal_response(503);
    const std::string text = encode_head(busy, busy.body.size(), false) + busy.body;
    static_cast<void>(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

/// Collects each request and hands it to a function that answers when it can.
class HandlerService : public HttpService {
public:
    HandlerService(HttpServer::AsyncHandler handler, const HttpServerOptions& options)
        : handler_(std::move(handler)), body_limit_(options.body_limit),
          answers_larger_(options.answers_larger) {}

    Intake open(const HttpRequest& /*head*/, ReplyHandle& /*reply*/) override {
        return {nullptr, body_limit_, true, answers_larger_};
    }

    void serve(HttpRequest request, ReplyHandle reply) override {
        handler_(std::move(request), std::move(reply));
    }

private:
    HttpServer::AsyncHandler handler_;
    std::size_t body_limit_;
    bool answers_larger_;
};

} // namespace

/// What listener and connections refer to; the last of them may go after the server.
class HttpServer::Impl : public std::enable_shared_from_this<HttpServer::Impl> {
public:
    Impl(
        HttpServerOptions options,
        std::unique_ptr<HttpService> service,
        std::function<void()> drain,
        std::shared_ptr<TlsContext> tls,
        std::uint16_t port)
        : options_(std::move(options)), limit_(connection_limit(options_.connections)),
          loops_(EventLoops::of_process()), service_(std::move(service)), drain_(std::move(drain)),
          tls_(std::move(tls)), port_(port), address_(address_of(options_, port)),
          share_(std::make_shared<ServerShare>(
              *service_, limits_of(options_), upload_budget(options_))) {
        share_->traffic->loops = loops_;
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    Impl(Impl&&) = delete;
    Impl& operator=(Impl&&) = delete;
    ~Impl() = default;

    void start(Socket listening) {
        share_->closed = [weak = weak_from_this()](const std::shared_ptr<Connection>& connection) {
            if (const std::shared_ptr<Impl> self = weak.lock()) {
                self->closed(connection);
            }
        };
        share_->later = [weak = std::weak_ptr(later_)](std::function<void()> task) {
            if (const std::shared_ptr<Later> later = weak.lock()) {
                later->run(std::move(task));
            }
        };
        for (std::size_t i = 0; i < loops_->size(); ++i) {
            deadlines_.push_back(std::make_shared<Deadlines>(loops_->at(i), share_->limits));
        }
        room_ = std::make_unique<Timer>(loops_->at(0));
        listener_ = std::make_shared<Listener>(
            loops_->at(0), std::move(listening), [weak = weak_from_this()](Accepted accepted) {
                return take(weak, std::move(accepted));
            });
        listener_->start();
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] const std::string& address() const { return address_; }

    void stop() {
        const std::scoped_lock once(stop_mutex_);
        share_->stopping = true;
        listener_->stop();
        std::unique_lock lock(mutex_);
        for (const auto& connection : open_) {
            connection->stop();
        }
        if (!changed_.wait_for(lock, options_.stop_grace, [this] { return open_.empty(); })) {
            for (const auto& connection : open_) {
                connection->cut();
            }
            changed_.wait(lock, [this] { return open_.empty(); });
        }
        lock.unlock();
        drain_();
        later_->drain();
    }

private:
    /// On the first loop. Returns when the client has been taken, or turned away.
    static Awaitable<void> take(std::weak_ptr<Impl> weak, Accepted accepted) {
        const std::shared_ptr<Impl> self = weak.lock();
        if (self && !co_await self->has_room()) {
            if (!self->tls_) {
                turn_away(accepted.socket);
            }
        } else if (self) {
            self->serve(std::move(accepted));
        }
    }

    /// Where there is none, ends the connection that idles longest for a client that has something
    /// to say, and waits the moment that it takes to go.
    Awaitable<bool> has_room() {
        constexpr std::chrono::milliseconds timeout{500};
        if (count() < limit_) {
            co_return true;
        }
        if (!end_longest_idle()) {
            co_return false;
        }
        room_->expires_after(timeout);
        ErrorCode cancelled;
        while (!cancelled && count() >= limit_ && !share_->stopping) {
            co_await room_->async_wait(awaiting(cancelled));
            if (cancelled == asio::error::operation_aborted && count() >= limit_ &&
                room_->expiry() > Timer::clock_type::now()) {
                cancelled = {};
            } else {
                break;
            }
        }
        co_return count() < limit_;
    }

    std::size_t count() {
        const std::scoped_lock lock(mutex_);
        return open_.size();
    }

    /// Whether there was an idle one.
    bool end_longest_idle() {
        const std::scoped_lock lock(mutex_);
        const auto idle_since = [](const std::shared_ptr<Connection>& connection) {
            const auto since = connection->idle_since.load();
            return since == Connection::busy ? std::numeric_limits<Connection::Clock::rep>::max()
                                             : since;
        };
        const auto oldest =
            std::min_element(open_.begin(), open_.end(), [&](const auto& a, const auto& b) {
                return idle_since(a) < idle_since(b);
            });
        if (oldest == open_.end() ||
            (*oldest)->idle_since.exchange(Connection::busy) == Connection::busy) {
            return false;
        }
        (*oldest)->cut();
        return true;
    }

    void serve(Accepted accepted) {
        const std::size_t at = turn_++ % loops_->size();
        asio::io_context& loop = loops_->at(at);
        const std::shared_ptr<Connection> connection =
            tls_ ? make_tls_connection(loop, std::move(accepted), share_, deadlines_[at], tls_)
                 : make_plain_connection(loop, std::move(accepted), share_, deadlines_[at]);
        {
            const std::scoped_lock lock(mutex_);
            open_.insert(connection);
        }
        asio::post(loop, [connection] { connection->start(); });
        if (share_->stopping) {
            connection->stop();
        }
    }

    /// On the connection's loop.
    void closed(const std::shared_ptr<Connection>& connection) {
        bool full = false;
        {
            const std::scoped_lock lock(mutex_);
            full = open_.size() >= limit_;
            open_.erase(connection);
            if (open_.empty()) {
                changed_.notify_all();
            }
        }
        if (full) {
            asio::post(loops_->at(0), [self = shared_from_this()] { self->room_->cancel(); });
        }
    }

    HttpServerOptions options_;
    std::size_t limit_; // of connections
    std::shared_ptr<EventLoops> loops_;
    std::unique_ptr<HttpService> service_;
    std::function<void()> drain_; // waits for handlers that are at work
    std::shared_ptr<TlsContext> tls_;
    std::uint16_t port_;
    std::string address_;
    std::shared_ptr<ServerShare> share_;
    std::shared_ptr<Later> later_ = std::make_shared<Later>();
    std::vector<std::shared_ptr<Deadlines>> deadlines_; // one a loop
    std::unique_ptr<Timer> room_;                       // somebody waits for room
    std::shared_ptr<Listener> listener_;
    std::size_t turn_ = 0;
    std::mutex stop_mutex_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::shared_ptr<Connection>> open_;
};

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::HttpServer(HttpServer&&) noexcept = default;

HttpServer& HttpServer::operator=(HttpServer&& other) noexcept {
    if (this != &other) {
        const HttpServer former(std::exchange(impl_, std::exchange(other.impl_, nullptr)));
    }
    return *this;
}

HttpServer::~HttpServer() {
    stop();
}

base::Result<HttpServer> HttpServer::start_service(
    HttpServerOptions options, AsyncHandler handler, std::function<void()> drain) {
    std::shared_ptr<TlsContext> tls;
    if (options.tls) {
        auto loaded = load_tls(options.tls->certificate, options.tls->key);
        if (!loaded) {
            return tl::unexpected(std::move(loaded.error()));
        }
        tls = std::move(*loaded);
    }
    auto listener = listen_on(options.host, options.port);
    if (!listener) {
        return tl::unexpected(std::move(listener.error()));
    }
    auto service = std::make_unique<HandlerService>(std::move(handler), options);
    const std::uint16_t port = local_port(*listener);
    try {
        auto impl = std::make_shared<Impl>(
            std::move(options), std::move(service), std::move(drain), std::move(tls), port);
        impl->start(std::move(*listener));
        return HttpServer(std::move(impl));
    } catch (const boost::system::system_error& error) { // too few descriptors for its loops
        return os::fail_errno("cannot start the server", error.code().value());
    }
}

base::Result<HttpServer> HttpServer::start(HttpServerOptions options, Handler handler) {
    return start(std::move(options), on_threads(std::move(handler)));
}

base::Result<HttpServer> HttpServer::start(HttpServerOptions options, TaskHandler handler) {
    const auto tasks = std::make_shared<TaskGroup>();
    const base::Log log = options.log;
    return start_service(
        std::move(options), as_tasks(std::move(handler), tasks, log), [tasks] { tasks->drain(); });
}

base::Result<HttpServer> HttpServer::start(HttpServerOptions options, AsyncHandler handler) {
    return start_service(std::move(options), std::move(handler), [] {});
}

std::uint16_t HttpServer::port() const {
    return impl_->port();
}

const std::string& HttpServer::address() const {
    return impl_->address();
}

void HttpServer::stop() {
    if (impl_) {
        impl_->stop();
    }
}

} // namespace samara::net
