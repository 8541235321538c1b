#pragma once

#include "app/load/load.h"
#include "app/run/plan.h"
#include "app/run/token_keys.h"
#include "base/log.h"
#include "engine/engine.h"
#include "serving/access_log.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What start-api and start-lambda share: an application whose functions are kept ready, and that
/// is read again when its files change.
namespace samara::app {

enum class Warm : std::uint8_t { lazy, eager };

struct ServeOptions {
    LoadArguments load;
    RunOptions run;
    std::string engine = "auto";
    std::string host = "127.0.0.1";
    std::uint16_t port = 3000;
    bool serves_apis = false;    ///< start-api
    std::string ssl_certificate; ///< PEM file; empty: no TLS
    std::string ssl_key;
    std::filesystem::path static_folder; ///< start-api; empty: none
    Warm warm = Warm::lazy;
    bool watch = true;
    bool disable_authorizer = false;
    std::vector<std::string> http_hosts; ///< start-api: of HTTP integrations, small letters
    TokenKeyOptions token_keys;
    /// Form of the access log; nothing: as the stages of the APIs say, else text.
    std::optional<serving::AccessLogFormat> access_log;
    bool stage_in_path = false;          ///< start-api: paths begin with the stage
    bool console = true;                 ///< start-api: serve the page at /_samara/
    bool function_urls = true;           ///< start-api: serve them
    std::uint16_t function_url_port = 0; ///< of the first; 0: a free one
    std::size_t max_concurrency = 0;     ///< environments a function; 0: as many as pay off
    bool shared_environments = true;     ///< false: each request has its own at once
    std::chrono::milliseconds idle_timeout = std::chrono::minutes(10);
    double retry_scale = 1;             ///< of the waits before asynchronous events are tried again
    std::vector<std::string> functions; ///< start-lambda: those that are served; empty: all
    std::filesystem::path destinations = ".aws-sam/destinations"; ///< records of those events
};

/// Serve until a signal comes; everything has ended when they return.
base::Result<void>
start_api(const ServeOptions& options, engine::OutputSink output, const base::Log& log);
base::Result<void>
start_lambda(const ServeOptions& options, engine::OutputSink output, const base::Log& log);

} // namespace samara::app
