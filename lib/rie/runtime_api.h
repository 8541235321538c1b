#pragma once

#include "rie/emulator.h"
#include "rie/http.h"
#include "rie/telemetry.h"

#include <cstdint>

namespace samara::rie {

/// Routes of the API the runtime and extensions see at AWS_LAMBDA_RUNTIME_API.
class RuntimeApi : public EmulatorApi {
public:
    RuntimeApi(Emulator& emulator, Telemetry& telemetry, const aws::LambdaLimits& limits)
        : emulator_(emulator), telemetry_(telemetry), limits_(limits) {}

    [[nodiscard]] std::size_t body_limit(const HttpRequest& head) const override;
    std::shared_ptr<BodySink> open(const HttpRequest& head, const ExchangePtr& exchange) override;
    void serve(HttpRequest request, ExchangePtr exchange) override;

private:
    void serve_runtime(std::string_view rest, HttpRequest request, const ExchangePtr& exchange);
    void
    serve_extension(std::string_view rest, const HttpRequest& request, const ExchangePtr& exchange);
    void
    serve_subscription(Telemetry::Api api, const HttpRequest& request, const ExchangePtr& exchange);

    Emulator& emulator_;
    Telemetry& telemetry_;
    const aws::LambdaLimits& limits_;
};

} // namespace samara::rie
