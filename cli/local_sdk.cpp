#include "app/node_sdk.h"
#include "commands.h"

#include <fmt/format.h>

// samara local sdk
namespace samara::cli {

namespace {

constexpr std::string_view local_sdk_examples = "  samara local sdk\n"
                                                "  samara local sdk client-polly client-textract\n";

} // namespace

int local_sdk(Console& console, const Arguments& arguments) {
    CommonOptions common;
    std::vector<std::string> packages;
    Options options(
        "samara local sdk",
        "Fetch the AWS SDK for JavaScript, which Lambda's Node.js has, for functions in the "
        "sandbox.",
        local_sdk_examples);
    options.positional_list("PACKAGE", packages, "Packages beside the usual ones: client-polly");
    options.flag("--debug", common.debug, {.help = "Report what is being done"});
    if (const auto ended = prepare(console, options, arguments, "local sdk", common)) {
        return *ended;
    }
    const auto folder = app::fetch_node_sdk(packages, console.log());
    if (!folder) {
        return exit_with(console, folder.error());
    }
    console.out_line(folder->string());
    return 0;
}

} // namespace samara::cli
