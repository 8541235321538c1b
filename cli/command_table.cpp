#include "commands.h"

#include <array>

namespace samara::cli {

std::span<const CommandRow> command_table() {
    static constexpr std::array<CommandRow, 20> table{{
        {"build", "Build the functions and layers of a template", build},
        {"complete", "", complete},
        {"delete", "Delete a stack and what was uploaded for it", delete_stack},
        {"deploy", "Deploy an application to AWS", deploy},
        {"docs", "Show the manual page of a command", docs},
        {"doctor", "Report what can run here, and what is missing", doctor},
        {"init", "Begin a new application", init},
        {"list endpoints",
         "List where the functions and APIs of a stack are called",
         list_endpoints},
        {"list resources", "List the resources of a stack", list_resources},
        {"list stack-outputs", "List the outputs of a stack", list_stack_outputs},
        {"local invoke", "Run a function once", local_invoke},
        {"local start-api", "Serve the APIs of a template", start_api},
        {"local start-lambda",
         "Serve the Lambda API for the functions of a template",
         start_lambda},
        {"local generate-event", "Write a sample event of an AWS service", generate_event},
        {"local sdk", "Fetch the AWS SDK of Lambda's Node.js, for the sandbox", local_sdk},
        {"local token", "Sign a token for an API that is served here", local_token},
        {"logs", "Show the logs of a deployed application", logs},
        {"package", "Upload the artifacts of an application", package},
        {"transform", "Show the CloudFormation that a template stands for", transform},
        {"validate", "Check a template", validate},
    }};
    return table;
}

} // namespace samara::cli
