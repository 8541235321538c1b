#pragma once

#include "app/load/application.h"
#include "app/run/plan.h"
#include "base/error.h"
#include "base/log.h"
#include "engine/engine.h"
#include "lambda_api/lambda_api.h"
#include "net/http_server.h"
#include "os/cancellation.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace samara::app {

/// What the Lambda API is told of an application, whoever asks it.
lambda_api::LambdaApiOptions
lambda_api_options(const Application& application, const RunOptions& run);

/// The Lambda API for the functions themselves (--local-lambda): on loopback and, where they run in
/// containers, on the address of this machine in their network. Never on all addresses.
class LocalLambda {
public:
    /// Where `run` asks for it, else nothing: listens, and sets run.lambda_endpoint; answers 503
    /// until there is something to serve. Where containers cannot reach this machine it is
    /// reported, and the endpoint stays empty.
    static base::Result<std::unique_ptr<LocalLambda>> start(
        engine::Engine& engine,
        RunOptions& run,
        const base::Log& log,
        const os::Cancellation& cancel);

    LocalLambda(const LocalLambda&) = delete;
    LocalLambda& operator=(const LocalLambda&) = delete;
    LocalLambda(LocalLambda&&) = delete;
    LocalLambda& operator=(LocalLambda&&) = delete;
    ~LocalLambda();

    void serve(Application& application, const RunOptions& run, serving::Invoke invoke);

    void replace(Application& application);

private:
    LocalLambda() = default;
    base::Result<std::string> listen_for(
        engine::Engine& engine,
        const engine::NetworkSpec& network,
        const base::Log& log,
        const os::Cancellation& cancel);
    base::Result<void> listen(const std::string& host, const base::Log& log);
    base::Task<net::HttpResponse> serve(net::HttpRequest request);

    std::mutex mutex_;
    std::shared_ptr<lambda_api::LambdaApi> api_;
    std::uint16_t port_ = 0;
    std::vector<net::HttpServer> servers_; // end first
};

} // namespace samara::app
