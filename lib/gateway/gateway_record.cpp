#include "gateway/gateway.h"

/// What is noted of a request: a line of the access log, and the whole for who looks at it later.
namespace samara::gateway {

net::HttpResponse Gateway::handle(net::HttpRequest request) {
    std::uint64_t recorded = 0;
    return process(std::move(request), recorded);
}

std::uint64_t Gateway::replay(net::HttpRequest request, std::uint64_t original) {
    std::uint64_t recorded = original;
    const net::HttpResponse response = process(std::move(request), recorded);
    if (response.answered) {
        response.answered();
    }
    return recorded;
}

net::HttpResponse Gateway::process(net::HttpRequest request, std::uint64_t& recorded) {
    serving::AccessRecord record;
    record.time = std::chrono::system_clock::now();
    const auto begin = std::chrono::steady_clock::now();
    serving::Recorder* const recorder = options_.recorder.get();
    if (recorder == nullptr) {
        net::HttpResponse response = answer(request, record, nullptr);
        serving::log_when_answered(
            options_.access_log, std::move(record), begin, request, response);
        return response;
    }
    serving::Exchange exchange;
    net::HttpResponse response = answer(request, record, &exchange);
    exchange.time = record.time;
    exchange.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
    exchange.error = record.error;
    exchange.status = response.status;
    exchange.response_headers = response.headers;
    exchange.response_body = invoke::keep(response.body);
    exchange.replay_of = recorded;
    exchange.replayer = weak_from_this();
    serving::log_when_answered(options_.access_log, std::move(record), begin, request, response);
    exchange.request = std::move(request);
    recorded = recorder->add(std::move(exchange));
    return response;
}

} // namespace samara::gateway
