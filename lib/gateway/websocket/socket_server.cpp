#include "gateway/websocket/socket_server.h"

#include "aws/api_gateway_limits.h"
#include "gateway/message/response.h"
#include "net/websocket.h"

#include <chrono>
#include <deque>
#include <system_error>
#include <utility>

namespace samara::gateway {

namespace {

/// The way to a client, as the gateway knows it.
class Peer : public SocketPeer {
public:
    explicit Peer(std::shared_ptr<net::WebSocketPeer> peer) : peer_(std::move(peer)) {}

    bool send(std::string message, bool binary) override {
        return peer_->send(std::move(message), binary);
    }

    void close(std::uint16_t code, std::string_view reason) override { peer_->close(code, reason); }

private:
    std::shared_ptr<net::WebSocketPeer> peer_;
};

/// One client. Its messages go to the gateway in the order they came, on a thread that may wait.
class ClientService : public net::WebSocketService,
                      public std::enable_shared_from_this<ClientService> {
public:
    ClientService(
        std::shared_ptr<SocketGateway> gateway,
        std::shared_ptr<const SocketClient> client,
        std::weak_ptr<net::WorkerPool> threads,
        serving::BeforeRequest before_message)
        : gateway_(std::move(gateway)), client_(std::move(client)), threads_(std::move(threads)),
          before_message_(std::move(before_message)) {}

    [[nodiscard]] net::WebSocketLimits limits() const override {
        net::WebSocketLimits limits;
        limits.message = aws::api_gateway::socket_message;
        limits.frame = aws::api_gateway::socket_frame;
        return limits;
    }

    void on_open(std::shared_ptr<net::WebSocketPeer> peer) override {
        gateway_->opened(client_, std::make_shared<Peer>(std::move(peer)));
    }

    void on_message(std::string message, bool binary, std::function<void()> handled) override {
        run(
            [this, message = std::move(message), binary] {
                if (before_message_) {
                    before_message_().now();
                }
                gateway_->message(*client_, message, binary);
            },
            std::move(handled));
    }

    void on_close(std::uint16_t code, std::string_view reason) override {
        gateway_->connections().remove(client_->id); // is gone, whatever is still to be done
        run([this,
             code,
             reason = std::string(reason)] { gateway_->closed(*client_, code, reason); },
            [] {});
    }

private:
    struct Work {
        std::function<void()> task;
        std::function<void()> handled; ///< whatever has come of it
    };

    void run(std::function<void()> task, std::function<void()> handled) {
        const std::scoped_lock lock(mutex_);
        tasks_.push_back({std::move(task), std::move(handled)});
        const std::shared_ptr<net::WorkerPool> threads = threads_.lock();
        if (!running_ && threads) {
            try {
                threads->run([self = shared_from_this()] { self->work(); });
                running_ = true;
            } catch (const std::system_error&) { // no thread can be made: with the next one
                running_ = false;
            }
        }
    }

    void work() {
        while (true) {
            Work work;
            {
                const std::scoped_lock lock(mutex_);
                if (tasks_.empty()) {
                    running_ = false;
                    return;
                }
                work = std::move(tasks_.front());
                tasks_.pop_front();
            }
            try {
                work.task();
            } catch (...) {
                gateway_->fault(*client_);
            }
            work.handled();
        }
    }

    std::shared_ptr<SocketGateway> gateway_;
    std::shared_ptr<const SocketClient> client_;
    std::weak_ptr<net::WorkerPool> threads_;
    serving::BeforeRequest before_message_;
    std::mutex mutex_;
    std::deque<Work> tasks_;
    bool running_ = false;
};

} // namespace

SocketServer::SocketServer(
    std::vector<Api> apis, serving::Invoke invoke, SocketServerOptions options)
    : options_(std::move(options)), gateway_(std::make_shared<SocketGateway>(
                                        std::move(apis), std::move(invoke), options_.gateway)),
      threads_(std::make_shared<net::WorkerPool>()) {}

SocketServer::~SocketServer() {
    stop();
}

void SocketServer::replace(std::vector<Api> apis) {
    gateway_->replace(std::move(apis));
}

bool SocketServer::is_handshake(const net::HttpRequest& request) const {
    return net::wants_websocket(request) && gateway_->takes(request);
}

bool SocketServer::is_managing(const net::HttpRequest& request) const {
    return !gateway_->empty() && Connections::manages(request);
}

bool SocketServer::takes(const net::HttpRequest& request) const {
    return is_handshake(request) || is_managing(request);
}

std::optional<net::HttpResponse> SocketServer::handle(const net::HttpRequest& request) {
    if (!is_handshake(request)) {
        return manage(request);
    }
    serving::AccessRecord record;
    record.time = std::chrono::system_clock::now();
    const auto begin = std::chrono::steady_clock::now();
    net::HttpResponse response = answer_handshake(request, record);
    serving::log_when_answered(
        options_.gateway.access_log, std::move(record), begin, request, response);
    return response;
}

net::HttpResponse
SocketServer::answer_handshake(const net::HttpRequest& request, serving::AccessRecord& record) {
    if (auto refused = net::handshake_refusal(request)) {
        return std::move(*refused);
    }
    auto accepted = gateway_->connect(request, record);
    if (!accepted) {
        return std::move(accepted.error());
    }
    watch_over();
    return net::handshake_answer(
        request,
        std::move(accepted->headers),
        std::make_shared<ClientService>(
            gateway_, std::move(accepted->client), threads_, options_.before_request));
}

std::optional<net::HttpResponse> SocketServer::manage(const net::HttpRequest& request) {
    if (!is_managing(request)) {
        return std::nullopt;
    }
    serving::AccessRecord record;
    record.time = std::chrono::system_clock::now();
    const auto begin = std::chrono::steady_clock::now();
    std::optional<net::HttpResponse> response;
    if (auto refusal = options_.guard.refusal(request)) {
        response = message_response(403, *refusal);
        record.error = std::move(*refusal);
    } else {
        response = gateway_->connections().manage(request, record.time);
    }
    serving::log_when_answered(
        options_.gateway.access_log, std::move(record), begin, request, *response);
    return response;
}

/// From the first connection on, looks for those that have been idle or open for too long.
void SocketServer::watch_over() {
    static constexpr std::chrono::seconds often{5};
    const std::scoped_lock lock(mutex_);
    if (std::exchange(watching_, true)) {
        return;
    }
    try {
        threads_->run([this] {
            std::unique_lock waiting(mutex_);
            while (!stopped_.wait_for(waiting, often, [this] { return stopping_; })) {
                waiting.unlock();
                gateway_->connections().close_expired(std::chrono::system_clock::now());
                waiting.lock();
            }
        });
    } catch (const std::system_error&) { // no thread can be made: with the next connection
        watching_ = false;
    }
}

void SocketServer::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
    threads_->drain();
}

} // namespace samara::gateway
