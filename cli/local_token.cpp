#include "app/run/token_keys.h"
#include "commands.h"

// samara local token
namespace samara::cli {

namespace {

constexpr std::string_view local_token_examples =
    "  TOKEN=$(samara local token \\\n"
    "      --claims '{\"iss\": \"https://issuer.example\", \"aud\": \"my-api\"}')\n"
    "  samara local start-api --local-issuer &\n"
    "  curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:3000/private\n";

} // namespace

int local_token(Console& console, const Arguments& arguments) {
    CommonOptions common;
    std::string claims = "{}";
    Options options(
        "samara local token",
        "Sign a token that start-api --local-issuer accepts.",
        local_token_examples);
    options.text(
        "--claims",
        claims,
        {.help = "The token's claims; iat and exp (an hour) are added", .value_name = "JSON"});
    options.flag("--debug", common.debug, {.help = "Report what is being done"});
    if (const auto ended = prepare(console, options, arguments, "local token", common)) {
        return *ended;
    }
    const auto token = app::local_token(claims);
    if (!token) {
        return exit_with(console, token.error());
    }
    console.out_line(*token);
    return 0;
}

} // namespace samara::cli
