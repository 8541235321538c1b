#include "commands.h"

#include <array>

namespace samara::cli {

std::span<const CommandRow> command_table() {
    static constexpr std::array<CommandRow, 6> table{{
        {"build", "Build the functions and layers of a template", build},
        {"local invoke", "Run a function once", local_invoke},
        {"local start-api", "Serve the APIs of a template", start_api},
        {"local start-lambda",
         "Serve the Lambda API for the functions of a template",
         start_lambda},
        {"local generate-event", "Write a sample event of an AWS service", generate_event},
        {"transform", "Show the CloudFormation that a template stands for", transform},
    }};
    return table;
}

} // namespace samara::cli
