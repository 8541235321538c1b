#include "gateway/gateway.h"

/// What is noted of a request: a line of the access log, and the whole for who looks at it later.
namespace samara::gateway {

namespace {

std::chrono::microseconds elapsed(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
}

/// A streamed answer that is recorded once it is over, with the beginning of its body.
struct RecordedStream {
    std::function<bool(const net::HttpResponse::Write&)> stream;
    std::function<void(serving::AccessRecord&)> complete; ///< tells what has become of it
    serving::Exchange exchange;
    std::chrono::steady_clock::time_point begin;
    std::shared_ptr<serving::Recorder> recorder;
    std::shared_ptr<std::uint64_t> recorded; ///< may be nullptr

    bool operator()(const net::HttpResponse::Write& write) {
        const bool whole = stream([&](std::string bytes) {
            exchange.response_body.add(bytes);
            return write(std::move(bytes));
        });
        exchange.duration = elapsed(begin);
        serving::AccessRecord end;
        if (complete) {
            complete(end);
        }
        exchange.error = end.error;
        const std::uint64_t id = recorder->add(std::move(exchange));
        if (recorded) {
            *recorded = id;
        }
        return whole;
    }
};

} // namespace

base::Task<net::HttpResponse> Gateway::serve(net::HttpRequest request) {
    return process(std::move(request), nullptr);
}

net::HttpResponse Gateway::handle(net::HttpRequest request) {
    return serve(std::move(request)).now();
}

std::uint64_t Gateway::replay(net::HttpRequest request, std::uint64_t original) {
    const auto recorded = std::make_shared<std::uint64_t>(original);
    const net::HttpResponse response = process(std::move(request), recorded).now();
    if (response.stream) {
        response.stream([](const std::string& /*bytes*/) { return true; });
    }
    if (response.answered) {
        response.answered();
    }
    return *recorded;
}

base::Task<net::HttpResponse>
Gateway::process(net::HttpRequest request, std::shared_ptr<std::uint64_t> recorded) {
    serving::AccessRecord record;
    record.time = std::chrono::system_clock::now();
    const auto begin = std::chrono::steady_clock::now();
    if (options_.recorder == nullptr) {
        net::HttpResponse response = co_await answer(request, record, nullptr);
        serving::log_when_answered(
            options_.access_log, std::move(record), begin, request, response);
        co_return response;
    }
    serving::Exchange exchange;
    net::HttpResponse response = co_await answer(request, record, &exchange);
    exchange.time = record.time;
    exchange.duration = elapsed(begin);
    exchange.error = record.error;
    exchange.status = response.status;
    exchange.response_headers = response.headers;
    exchange.response_body = invoke::keep(response.body);
    exchange.replay_of = recorded ? *recorded : 0;
    exchange.replayer = weak_from_this();
    const auto complete = record.complete;
    serving::log_when_answered(options_.access_log, std::move(record), begin, request, response);
    exchange.request = std::move(request);
    if (response.stream) {
        const auto stream = std::make_shared<RecordedStream>(RecordedStream{
            std::move(response.stream),
            complete,
            std::move(exchange),
            begin,
            options_.recorder,
            recorded});
        response.stream = [stream](const net::HttpResponse::Write& write) {
            return (*stream)(write);
        };
        co_return response;
    }
    const std::uint64_t id = options_.recorder->add(std::move(exchange));
    if (recorded) {
        *recorded = id;
    }
    co_return response;
}

} // namespace samara::gateway
