#pragma once

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

/// The Lambda API for the functions themselves (--local-lambda): on loopback and, where they run in
/// containers, on the address of this machine in their network. Never on all addresses.
class LocalLambda {
public:
    /// Listens; answers 503 until there is something to serve. Where containers cannot reach this
    /// machine it is reported, and endpoint() is empty.
    static base::Result<std::unique_ptr<LocalLambda>> start(
        engine::Engine& engine,
        const engine::NetworkSpec& network,
        const base::Log& log,
        const os::Cancellation& cancel);

    LocalLambda(const LocalLambda&) = delete;
    LocalLambda& operator=(const LocalLambda&) = delete;
    LocalLambda(LocalLambda&&) = delete;
    LocalLambda& operator=(LocalLambda&&) = delete;
    ~LocalLambda();

    /// The value of AWS_ENDPOINT_URL_LAMBDA.
    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

    void serve(
        serving::Functions functions, serving::Invoke invoke, lambda_api::LambdaApiOptions options);

    void replace(serving::Functions functions);

private:
    LocalLambda() = default;
    base::Result<void> listen(const std::string& host, const base::Log& log);
    base::Task<net::HttpResponse> serve(net::HttpRequest request);

    std::mutex mutex_;
    std::shared_ptr<lambda_api::LambdaApi> api_;
    std::uint16_t port_ = 0;
    std::string endpoint_;
    std::vector<net::HttpServer> servers_; // end first
};

} // namespace samara::app
