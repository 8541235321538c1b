#include "app/run/local_lambda.h"

#include "app/run/function_resources.h"
#include "base/try.h"

#include <fmt/format.h>

namespace samara::app {

namespace {

constexpr const char* loopback = "127.0.0.1";

} // namespace

lambda_api::LambdaApiOptions
lambda_api_options(const Application& application, const RunOptions& run) {
    lambda_api::LambdaApiOptions options;
    options.region = application.region();
    options.payload_limits = run.limits;
    options.guard = serving::PageGuard(run.allowed_hosts);
    return options;
}

LocalLambda::~LocalLambda() = default;

base::Result<std::unique_ptr<LocalLambda>> LocalLambda::start(
    engine::Engine& engine, RunOptions& run, const base::Log& log, const os::Cancellation& cancel) {
    if (!run.local_lambda) {
        return nullptr;
    }
    std::unique_ptr<LocalLambda> local(new LocalLambda);
    TRY(local->listen(loopback, log));
    const auto host = local->listen_for(engine, run.network, log, cancel);
    if (!host) {
        log.warning(fmt::format("--local-lambda: {}", to_string(host.error())));
        return local;
    }
    run.lambda_endpoint = fmt::format("http://{}:{}", *host, local->port_);
    log.info(fmt::format("The functions reach each other at {}", run.lambda_endpoint));
    return local;
}

/// At the address of this machine that functions reach; gives it.
base::Result<std::string> LocalLambda::listen_for(
    engine::Engine& engine,
    const engine::NetworkSpec& network,
    const base::Log& log,
    const os::Cancellation& cancel) {
    TRY_ASSIGN(auto host, engine.host_address(network, cancel));
    if (host != loopback) {
        TRY(listen(host, log));
    }
    return host;
}

base::Result<void> LocalLambda::listen(const std::string& host, const base::Log& log) {
    net::HttpServerOptions options;
    options.log = log;
    options.host = host;
    options.port = port_;
    options.body_limit = lambda_api::body_limit;
    TRY_ASSIGN(auto server, net::HttpServer::start(options, [this](net::HttpRequest request) {
                   return serve(std::move(request));
               }));
    port_ = server.port();
    servers_.push_back(std::move(server));
    return {};
}

void LocalLambda::serve(Application& application, const RunOptions& run, serving::Invoke invoke) {
    auto api = std::make_shared<lambda_api::LambdaApi>(
        serving::Functions(data::Value(function_resources(application))),
        std::move(invoke),
        lambda_api_options(application, run));
    const std::lock_guard lock(mutex_);
    api_ = std::move(api);
}

void LocalLambda::replace(Application& application) {
    serving::Functions functions(data::Value(function_resources(application)));
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
