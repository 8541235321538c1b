#include "app/run/build_notice.h"
#include "app/run/function_resources.h"
#include "app/run/live_application.h"
#include "app/run/serve.h"
#include "base/try.h"
#include "data/read.h"
#include "gateway/read/apis.h"
#include "gateway/route/call.h"
#include "gateway/server.h"
#include "os/file.h"
#include "os/signals.h"
#include "os/wait.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace samara::app {

namespace {

bool concerns_the_gateway(std::string_view type) {
    return type.starts_with("AWS::ApiGateway::") || type.starts_with("AWS::ApiGatewayV2::");
}

// What is told of a resource names it.
data::Value
resolve(Application& application, const data::Entry& entry, base::Diagnostics& diagnostics) {
    const std::size_t before = diagnostics.size();
    data::Value resolved =
        application.resolver().resolve(entry.value, diagnostics, intrinsics::Unknown::as_written);
    for (std::size_t i = before; i < diagnostics.size(); ++i) {
        diagnostics[i].error.resource = entry.key;
    }
    return resolved;
}

// What the gateway reads of an application and its nested stacks, by what Ref of it gives.
struct GatewaySource {
    data::Map resources;
    gateway::Closed closed;
    std::map<std::string, std::filesystem::path> folders; // of the template an API is in
};

// The resources an API Gateway is made of, intrinsics evaluated.
void add_resources(Application& stack, GatewaySource& source, base::Diagnostics& diagnostics) {
    for (const data::Entry& entry : *stack.sections().resources) {
        const data::Value* type = entry.value.find("Type");
        if (type == nullptr || !concerns_the_gateway(type->text()) ||
            !stack.resolver().exists(entry.value, diagnostics)) {
            continue;
        }
        const std::string id = stack.physical_id(entry.key);
        source.resources.set(data::Entry(id, resolve(stack, entry, diagnostics), entry.key_where));
        source.folders.emplace(id, stack.folder());
    }
}

void add_closed(const Application& stack, gateway::Closed& closed) {
    for (const auto& [api, reason] : stack.closed().apis) {
        closed.apis.emplace(stack.physical_id(api), reason);
    }
    for (const auto& [authorizer, reason] : stack.closed().authorizers) {
        closed.authorizers.emplace(
            std::pair(stack.physical_id(authorizer.first), authorizer.second), reason);
    }
    for (gateway::ClosedRoute route : stack.closed().routes) {
        route.api = stack.physical_id(route.api);
        closed.routes.push_back(std::move(route));
    }
}

GatewaySource
gateway_source(Application& application, const Faults& faults, base::Diagnostics& diagnostics) {
    GatewaySource source;
    source.closed.functions = faults;
    for (const data::Entry& function : function_resources(application)) {
        source.resources.set(function);
    }
    application.for_each_stack([&](Application& stack) {
        add_resources(stack, source, diagnostics);
        add_closed(stack, source.closed);
    });
    return source;
}

// All APIs share one address here, and the last one wins.
void report_hidden_routes(const std::vector<gateway::Api>& apis, const base::Log& log) {
    std::map<std::string, std::string> last; // API by route
    for (auto api = apis.rbegin(); api != apis.rend(); ++api) {
        for (const gateway::Route& route : api->routes) {
            const auto [taken, fresh] = last.emplace(gateway::route_key(route), api->id);
            if (!fresh && taken->second != api->id) {
                log.warning(fmt::format(
                    "{} of {} cannot be reached: {} has the same route, and both are on one port",
                    taken->first,
                    api->id,
                    taken->second));
            }
        }
    }
}

// Of an authorizer that stands in for one of which all has been told, or of a file.
bool is_told(const base::Diagnostic& diagnostic, const base::Diagnostics& told) {
    const std::string& message = diagnostic.error.message;
    return message.find(gateway::no_function) != std::string::npos ||
           std::any_of(told.begin(), told.end(), [&](const base::Diagnostic& other) {
               return other.error.message == message;
           });
}

std::vector<gateway::Api> read_apis(
    Application& application,
    const Faults& faults,
    const std::vector<std::string>& http_hosts,
    const base::Log& log) {
    base::Diagnostics diagnostics;
    GatewaySource source = gateway_source(application, faults, diagnostics);
    const auto load = [&](const data::Value& location,
                          const std::string& api) -> base::Result<data::Value> {
        if (!location.is_string() || location.text().starts_with("s3://")) {
            return base::fail(
                fmt::format(
                    "the definition of {} is not a local file, so its routes are not known", api),
                "write it as DefinitionBody, or as a file beside the template",
                location.where());
        }
        const auto text = os::read_file(source.folders[api] / location.text());
        return text ? data::read_document(*text, location.text(), &diagnostics)
                    : base::fail(text.error());
    };
    std::vector<gateway::Api> apis = gateway::read_apis(
        data::Value(std::move(source.resources)), {load, http_hosts}, diagnostics);
    gateway::close(source.closed, apis);
    for (const base::Diagnostic& diagnostic : diagnostics) {
        if (!is_told(diagnostic, application.diagnostics())) {
            log.warning(to_string(diagnostic.error));
        }
    }
    report_hidden_routes(apis, log);
    return apis;
}

void announce(const gateway::Server& server, const base::Log& log) {
    for (const gateway::Mount& mount : server.mounts()) {
        log.info(gateway::to_string(mount, server.address()));
    }
}

// Tells the routes only when they are others.
void take_up(gateway::Server& server, std::vector<gateway::Api> apis, const base::Log& log) {
    const std::vector<gateway::Mount> before = server.mounts();
    server.replace(std::move(apis));
    if (server.mounts() != before) {
        announce(server, log);
    }
}

gateway::ServerOptions
server_options(const ServeOptions& options, const std::string& region, const base::Log& log) {
    gateway::ServerOptions server;
    server.http.host = options.host;
    server.http.port = options.port;
    if (!options.ssl_certificate.empty()) {
        server.http.tls = net::TlsFiles{options.ssl_certificate, options.ssl_key};
    }
    server.gateway.authorization.disable_authorizer = options.disable_authorizer;
    server.gateway.authorization.region = region;
    std::error_code failed;
    if (!options.static_folder.empty() &&
        std::filesystem::is_directory(options.static_folder, failed)) {
        server.gateway.static_folder = std::filesystem::canonical(options.static_folder, failed);
        log.info(fmt::format("Mounting static files from {} at /", options.static_folder.string()));
    }
    const auto format =
        options.json_access_log ? serving::AccessLogFormat::json : serving::AccessLogFormat::text;
    server.gateway.log = log;
    server.gateway.access_log = [log, format](const serving::AccessRecord& record) {
        log.info(serving::to_string(record, format));
    };
    return server;
}

} // namespace

