#include "commands.h"
#include "serve_options.h"

// samara local start-api
namespace samara::cli {

namespace {

constexpr std::string_view start_api_examples =
    "  samara local start-api\n"
    "  samara local start-api --port 8080 --warm-containers EAGER\n"
    "  samara local start-api --env-vars env.json --static-dir public\n";

} // namespace

int start_api(Console& console, const Arguments& arguments) {
    ServeArguments given;
    given.port = 3000;
    Options options(
        "samara local start-api", "Serve the APIs of a template until Ctrl-C.", start_api_examples);
    options.group("Server");
    declare_serve(options, given);
    options.text(
        "-s,--static-dir",
        given.static_dir,
        {.help = "Files served where no route is, or one that takes all paths",
         .value_name = "FOLDER"});
    options.text(
        "--ssl-cert-file",
        given.ssl_certificate,
        {.help = "Certificate for https, PEM", .value_name = "FILE"});
    options.text("--ssl-key-file", given.ssl_key, {.help = "Its key, PEM", .value_name = "FILE"});
    options.flag("--disable-authorizer", given.disable_authorizer, {.help = "Open every route"});
    options.list(
        "--allow-http-integration",
        given.http_hosts,
        {.help = "Host that HTTP integrations may ask, beside this machine", .value_name = "HOST"});
    options.choice(
        "--access-log-format",
        given.access_log_format,
        {"text", "json"},
        {.help = "Form of the access log, instead of that of the API's stage (text without one)"});
    options.flag(
        "--stage-in-path",
        given.stage_in_path,
        {.help = "Paths begin with the stage of the API, as on AWS"});
    options.port(
        "--function-url-port",
        given.function_url_port,
        {.help = "Port of the first function URL; others follow. Without it: from 3100, busy ones "
                 "left out"});
    options.flag(
        "--no-console",
        given.no_console,
        {.help = "Do not serve the page at /_samara/ that shows routes and requests"});
    options.flag(
        "--no-function-urls", given.no_function_urls, {.help = "Do not serve function URLs"});
    options.text(
        "--jwks",
        given.jwks,
        {.help = "Key set that tokens are checked against, instead of asking their issuer",
         .value_name = "FILE"});
    options.flag(
        "--local-issuer",
        given.local_issuer,
        {.help = "Accept tokens of `samara local token` from every issuer"});
    options.text(
        "--iam-credentials",
        given.iam_credentials,
        {.help = "Credentials file with the keys that may sign requests (AWS_IAM)",
         .value_name = "FILE"});
    return serve(console, options, arguments, "local start-api", given, app::start_api);
}

} // namespace samara::cli
