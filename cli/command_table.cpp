#include "commands.h"

#include <array>

namespace samara::cli {

std::span<const CommandRow> command_table() {
    static constexpr std::array<CommandRow, 2> table{{
        {"local generate-event", "Write a sample event of an AWS service", generate_event},
        {"transform", "Show the CloudFormation that a template stands for", transform},
    }};
    return table;
}

} // namespace samara::cli
