#include "net/http_server.h"

#include "net/http_connection.h"
#include "net/socket.h"
#include "net/transport.h"
#include "net/worker_pool.h"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace samara::net {

namespace {

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
        : options_(std::move(options)), handler_(std::move(handler)),
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
            for (const int descriptor : open_) {
                ::shutdown(descriptor, SHUT_RDWR);
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
        const int descriptor = accepted.socket.get();
        {
            const std::scoped_lock lock(mutex_);
            if (open_.size() >= options_.connections) {
                turn_away(descriptor);
                return;
            }
            open_.insert(descriptor);
        }
        // std::function wants a copyable task, hence the shared pointer.
        auto shared = std::make_shared<Accepted>(std::move(accepted));
        try {
            workers_.run([this, shared] { serve(*shared); });
        } catch (const std::system_error&) {
            turn_away(descriptor);
            close(*shared);
        }
    }

    void turn_away(int descriptor) const {
        if (!tls_) {
            const HttpResponse busy{
                503,
                {{"Content-Type", "application/json"}},
                R"({"message":"Service Unavailable"})"};
            make_plain_transport(descriptor)
                ->write(
                    encode_head(busy, busy.body.size(), false),
                    busy.body,
                    std::chrono::steady_clock::now() + std::chrono::milliseconds(100));
        }
    }

    void serve(Accepted& accepted) {
        const int descriptor = accepted.socket.get();
        const auto transport =
            tls_
                ? tls_->accept(descriptor, std::chrono::steady_clock::now() + options_.head_timeout)
                : make_plain_transport(descriptor);
        if (transport) {
            HttpConnection(
                *transport,
                options_,
                handler_,
                std::move(accepted.remote_address),
                stop_event_.get())
                .serve();
            transport->finish_writing();
        }
        close(accepted);
    }

    void close(Accepted& accepted) {
        const std::scoped_lock lock(mutex_);
        open_.erase(accepted.socket.get());
        accepted.socket = Socket();
        changed_.notify_all();
    }

    HttpServerOptions options_;
    Handler handler_;
    Socket listener_;
    Socket stop_event_;
    std::unique_ptr<TlsContext> tls_;
    std::uint16_t port_;
    std::string address_;
    std::mutex stop_mutex_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<int> open_; // descriptors of connections; each is closed under mutex_
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
