#pragma once

#include "base/log.h"
#include "base/task.h"
#include "gateway/access/authorization.h"
#include "gateway/access/usage.h"
#include "gateway/message/mangled_body.h"
#include "gateway/message/static_files.h"
#include "gateway/route/call.h"
#include "gateway/route/route_summary.h"
#include "gateway/route/route_table.h"
#include "serving/access_log.h"
#include "serving/deadline.h"
#include "serving/exchange.h"
#include "serving/function_stream.h"
#include "serving/invoke.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace samara::gateway {

struct GatewayOptions {
    bool tls = false;
    AuthorizationOptions authorization;
    std::filesystem::path static_folder; ///< --static-dir; empty or missing: no files
    /// Called once a request, from many threads; may be empty.
    serving::AccessLog access_log;
    base::Log log; ///< what the template should have said otherwise
    /// Ends waiting for the servers of HTTP integrations once it polls readable; -1: nothing does.
    int stop_descriptor = -1;
    bool stage_in_path = false;  ///< paths begin with the stage, as those of execute-api do
    bool stage_log_lines = true; ///< access log lines as the stages' formats have them
    std::shared_ptr<serving::Recorder> recorder; ///< nullptr: nothing is recorded
};

/// Takes requests to functions and their results to clients. Knows no sockets: Server puts it on
/// the network. Thread-safe.
class Gateway : public serving::Replayer, public std::enable_shared_from_this<Gateway> {
public:
    Gateway(std::vector<Api> apis, serving::Invoke invoke, GatewayOptions options);

    base::Task<net::HttpResponse> serve(net::HttpRequest request);

    /// The same on a thread that may wait.
    net::HttpResponse handle(net::HttpRequest request);

    std::uint64_t replay(net::HttpRequest request, std::uint64_t original) override;

    /// What functions are told as X-Forwarded-Port.
    void set_port(std::uint16_t port) { port_ = port; }

    /// New routes for the requests that come from now on; running ones keep theirs.
    void replace(std::vector<Api> apis);

    /// What is served now; routes that an authorizer closes say so.
    [[nodiscard]] std::vector<Mount> mounts() const;

    /// The same in words.
    [[nodiscard]] std::vector<RouteSummary> routes() const;

private:
    /// What one template has made; lives as long as a request uses it.
    struct Snapshot {
        Snapshot(
            std::vector<Api> apis, AuthorizationOptions options, serving::DeadlineInvoker& invoker)
            : routes(std::move(apis)), authorization(std::move(options), invoker) {}

        RouteTable routes;
        Authorization authorization; ///< verdicts of a former template do not count
        MangledBodies mangled;
    };

    [[nodiscard]] std::shared_ptr<Snapshot> snapshot() const;

    /// The answer where what waits would need a thread.
    static net::HttpResponse no_thread(serving::AccessRecord& record);

    /// What a request is for.
    struct Asked {
        std::optional<net::HttpRequest> rewritten; ///< nothing: as it came
        Scope scope;
    };

    [[nodiscard]] Asked asked(const RouteTable& routes, const net::HttpRequest& request) const;
    /// `recorded`: of a replay, of which it says so; then the id of its record.
    base::Task<net::HttpResponse>
    process(net::HttpRequest request, std::shared_ptr<std::uint64_t> recorded);
    /// `exchange`: nullptr: nobody records it.
    base::Task<net::HttpResponse> answer(
        const net::HttpRequest& given, serving::AccessRecord& record, serving::Exchange* exchange);
    /// Gives it what AWS gives a request before looking at it.
    void identify(Call& call, std::chrono::system_clock::time_point time) const;
    base::Task<net::HttpResponse>
    admitted(Call& call, Snapshot& current, serving::AccessRecord& record);
    base::Task<net::HttpResponse>
    integrate_coded(const Call& call, Snapshot& current, serving::AccessRecord& record);
    base::Task<net::HttpResponse>
    integrate_mapped(const Call& call, Snapshot& current, serving::AccessRecord& record);
    base::Task<net::HttpResponse>
    integrate(const Call& call, Snapshot& current, serving::AccessRecord& record);
    base::Task<net::HttpResponse> call_function(
        const Call& call, const LambdaIntegration& integration, serving::AccessRecord& record);
    net::HttpResponse call_streaming(
        const Call& call,
        const LambdaIntegration& integration,
        invoke::Request request,
        serving::AccessRecord& record);
    base::Task<net::HttpResponse>
    call_mock(const Call& call, const MockIntegration& mock, serving::AccessRecord& record);
    base::Task<net::HttpResponse> call_mapped(
        const Call& call, const MappedLambdaIntegration& mapped, serving::AccessRecord& record);
    net::HttpResponse
    call_http(const Call& call, const HttpIntegration& integration, serving::AccessRecord& record);
    /// The function's answer, or what the client gets instead.
    base::Task<tl::expected<invoke::Response, net::HttpResponse>> run_function(
        const Call& call,
        const LambdaIntegration& integration,
        invoke::Request request,
        serving::AccessRecord& record);

    GatewayOptions options_;
    std::atomic<std::uint16_t> port_ = 0; // known once it is listened to
    StaticFiles static_files_;
    Usage usage_; // of all templates that there have been
    serving::DeadlineInvoker invoker_;
    serving::StreamingInvoker streams_;
    mutable std::mutex mutex_;
    std::shared_ptr<Snapshot> snapshot_; // replaced as a whole
};

} // namespace samara::gateway
