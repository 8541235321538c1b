#include "net/http_server.h"

#include "net/http_connection.h"
#include "net/socket.h"
#include "net/transport.h"
#include "net/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace samara::net {

namespace {

using Clock = std::chrono::steady_clock;

/// Half of the descriptors are left to what requests need: functions, files, clients.
std::size_t connection_limit(std::size_t wanted) {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0
               ? std::min<std::size_t>(wanted, std::max<rlim_t>(limit.rlim_cur / 2, 1))
               : wanted;
}

/// An accepted client. It idles from when it came, or was last answered, to its next request.
struct Connection {
    static constexpr Clock::rep busy = 0;

    explicit Connection(Accepted from)
        : accepted(std::move(from)), idle_since(Clock::now().time_since_epoch().count()) {}

    Accepted accepted;
    std::atomic<Clock::rep> idle_since;
};

/// --no-limits has bodies of any size.
UploadBudget budget_of(const HttpServerOptions& options) {
    const std::size_t two = options.body_limit > std::numeric_limits<std::size_t>::max() / 2
                                ? options.body_limit
                                : 2 * options.body_limit;
    return UploadBudget(std::max(options.upload_budget, two));
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

} // namespace

class HttpServer::Impl {
public:
    Impl(
        HttpServerOptions options,
        Handler handler,
        Socket listener,
        Socket stop_event,
        std::unique_ptr<TlsContext> tls)
        : options_(std::move(options)), limit_(connection_limit(options_.connections)),
          handler_(std::move(handler)), uploads_(budget_of(options_)),
          listener_(std::move(listener)), stop_event_(std::move(stop_event)), tls_(std::move(tls)),
          port_(local_port(listener_)), address_(address_of(options_, port_)),
          acceptor_([this] { accept_all(); }) {}

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    Impl(Impl&&) = delete;
    Impl& operator=(Impl&&) = delete;

    ~Impl() { stop(); }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] const std::string& address() const { return address_; }

    void stop() {
        const std::scoped_lock once(stop_mutex_);
        eventfd_write(stop_event_.get(), 1);
        if (acceptor_.joinable()) {
            acceptor_.join();
        }
        listener_ = Socket();
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, options_.stop_grace, [this] { return open_.empty(); })) {
            for (const Connection* connection : open_) {
                ::shutdown(connection->accepted.socket.get(), SHUT_RDWR);
            }
            changed_.wait(lock, [this] { return open_.empty(); });
        }
    }

private:
    void accept_all() {
        while (wait_ready(listener_.get(), POLLIN, Deadline::max(), stop_event_.get()) ==
                   IoStatus::ok &&
               !stopping()) {
            Accepted accepted = accept_from(listener_);
            if (accepted.socket.valid()) {
                hand_over(std::move(accepted));
            } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
                pause_accepting();
            }
        }
    }

    [[nodiscard]] bool stopping() const {
        pollfd wait{stop_event_.get(), POLLIN, 0};
        return ::poll(&wait, 1, 0) > 0;
    }

    /// Until some connection has given its descriptor back.
    void pause_accepting() {
        pollfd wait{stop_event_.get(), POLLIN, 0};
        ::poll(&wait, 1, 50);
    }

    void hand_over(Accepted accepted) {
        // std::function wants a copyable task, hence the shared pointer.
        auto connection = std::make_shared<Connection>(std::move(accepted));
        {
            std::unique_lock lock(mutex_);
            if (open_.size() >= limit_ && !make_room(lock)) {
                lock.unlock();
                turn_away(connection->accepted.socket.get());
                return;
            }
            open_.insert(connection.get());
        }
        try {
            workers_.run([this, connection] { serve(*connection); });
        } catch (const std::system_error&) {
            turn_away(connection->accepted.socket.get());
            close(*connection);
        }
    }

    /// Ends the connection that idles longest for a client that has something to say, and waits the
    /// moment that it takes to go. Whether there is room now.
    bool make_room(std::unique_lock<std::mutex>& lock) {
        constexpr std::chrono::milliseconds timeout{500};
        return end_longest_idle() &&
               changed_.wait_for(lock, timeout, [this] { return open_.size() < limit_; });
    }

    /// Whether there was an idle one.
    bool end_longest_idle() {
        const auto idle_since = [](const Connection* connection) {
            const Clock::rep since = connection->idle_since;
            return since == Connection::busy ? std::numeric_limits<Clock::rep>::max() : since;
        };
        const auto oldest =
            std::min_element(open_.begin(), open_.end(), [&](const auto* a, const auto* b) {
                return idle_since(a) < idle_since(b);
            });
        if (oldest == open_.end() ||
            (*oldest)->idle_since.exchange(Connection::busy) == Connection::busy) {
            return false;
        }
        ::shutdown((*oldest)->accepted.socket.get(), SHUT_RDWR);
        return true;
    }

    void turn_away(int descriptor) const {
        if (!tls_) {
            const HttpResponse busy{
                503,
                {{"Content-Type", "application/json"}, {"Retry-After", "1"}},
                R"({"message":"Service Unavailable"})"};
            make_plain_stream(descriptor)
                ->write(
                    encode_head(busy, busy.body.size(), false),
                    busy.body,
                    std::chrono::steady_clock::now() + std::chrono::milliseconds(100));
        }
    }

    void serve(Connection& connection) {
        const int descriptor = connection.accepted.socket.get();
        const Handler handler = [&](HttpRequest request) {
            connection.idle_since = Connection::busy;
            HttpResponse response = handler_(std::move(request));
            // Who still reads an answer is not idle.
            response.answered = [&connection, then = std::move(response.answered)] {
                connection.idle_since = Clock::now().time_since_epoch().count();
                if (then) {
                    then();
                }
            };
            return response;
        };
        const auto transport =
            tls_ ? tls_->accept(descriptor, Clock::now() + options_.head_timeout, stop_event_.get())
                 : make_plain_stream(descriptor);
        if (transport) {
            HttpConnection(
                *transport,
                options_,
                handler,
                uploads_,
                std::move(connection.accepted.remote_address),
                stop_event_.get())
                .serve();
            transport->finish_writing();
        }
        close(connection);
    }

    void close(Connection& connection) {
        const std::scoped_lock lock(mutex_);
        open_.erase(&connection);
        connection.accepted.socket = Socket();
        changed_.notify_all();
    }

    HttpServerOptions options_;
    std::size_t limit_; // of connections
    Handler handler_;
    UploadBudget uploads_;
    Socket listener_;
    Socket stop_event_;
    std::unique_ptr<TlsContext> tls_;
    std::uint16_t port_;
    std::string address_;
    std::mutex stop_mutex_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<Connection*> open_; // each is closed under mutex_
    WorkerPool workers_;
    std::thread acceptor_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() = default;

base::Result<HttpServer> HttpServer::start(HttpServerOptions options, Handler handler) {
    std::unique_ptr<TlsContext> tls;
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
    Socket stop_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!stop_event.valid()) {
        return base::fail("cannot make an event descriptor: too many open files");
    }
    return HttpServer(std::make_unique<Impl>(
        std::move(options),
        std::move(handler),
        std::move(*listener),
        std::move(stop_event),
        std::move(tls)));
}

std::uint16_t HttpServer::port() const {
    return impl_->port();
}

const std::string& HttpServer::address() const {
    return impl_->address();
}

void HttpServer::stop() {
    impl_->stop();
}

} // namespace samara::net
