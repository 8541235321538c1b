#include "os/exec_text.h"

#include <fmt/format.h>

#include <unistd.h>

namespace samara::os {

namespace {

constexpr std::size_t shown = 40;
// With its name and the NUL behind it (MAX_ARG_STRLEN, 32 pages).
constexpr std::size_t longest_text = 131'072;

// What comes before the NUL, as far as it is worth showing.
std::string beginning(std::string_view text) {
    return std::string(text.substr(0, text.find('\0')).substr(0, shown));
}

} // namespace

base::Result<void> check_no_nul(std::string_view text, std::string_view what) {
    if (text.find('\0') == std::string_view::npos) {
        return {};
    }
    return base::fail(
        fmt::format("{} holds a NUL character, which no program can be given", what),
        "take it out");
}

base::Result<void> check_variable(std::string_view name, std::string_view value) {
    if (name.empty()) {
        return base::fail("an environment variable has an empty name", "give it a name");
    }
    if (name.find('\0') != std::string_view::npos) {
        return check_no_nul(
            name, fmt::format("the name of the environment variable '{}...'", beginning(name)));
    }
    if (name.find('=') != std::string_view::npos) {
        return base::fail(
            fmt::format("'{}' cannot be the name of an environment variable: it holds '='", name),
            "Lambda takes letters, digits and underscores");
    }
    if (name.size() + value.size() + 2 > longest_text) {
        return base::fail(
            fmt::format(
                "the environment variable '{}' has {} bytes, and no program can be given more than "
                "{} in one",
                name,
                value.size(),
                longest_text - name.size() - 2),
            "Lambda takes 4 KB for all variables of a function: put the value into a file");
    }
    return check_no_nul(value, fmt::format("the environment variable '{}'", name));
}

ArgumentList::ArgumentList(const std::vector<std::string>& arguments) {
    for (const std::string& argument : arguments) {
        add(argument);
    }
}

void ArgumentList::add(std::string_view argument, std::string_view what) {
    if (!checked_) {
        return;
    }
    checked_ = check_no_nul(
        argument,
        what.empty() ? fmt::format("the argument '{}...'", beginning(argument))
                     : std::string(what));
    if (checked_) {
        starts_.push_back(bytes_.size());
        bytes_ += argument;
        bytes_ += '\0';
    }
}

base::Result<std::string_view> ArgumentList::block() const {
    return checked_ ? base::Result<std::string_view>(bytes_) : base::fail(checked_.error());
}

base::Result<std::vector<char*>> ArgumentList::pointers() {
    if (!checked_) {
        return base::fail(checked_.error());
    }
    std::vector<char*> result;
    result.reserve(starts_.size() + 1);
    for (const std::size_t start : starts_) {
        result.push_back(bytes_.data() + start);
    }
    result.push_back(nullptr);
    return result;
}

VariableList::VariableList(const std::map<std::string, std::string>& variables) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : variables) {
        checked_ = check_variable(name, value);
        if (!checked_) {
            return;
        }
        entries_.push_back(fmt::format("{}={}", name, value));
        bytes += entries_.back().size() + 1 + sizeof(char*);
    }
    // The arguments need a little of it as well.
    const long limit = ::sysconf(_SC_ARG_MAX);
    if (limit > 0 && bytes > static_cast<std::size_t>(limit) - longest_text / 2) {
        checked_ = base::fail(
            fmt::format(
                "the environment variables have {} bytes together, and a program can be given {}",
                bytes,
                limit),
            "Lambda takes 4 KB for all variables of a function: put large values into files");
    }
}

base::Result<ArgumentList> VariableList::entries() const {
    return checked_ ? base::Result<ArgumentList>(ArgumentList(entries_))
                    : base::fail(checked_.error());
}

base::Result<std::vector<std::string>> VariableList::texts() const {
    return checked_ ? base::Result<std::vector<std::string>>(entries_)
                    : base::fail(checked_.error());
}

} // namespace samara::os
