#include "serve_options.h"

#include "log_output.h"
#include "option_rules.h"
#include "serving/page_guard.h"

#include <charconv>

#include <fmt/format.h>

namespace samara::cli {

namespace {

base::Result<double> parse_scale(const std::string& text) {
    double scale = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), scale);
    if (failure == std::errc{} && end == text.data() + text.size() && scale >= 0 && scale <= 1000) {
        return scale;
    }
    return base::fail(usage_error(
        fmt::format("--retry-scale: '{}' is not a factor", text),
        "1 waits as long as Lambda does, 0.1 a tenth of it, 0 not at all"));
}

} // namespace

void declare_serve(Options& options, ServeArguments& arguments) {
    options.text(
        "--host", arguments.host, {.help = "Address to listen on", .value_name = "ADDRESS"});
    options.port("-p,--port", arguments.port, {.help = "Port to listen on; 0 takes a free one"});
    options.choice(
        "--warm-containers",
        arguments.warm_containers,
        {"EAGER", "LAZY"},
        {.help = "EAGER starts every function at once, LAZY with its first call"});
    options.text(
        "--debug-function",
        arguments.debug_function,
        {.help = "The function that the debug options are for", .value_name = "ID"});
    options.flag(
        "--no-watch", arguments.no_watch, {.help = "Do not apply edits of code and template"});
    options.number(
        "--max-concurrency",
        arguments.max_concurrency,
        {.help = "Environments a function may have at once; further requests wait for them in "
                 "order. 0: as "
                 "many as pay off"});
    options.choice(
        "--concurrency",
        arguments.concurrency,
        {"shared", "aws"},
        {.help =
             "aws gives each request an environment of its own at once, shared lets it wait for a "
             "busy one where that is faster"});
    options.number(
        "--idle-timeout",
        arguments.idle_timeout_seconds,
        {.help = "Seconds after which an unused environment ends"});
    options.text(
        "--retry-scale",
        arguments.retry_scale,
        {.help = "Shortens the waits before an asynchronous event is tried again (1 and 2 minutes)",
         .value_name = "FACTOR"});
    options.text(
        "--destinations-dir",
        arguments.destinations_dir,
        {.help = "Where records for queues, topics and buses go, which are not run here",
         .value_name = "FOLDER"});
    declare_run(options, arguments);
    declare_common(options, arguments.common);
    options.group("Server");
}

int serve(
    Console& console,
    Options& options,
    const Arguments& arguments,
    std::string_view path,
    ServeArguments& given,
    ServeCommand command) {
    if (const auto ended = prepare(console, options, arguments, path, given.common)) {
        return *ended;
    }
    auto run = run_options(given);
    if (!run) {
        return exit_with(console, run.error());
    }
    if (given.ssl_certificate.empty() != given.ssl_key.empty()) {
        const std::string_view given_one =
            given.ssl_key.empty() ? "--ssl-cert-file" : "--ssl-key-file";
        return exit_with(
            console,
            usage_error(
                fmt::format("Missing required parameters, with {} set.", given_one),
                "https needs a certificate and its key: give both --ssl-cert-file and "
                "--ssl-key-file, or none"));
    }
    for (const auto& [option, file] :
         {std::pair("--ssl-cert-file", &given.ssl_certificate),
          std::pair("--ssl-key-file", &given.ssl_key)}) {
        if (const auto there = check_file(option, *file); !there) {
            return exit_with(console, there.error());
        }
    }
    const auto retry_scale = parse_scale(given.retry_scale);
    if (!retry_scale) {
        return exit_with(console, retry_scale.error());
    }
    auto http_hosts = serving::read_host_names(given.http_hosts, "--allow-http-integration");
    if (!http_hosts) {
        return exit_with(console, http_hosts.error());
    }
    auto output = open_log_output(console, given.log_file);
    if (!output) {
        return exit_with(console, output.error());
    }
    app::ServeOptions serve;
    serve.load = load_arguments(given.common);
    serve.run = std::move(*run);
    serve.run.debug_function = given.debug_function;
    serve.engine = given.engine;
    serve.host = given.host;
    serve.port = given.port;
    serve.ssl_certificate = given.ssl_certificate;
    serve.ssl_key = given.ssl_key;
    serve.static_folder = given.static_dir;
    serve.warm = given.warm_containers == "EAGER" ? app::Warm::eager : app::Warm::lazy;
    serve.watch = !given.no_watch;
    serve.disable_authorizer = given.disable_authorizer;
    serve.http_hosts = std::move(*http_hosts);
    serve.token_keys = {given.jwks, given.iam_credentials, given.local_issuer};
    if (!given.access_log_format.empty()) {
        serve.access_log = given.access_log_format == "json" ? serving::AccessLogFormat::json
                                                             : serving::AccessLogFormat::text;
    }
    serve.stage_in_path = given.stage_in_path;
    serve.console = !given.no_console;
    serve.function_urls = !given.no_function_urls;
    serve.function_url_port = given.function_url_port;
    serve.max_concurrency = given.max_concurrency;
    serve.shared_environments = given.concurrency != "aws";
    serve.idle_timeout = std::chrono::seconds(given.idle_timeout_seconds);
    serve.retry_scale = *retry_scale;
    serve.destinations = given.destinations_dir;
    serve.functions = given.functions;
    const auto served = command(serve, std::move(*output), console.log());
    // Ctrl-C is how a server ends, also while it starts.
    return served ? 0 : exit_with(console, served.error());
}

} // namespace samara::cli
