#include "app/run/build_notice.h"
#include "app/run/console_sources.h"
#include "app/run/function_resources.h"
#include "app/run/live_application.h"
#include "app/run/serve.h"
#include "base/try.h"
#include "console/console.h"
#include "data/read.h"
#include "gateway/function_urls.h"
#include "gateway/read/apis.h"
#include "gateway/read/function_urls.h"
#include "gateway/route/call.h"
#include "gateway/server.h"
#include "os/file.h"
#include "os/signals.h"
#include "os/wait.h"

#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>

namespace samara::app {

namespace {

bool concerns_the_gateway(std::string_view type) {
    return type.starts_with("AWS::ApiGateway::") || type.starts_with("AWS::ApiGatewayV2::") ||
           type == "AWS::Lambda::Url";
}

// What is reported of a resource names it.
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
                    "{0} of {1} is behind that of {2}, which has the same route on the same port; "
                    "ask for it with the host name {1}.localhost",
                    taken->first,
                    api->id,
                    taken->second));
            }
        }
    }
}

// Of an authorizer that stands in for one of which all has been reported, or of a file.
bool is_told(const base::Diagnostic& diagnostic, const base::Diagnostics& told) {
    const std::string& message = diagnostic.error.message;
    return message.find(gateway::no_function) != std::string::npos ||
           std::any_of(told.begin(), told.end(), [&](const base::Diagnostic& other) {
               return other.error.message == message;
           });
}

// What is served of an application.
struct Served {
    std::vector<gateway::Api> apis;
    std::vector<gateway::Api> sockets; // WebSocket APIs
    std::vector<gateway::Api> urls;    // of functions
};

bool serves_nothing(const Served& served) {
    return served.sockets.empty() && served.urls.empty() &&
           std::all_of(served.apis.begin(), served.apis.end(), [](const gateway::Api& api) {
               return api.routes.empty();
           });
}

Served read_served(
    Application& application,
    const Faults& faults,
    const ServeOptions& options,
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
    const data::Value resources(std::move(source.resources));
    Served served;
    served.apis = gateway::read_apis(resources, {load, options.http_hosts}, diagnostics);
    gateway::close(source.closed, served.apis);
    served.sockets =
        gateway::read_websocket_apis(resources, {load, options.http_hosts}, diagnostics);
    gateway::close(
        {source.closed.functions, source.closed.apis, source.closed.authorizers, {}},
        served.sockets);
    if (options.function_urls) {
        served.urls = gateway::read_function_urls(resources, diagnostics);
        gateway::close({source.closed.functions, {}, {}, {}}, served.urls);
    }
    base::Diagnostics told = application.diagnostics();
    for (const base::Diagnostic& diagnostic : diagnostics) {
        if (!is_told(diagnostic, told)) {
            log.warning(to_string(diagnostic.error));
            told.push_back(diagnostic); // all three may find the same
        }
    }
    report_hidden_routes(served.apis, log);
    return served;
}

void announce(const gateway::Server& server, const base::Log& log) {
    for (const gateway::Mount& mount : server.mounts()) {
        log.info(gateway::to_string(mount, server.address()));
    }
    for (const std::string& line : server.socket_lines()) {
        log.info(line);
    }
}

void announce(const gateway::FunctionUrls& urls, const base::Log& log) {
    for (const std::string& line : urls.lines()) {
        log.info(line);
    }
}

// Tells the routes only when they are others.
void apply(
    gateway::Server& server, gateway::FunctionUrls& urls, Served served, const base::Log& log) {
    const std::vector<gateway::Mount> before = server.mounts();
    const std::vector<std::string> urls_before = urls.lines();
    const std::vector<std::string> sockets_before = server.socket_lines();
    server.replace(std::move(served.apis), std::move(served.sockets));
    urls.replace(std::move(served.urls));
    if (server.mounts() != before || server.socket_lines() != sockets_before) {
        announce(server, log);
    }
    if (urls.lines() != urls_before) {
        announce(urls, log);
    }
}

// Those of functions have their ports from the first one up.
net::HttpServerOptions
http_options(const ServeOptions& options, std::uint16_t port, const base::Log& log) {
    net::HttpServerOptions http;
    http.log = log;
    http.host = options.host;
    http.port = port;
    if (!options.ssl_certificate.empty()) {
        http.tls = net::TlsFiles{options.ssl_certificate, options.ssl_key};
    }
    return http;
}

// A line of the stage's own format, and what went wrong; or the program's line.
serving::AccessLog access_log(const ServeOptions& options, const base::Log& log) {
    return [log, format = options.access_log](const serving::AccessRecord& record) {
        const bool own = !record.line.empty();
        if (own) {
            log.info(serving::to_string(record, serving::AccessLogFormat::stage));
        }
        if (!own || !record.error.empty()) {
            log.info(serving::to_string(record, format.value_or(serving::AccessLogFormat::text)));
        }
    };
}

