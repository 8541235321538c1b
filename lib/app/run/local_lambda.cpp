#include "app/run/local_lambda.h"

#include "base/try.h"

#include <fmt/format.h>

namespace samara::app {

namespace {

constexpr const char* loopback = "127.0.0.1";

} // namespace

LocalLambda::~LocalLambda() = default;

base::Result<std::unique_ptr<LocalLambda>> LocalLambda::start(
    engine::Engine& engine,
    const engine::NetworkSpec& network,
    const base::Log& log,
    const os::Cancellation& cancel) {
    std::unique_ptr<LocalLambda> local(new LocalLambda);
    TRY(local->listen(loopback, log));
    const auto host = engine.host_address(network, cancel);
    if (!host) {
        log.warning(fmt::format("--local-lambda: {}", to_string(host.error())));
        return local;
    }
    if (*host != loopback) {
        if (auto listening = local->listen(*host, log); !listening) {
            log.warning(fmt::format("--local-lambda: {}", to_string(listening.error())));
            return local;
        }
    }
    local->endpoint_ = fmt::format("http://{}:{}", *host, local->port_);
    log.info(fmt::format("The functions reach each other at {}", local->endpoint_));
    return local;
}

base::Result<void> LocalLambda::listen(const std::string& host, const base::Log& log) {
    net::HttpServerOptions options;
    options.log = log;
    options.host = host;
    options.port = port_;
    options.body_limit = 32UL * 1024 * 1024; // beyond Lambda's own limits, reported in its words
    TRY_ASSIGN(auto server, net::HttpServer::start(options, [this](net::HttpRequest request) {
                   return serve(std::move(request));
               }));
    port_ = server.port();
    servers_.push_back(std::move(server));
    return {};
}

void LocalLambda::serve(
    serving::Functions functions, serving::Invoke invoke, lambda_api::LambdaApiOptions options) {
    auto api = std::make_shared<lambda_api::LambdaApi>(
        std::move(functions), std::move(invoke), std::move(options));
    const std::lock_guard lock(mutex_);
    api_ = std::move(api);
}

void LocalLambda::replace(serving::Functions functions) {
    const std::lock_guard lock(mutex_);
    if (api_) {
        api_->replace(std::move(functions));
    }
}

base::Task<net::HttpResponse> LocalLambda::serve(net::HttpRequest request) {
    const std::shared_ptr<lambda_api::LambdaApi> api = [this] {
        const std::lock_guard lock(mutex_);
        return api_;
    }();
    if (!api) {
        co_return net::HttpResponse{503, {}, {}};
    }
    co_return co_await api->serve(std::move(request));
}

} // namespace samara::app
