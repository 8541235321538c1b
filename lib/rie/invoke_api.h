#pragma once

#include "rie/emulator.h"
#include "rie/http.h"

namespace samara::rie {

/// The front: Lambda's Invoke for the one function of this environment, whatever its name in the
/// path (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
///
/// POST /2015-03-31/functions/<any>/invocations: the answer whole.
/// POST /2021-11-15/functions/<any>/response-streaming-invocations: the response as it comes, in
/// chunks and without the event stream's framing; an error in its course is in the trailers.
/// GET /ping: 200 as soon as calls are taken, with the host's name as X-Samara-Host.
class InvokeApi : public EmulatorApi {
public:
    InvokeApi(Emulator& emulator, const aws::LambdaLimits& limits);

    [[nodiscard]] std::size_t body_limit(const HttpRequest& head) const override;
    std::shared_ptr<BodySink> open(const HttpRequest& head, const ExchangePtr& exchange) override;
    void serve(HttpRequest request, ExchangePtr exchange) override;

private:
    Emulator& emulator_;
    const aws::LambdaLimits& limits_;
    std::string host_name_;
};

} // namespace samara::rie
