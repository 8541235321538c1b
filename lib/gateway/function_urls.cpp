#include "gateway/function_urls.h"

#include "aws/lambda_limits.h"
#include "gateway/message/response.h"
#include "gateway/route/integration.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

constexpr int tries = 200; // ports that may be busy

} // namespace

/// A port, and what is behind it.
struct FunctionUrls::Door {
    /// What the server's threads share with who changes it.
    struct Behind {
        std::mutex mutex;
        std::shared_ptr<Gateway> gateway;
        serving::BeforeRequest before_request;
    };

    std::shared_ptr<Behind> behind = std::make_shared<Behind>();
    std::optional<net::HttpServer> server;

    static base::Task<net::HttpResponse>
    serve(std::shared_ptr<Behind> behind, net::HttpRequest request) {
        std::shared_ptr<Gateway> gateway;
        serving::BeforeRequest before;
        {
            const std::scoped_lock lock(behind->mutex);
            gateway = behind->gateway;
            before = behind->before_request;
        }
        if (!gateway) {
            co_return message_response(503, "Service Unavailable");
        }
        if (before) {
            co_await before();
        }
        co_return co_await gateway->serve(std::move(request));
    }
};

FunctionUrls::FunctionUrls(net::HttpServerOptions http)
    : http_(std::move(http)), next_(http_.port == 0 ? first_port : http_.port) {
    http_.body_limit = aws::lambda_payload;
    http_.answers_larger = true;
}

FunctionUrls::~FunctionUrls() = default;

FunctionUrls::Door* FunctionUrls::open(const std::string& id) {
    if (const auto known = doors_.find(id); known != doors_.end()) {
        return known->second.get();
    }
    const bool given = http_.port != 0 && doors_.empty();
    auto door = std::make_unique<Door>();
    std::optional<base::Error> busy;
    for (int i = 0; i < (given ? 1 : tries); ++i) {
        net::HttpServerOptions options = http_;
        options.port = next_++;
        auto server = net::HttpServer::start(
            std::move(options), [behind = door->behind](net::HttpRequest request) {
                return Door::serve(behind, std::move(request));
            });
        if (server) {
            door->server.emplace(std::move(*server));
            return doors_.emplace(id, std::move(door)).first->second.get();
        }
        busy = std::move(server.error());
    }
    if (!error_) { // the first is that of the port that was given
        error_ = std::move(busy);
    }
    return nullptr;
}

std::string FunctionUrls::address(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    const Door* door = open(id);
    if (door == nullptr) {
        return {};
    }
    return door->server->address() + "/";
}

std::optional<base::Error> FunctionUrls::error() const {
    const std::scoped_lock lock(mutex_);
    return error_;
}

void FunctionUrls::let_in(Api url) {
    Door* door = open(url.id);
    if (door == nullptr) {
        return;
    }
    const LambdaIntegration* lambda = function_of(url.routes.front().integration);
    served_.emplace_back(url.id, lambda == nullptr ? std::string() : lambda->function);
    Door::Behind& behind = *door->behind;
    const std::scoped_lock lock(behind.mutex);
    behind.before_request = before_request_;
    if (behind.gateway) {
        behind.gateway->replace({std::move(url)});
        return;
    }
    behind.gateway = std::make_shared<Gateway>(std::vector<Api>{std::move(url)}, invoke_, options_);
    behind.gateway->set_port(door->server->port());
}

void FunctionUrls::serve(
    std::vector<Api> urls,
    serving::Invoke invoke,
    GatewayOptions options,
    serving::BeforeRequest before_request) {
    {
        const std::scoped_lock lock(mutex_);
        invoke_ = std::move(invoke);
        options_ = std::move(options);
        options_.tls = http_.tls.has_value();
        options_.static_folder.clear();
        before_request_ = std::move(before_request);
    }
    replace(std::move(urls));
}

void FunctionUrls::replace(std::vector<Api> urls) {
    const std::scoped_lock lock(mutex_);
    error_.reset();
    served_.clear();
    for (auto& [id, door] : doors_) { // one that the template has no more is closed
        const std::scoped_lock inside(door->behind->mutex);
        const bool kept = std::any_of(
            urls.begin(), urls.end(), [&id = id](const Api& url) { return url.id == id; });
        if (!kept) {
            door->behind->gateway = nullptr;
        }
    }
    for (Api& url : urls) {
        let_in(std::move(url));
    }
}

std::vector<std::string> FunctionUrls::lines() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> lines;
    for (const auto& [id, function] : served_) {
        lines.push_back(fmt::format(
            "Function URL of {} at {}/",
            function.empty() ? id : function,
            doors_.at(id)->server->address()));
    }
    return lines;
}

std::vector<RouteSummary> FunctionUrls::routes() const {
    const std::scoped_lock lock(mutex_);
    std::vector<RouteSummary> routes;
    for (const auto& [id, function] : served_) {
        const Door& door = *doors_.at(id);
        const std::scoped_lock inside(door.behind->mutex);
        for (RouteSummary& route : door.behind->gateway->routes()) {
            route.method = "ANY";
            route.path = door.server->address() + "/";
            routes.push_back(std::move(route));
        }
    }
    return routes;
}

void FunctionUrls::stop() {
    std::vector<net::HttpServer*> servers;
    {
        const std::scoped_lock lock(mutex_);
        for (auto& [id, door] : doors_) {
            servers.push_back(&*door->server);
        }
    }
    for (net::HttpServer* server : servers) {
        server->stop();
    }
}

} // namespace samara::gateway
