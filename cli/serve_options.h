#pragma once

#include "app/run/serve.h"
#include "command.h"
#include "run_options.h"

#include <string>

namespace samara::cli {

/// What start-api and start-lambda take.
struct ServeArguments : RunArguments {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::string warm_containers = "LAZY";
    std::string debug_function;
    bool no_watch = false;
    std::uint32_t max_concurrency = 0;
    std::string concurrency = "shared";
    std::uint32_t idle_timeout_seconds = 600;
    std::string retry_scale = "1";
    std::vector<std::string> functions; ///< start-lambda
    std::string destinations_dir = ".aws-sam/destinations";
    // start-api alone
    std::string static_dir = "public";
    std::string ssl_certificate;
    std::string ssl_key;
    bool disable_authorizer = false;
    std::vector<std::string> http_hosts;
    std::string access_log_format;
    bool stage_in_path = false;
    bool no_console = false;
    bool no_function_urls = false;
    std::uint16_t function_url_port = 0;
    std::string jwks;
    std::string iam_credentials;
    bool local_issuer = false;
};

void declare_serve(Options& options, ServeArguments& arguments);

using ServeCommand = base::Result<void> (*)(
    const app::ServeOptions& options, engine::OutputSink output, const base::Log& log);

/// Parses the arguments and serves until a signal; the exit code.
int serve(
    Console& console,
    Options& options,
    const Arguments& arguments,
    std::string_view path,
    ServeArguments& given,
    ServeCommand command);

} // namespace samara::cli
