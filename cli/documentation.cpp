#include "documentation.h"

#include "base/strings.h"
#include "data/embedded_table.h"
#include "os/environment.h"
#include "os/process.h"
#include "samara_cli_files.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace samara::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view guide =
    "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/";

const data::Map& rows() {
    static const data::Value table =
        data::embedded_table(embedded("commands.json"), "commands.json");
    return *table.as_map();
}

// Quoted for a shell when it has to be.
std::string shell_word(std::string_view word) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_-./:=,@%+";
    if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) {
        return std::string(word);
    }
    return fmt::format("'{}'", base::replace_all(word, "'", R"('\'')"));
}

// A program called sam that is not this one under another name.
std::optional<fs::path> another_sam() {
    std::error_code failed;
    const fs::path own = fs::canonical("/proc/self/exe", failed);
    const std::string path = os::variable("PATH").value_or("");
    for (const std::string_view folder : base::split(path, ':')) {
        auto found = os::find_program("sam", folder);
        if (found && fs::canonical(*found, failed) != own && !failed) {
            return found;
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> documentation_page(std::string_view command) {
    const data::Value* row = rows().find(command);
    const data::Value* page = row == nullptr ? nullptr : row->find("page");
    return page == nullptr ? std::nullopt : std::optional(fmt::format("{}{}", guide, page->text()));
}

std::vector<std::string_view> documented_commands() {
    std::vector<std::string_view> names;
    for (const data::Entry& row : rows()) {
        if (!row.key.empty()) {
            names.emplace_back(row.key);
        }
    }
    return names;
}

std::optional<base::Error> missing_command(const Arguments& arguments) {
    std::string command;
    std::string words;
    for (const std::string& argument : arguments) {
        words += words.empty() ? argument : " " + argument;
        const data::Value* row = rows().find(words);
        if (row == nullptr) {
            break;
        }
        command = row->find("about") != nullptr ? words : std::string();
    }
    if (command.empty()) {
        return std::nullopt;
    }
    base::Error error;
    error.message = fmt::format("samara has no command '{}' yet", command);
    const auto sam = another_sam();
    if (!sam) {
        error.hint =
            fmt::format("the AWS SAM CLI has it: {}", documentation_page(command).value_or(""));
        return error;
    }
    std::string line = sam->string();
    for (const std::string& argument : arguments) {
        line += " " + shell_word(argument);
    }
    error.hint = fmt::format("the AWS SAM CLI on the PATH has it: {}", line);
    return error;
}

} // namespace samara::cli