// Beside the template, or where the command was given: a built template has nothing beside it.
std::filesystem::path static_folder(const ServeOptions& options, const Application& application) {
    std::error_code failed;
    const std::filesystem::path& folder = options.static_folder;
    for (const std::filesystem::path& found : {application.folder() / folder, folder}) {
        if (!folder.empty() && std::filesystem::is_directory(found, failed)) {
            return std::filesystem::canonical(found, failed);
        }
    }
    return {};
}

gateway::ServerOptions
server_options(const ServeOptions& options, const Application& application, const base::Log& log) {
    gateway::ServerOptions server;
    server.http = http_options(options, options.port, log);
    server.gateway.authorization.disable_authorizer = options.disable_authorizer;
    server.gateway.authorization.region = application.region();
    server.gateway.static_folder = static_folder(options, application);
    if (!server.gateway.static_folder.empty()) {
        log.info(fmt::format(
            "Mounting static files from {} at /", server.gateway.static_folder.string()));
    } else if (!options.static_folder.empty() && options.static_folder != "public") {
        // The usual folder does not have to be there.
        log.warning(fmt::format(
            "--static-dir: there is no folder '{}' beside the template, nor here; no files are "
            "served",
            options.static_folder.string()));
    }
    server.gateway.access_log = access_log(options, log);
    server.gateway.stage_log_lines = !options.access_log;
    server.gateway.stage_in_path = options.stage_in_path;
    server.gateway.log = log;
    return server;
}

} // namespace

base::Result<void>
start_api(const ServeOptions& given, engine::OutputSink output, const base::Log& given_log) {
    const Strictness strictness(given.run.strict, given_log);
    const base::Log& log = strictness.log();
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    gateway::FunctionUrls urls(http_options(given, given.function_url_port, log));
    ServeOptions options = given;
    options.serves_apis = true;
    if (options.function_urls) {
        options.load.function_url = [&urls](const std::string& id) { return urls.address(id); };
    }
    TRY_ASSIGN(auto live, LiveApplication::start(options, std::move(output), strictness, cancel));
    if (auto busy = urls.error(); busy && options.function_url_port != 0) {
        return base::fail(std::move(*busy));
    }
    Served served = read_served(live->application(), live->faults(), options, live->fault_log());
    if (auto strict = strictness.check(); !strict) {
        return strict;
    }
    if (serves_nothing(served)) {
        return base::fail(
            "Template does not have any APIs connected to Lambda functions",
            "add an event of the type HttpApi or Api, or a FunctionUrlConfig, to a function");
    }
    if (options.disable_authorizer) {
        log.warning("--disable-authorizer: every route is open, whatever the template asks for");
    }
    gateway::ServerOptions settings = server_options(options, live->application(), log);
    if (auto keys = add_token_keys(options.token_keys, settings.gateway.authorization, cancel);
        !keys) {
        return keys;
    }
    settings.gateway.stop_descriptor = cancel.descriptor();
    settings.sockets = std::move(served.sockets);
    settings.management_host = live->management_host();
    settings.allowed_hosts = options.run.allowed_hosts;
    settings.before_request = [&live] { return live->catch_up(); };
    std::shared_ptr<console::Console> page;
    if (options.console) {
        page = std::make_shared<console::Console>(
            serving::PageGuard(options.run.allowed_hosts), given.load.template_file);
        settings.gateway.recorder = page->recorder();
        settings.own_pages = {console::Console::takes, [page](const net::HttpRequest& request) {
                                  return page->handle(request);
                              }};
    }
    const auto invoke = [&live](invoke::Request request) {
        return live->invoke(std::move(request));
    };
    // Stopped before what it calls ends, whatever happens below.
    const std::unique_ptr<gateway::FunctionUrls, void (*)(gateway::FunctionUrls*)> serving_urls(
        &urls, [](gateway::FunctionUrls* served_urls) { served_urls->stop(); });
    urls.serve(std::move(served.urls), invoke, settings.gateway, settings.before_request);
    if (const auto busy = urls.error()) {
        log.warning(to_string(*busy));
    }
    TRY_ASSIGN(
        auto server, gateway::Server::start(std::move(served.apis), invoke, std::move(settings)));
    if (page) {
        page->open(console_sources(*live, server, urls));
    }
    TRY_ASSIGN(
        const auto watcher,
        live->watch(
            [&](Application& application,
                const base::Log& faults) -> base::Result<std::function<void()>> {
                return [&, fresh = read_served(application, live->faults(), options, faults)] {
                    apply(server, urls, fresh, log);
                };
            }));
    live->warm_up();
    announce(server, log);
    announce(urls, log);
    if (page) {
        log.info(fmt::format(
            "Routes, environments and the last requests are shown at {}{}",
            server.address(),
            console::Console::root));
    }
    log.info(fmt::format(
        "You can now browse to the above endpoints to invoke your functions.\n"
        "{} apply from the next request on.\n"
        " * Running on {} (Press CTRL+C to quit)",
        build_sources(live->application()).empty() ? "Edits of the code or the template"
                                                   : "Edits of code that the build only copies, "
                                                     "and what samara build makes,",
        server.address()));
    os::wait_readable(-1, cancel);
    if (page) {
        page->stop();
    }
    server.stop();
    urls.stop();
    return {};
}

} // namespace samara::app