base::Result<void>
start_api(const ServeOptions& options, engine::OutputSink output, const base::Log& given_log) {
    const Strictness strictness(options.run.strict, given_log);
    const base::Log& log = strictness.log();
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    TRY_ASSIGN(auto live, LiveApplication::start(options, std::move(output), strictness, cancel));
    std::vector<gateway::Api> apis =
        read_apis(live->application(), live->faults(), options.http_hosts, live->fault_log());
    if (auto strict = strictness.check(); !strict) {
        return strict;
    }
    if (apis.empty()) {
        return base::fail(
            "Template does not have any APIs connected to Lambda functions",
            "add an event of the type HttpApi or Api to a function");
    }
    if (options.disable_authorizer) {
        log.warning("--disable-authorizer: every route is open, whatever the template asks for");
    }
    gateway::ServerOptions settings = server_options(options, live->application().region(), log);
    if (auto keys = add_token_keys(options.token_keys, settings.gateway.authorization, cancel);
        !keys) {
        return keys;
    }
    settings.gateway.stop_descriptor = cancel.descriptor();
    settings.before_request = [&live] { live->catch_up(); };
    TRY_ASSIGN(
        auto server,
        gateway::Server::start(
            std::move(apis),
            [&live](invoke::Request request) { return live->invoke(std::move(request)); },
            std::move(settings)));
    std::optional<os::FileWatcher> watcher; // ends before what its calls use
    if (options.watch) {
        auto watching = live->watch(
            [&](Application& application,
                const base::Log& faults) -> base::Result<std::function<void()>> {
                return
                    [&, apis = read_apis(application, live->faults(), options.http_hosts, faults)] {
                        take_up(server, apis, log);
                    };
            });
        if (!watching) {
            return base::fail(std::move(watching).error());
        }
        watcher = std::move(*watching);
    }
    live->warm_up();
    announce(server, log);
    log.info(fmt::format(
        "{} are taken up by the next request.\n"
        " * Running on {} (Press CTRL+C to quit)",
        build_sources(live->application()).empty() ? "Edits of the code or the template"
                                                   : "Edits of code that the build only copies, "
                                                     "and what samara build makes,",
        server.address()));
    os::wait_readable(-1, cancel);
    server.stop();
    return {};
}

} // namespace samara::app
