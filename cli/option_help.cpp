#include "option_help.h"

#include "base/strings.h"
#include "data/write.h"
#include "terminal.h"

#include <algorithm>

#include <fmt/format.h>

#include <unistd.h>

namespace samara::cli {

namespace {

constexpr std::size_t usual_width = 80;
constexpr std::size_t least_width = 40;
constexpr std::size_t indent = 2;

// What has longer names has its text below.
constexpr std::size_t names_width(std::size_t width) {
    constexpr std::size_t wide = 28;
    constexpr std::size_t narrow = 14;
    constexpr std::size_t enough = 70;
    return width >= enough ? wide : narrow;
}

// "-t, --template, --template-file FILE"
std::string heading_of(const OptionRow& row) {
    std::string text = base::join(row.names, ", ");
    if (!row.choices.empty()) {
        text += fmt::format(" [{}]", base::join(row.choices, "|"));
    } else if (!row.value.empty()) {
        text += fmt::format(" {}", row.value);
    }
    return row.several ? text + " ..." : text;
}

std::string text_of(const OptionRow& row) {
    std::string text = row.help;
    if (!row.fallback.empty() && row.fallback != "0") {
        text += fmt::format(" [default: {}]", row.fallback);
    }
    if (!row.environment.empty()) {
        text += fmt::format(" [env: {}]", row.environment);
    }
    return text;
}

std::string two_columns(const std::string& heading, const std::string& text, std::size_t width) {
    const std::size_t column = names_width(width);
    const std::string margin(indent + column, ' ');
    std::string below = wrapped(text, margin, width);
    if (heading.size() + 2 > column) {
        return wrapped(heading, std::string(indent, ' '), width) + below;
    }
    below.erase(0, std::min(below.size(), margin.size()));
    return fmt::format(
        "{}{:<{}}{}", std::string(indent, ' '), heading, column, below.empty() ? "\n" : below);
}

// The headings in the order of their first option; options without one come last.
std::vector<std::string> groups_of(const std::vector<OptionRow>& rows) {
    std::vector<std::string> groups;
    for (const OptionRow& row : rows) {
        if (!row.ignored && !row.group.empty() &&
            std::find(groups.begin(), groups.end(), row.group) == groups.end()) {
            groups.push_back(row.group);
        }
    }
    return groups;
}

std::string usage_line(const HelpText& help) {
    std::string line = fmt::format("Usage: {} [OPTIONS]", help.usage_name);
    for (const OptionRow& row : help.rows) {
        if (row.argument) {
            line += fmt::format(" [{}{}]", row.names.front(), row.several ? "..." : "");
        }
    }
    return line + "\n";
}

} // namespace

std::string wrapped(std::string_view text, std::string_view indent_text, std::size_t width) {
    std::string result;
    std::string line;
    for (const std::string_view word : base::split(text, ' ')) {
        if (!line.empty() && indent_text.size() + line.size() + 1 + word.size() > width) {
            result += fmt::format("{}{}\n", indent_text, line);
            line.clear();
        }
        line += fmt::format("{}{}", line.empty() ? "" : " ", word);
    }
    return line.empty() ? result : result + fmt::format("{}{}\n", indent_text, line);
}

std::string help_text(const HelpText& help, std::size_t width) {
    std::string text = wrapped(help.summary, "", width) + "\n" + usage_line(help);
    if (!help.examples.empty()) {
        text += fmt::format(
            "\nExamples:\n{}{}", help.examples, help.examples.ends_with('\n') ? "" : "\n");
    }
    for (const std::string& group : groups_of(help.rows)) {
        text += fmt::format("\n{}:\n", group);
        for (const OptionRow& row : help.rows) {
            if (row.group == group && !row.ignored) {
                text += two_columns(heading_of(row), text_of(row), width);
            }
        }
    }
    text += "\nOptions:\n";
    for (const OptionRow& row : help.rows) {
        if (row.group.empty() && !row.ignored) {
            text += two_columns(heading_of(row), text_of(row), width);
        }
    }
    return text + two_columns("-h, --help", "Show this help and exit", width);
}

std::string help_json(const HelpText& help) {
    const auto texts = [](const std::vector<std::string>& from) {
        data::List list;
        for (const std::string& text : from) {
            list.emplace_back(text);
        }
        return list;
    };
    data::List rows;
    for (const OptionRow& row : help.rows) {
        rows.emplace_back(data::Map{
            {"names", texts(row.names)},
            {"value", row.value},
            {"choices", texts(row.choices)},
            {"help", row.help},
            {"environment", row.environment},
            {"default", row.fallback == "0" ? std::string() : row.fallback},
            {"group", row.group},
            {"several", row.several},
            {"argument", row.argument},
            {"ignored", row.ignored}});
    }
    return data::write_json(data::Value(data::Map{
               {"command", help.usage_name},
               {"summary", help.summary},
               {"examples", help.examples},
               {"options", std::move(rows)}})) +
           "\n";
}

std::size_t help_width() {
    return std::clamp(
        terminal_width(STDOUT_FILENO).value_or(usual_width), least_width, usual_width);
}

} // namespace samara::cli
