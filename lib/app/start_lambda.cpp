#include "app/run/function_resources.h"
#include "app/run/live_application.h"
#include "app/run/local_lambda.h"
#include "app/run/serve.h"
#include "base/try.h"
#include "lambda_api/lambda_api.h"
#include "net/http_server.h"
#include "os/signals.h"
#include "os/wait.h"

#include <limits>

#include <fmt/format.h>

namespace samara::app {

namespace {

serving::Functions functions_of(Application& application, const std::set<std::string>& chosen) {
    return serving::Functions(data::Value(function_resources(application, chosen)));
}

base::Task<net::HttpResponse>
serve(LiveApplication& live, lambda_api::LambdaApi& api, net::HttpRequest request) {
    co_await live.catch_up();
    co_return co_await api.serve(std::move(request));
}

} // namespace

base::Result<void>
start_lambda(const ServeOptions& options, engine::OutputSink output, const base::Log& given_log) {
    const Strictness strictness(options.run.strict, given_log);
    const base::Log& log = strictness.log();
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    TRY_ASSIGN(auto live, LiveApplication::start(options, std::move(output), strictness, cancel));
    lambda_api::LambdaApiOptions settings = lambda_api_options(live->application(), options.run);
    settings.access_log = [&log](const serving::AccessRecord& record) {
        log.info(to_string(record, serving::AccessLogFormat::text));
    };
    lambda_api::LambdaApi api(
        functions_of(live->application(), live->chosen()),
        [&live](invoke::Request request) { return live->invoke(std::move(request)); },
        std::move(settings));
    net::HttpServerOptions http;
    http.host = options.host;
    http.port = options.port;
    http.log = log;
    http.body_limit =
        options.run.limits ? lambda_api::body_limit : std::numeric_limits<std::size_t>::max();
    TRY_ASSIGN(auto server, net::HttpServer::start(http, [&](net::HttpRequest request) {
                   return serve(*live, api, std::move(request));
               }));
    TRY_ASSIGN(
        const auto watcher,
        live->watch(
            [&](Application& application,
                const base::Log& /*log*/) -> base::Result<std::function<void()>> {
                return [&, functions = functions_of(application, live->chosen())] {
                    api.replace(functions);
                };
            }));
    live->warm_up();
    log.info(fmt::format(
        "Starting the Local Lambda Service. You can now invoke your functions through "
        "{0}\n * Running on {0} (Press CTRL+C to quit)",
        server.address()));
    os::wait_readable(-1, cancel);
    server.stop();
    return {};
}

} // namespace samara::app
