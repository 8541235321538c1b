#include "commands.h"
#include "serve_options.h"

// samara local start-lambda
namespace samara::cli {

namespace {

constexpr std::string_view start_lambda_examples =
    "  samara local start-lambda\n"
    "  aws lambda invoke --endpoint-url http://127.0.0.1:3001 \\\n"
    "      --function-name HelloFunction out.json\n";

} // namespace

int start_lambda(Console& console, const Arguments& arguments) {
    ServeArguments given;
    given.port = 3001;
    Options options(
        "samara local start-lambda",
        "Serve the Lambda Invoke API for the functions of a template until Ctrl-C.",
        start_lambda_examples);
    options.positional_list(
        "FUNCTION_LOGICAL_ID", given.functions, "Serve only these functions; default: all");
    options.group("Server");
    declare_serve(options, given);
    return serve(console, options, arguments, "local start-lambda", given, app::start_lambda);
}

} // namespace samara::cli
