#pragma once

#include "base/error.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What crosses execve(2), a file of arguments or an engine's API: the other side ends a text at
/// its first NUL, or takes what follows for another argument. These types cannot hold such a text;
/// they remember the first that was refused, and give nothing then.
namespace samara::os {

/// Fails where `text` holds a NUL; `what` names it in the message ("the argument of --bind").
base::Result<void> check_no_nul(std::string_view text, std::string_view what);

/// Fails for what no environment block can hold: a name that is empty or holds "=" or NUL, a value
/// that holds NUL or is longer than execve(2) takes.
/// https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap08.html
base::Result<void> check_variable(std::string_view name, std::string_view value);

/// Arguments in their order.
class ArgumentList {
public:
    ArgumentList() = default;
    explicit ArgumentList(const std::vector<std::string>& arguments);

    /// `what` names it when it is refused; by default its own beginning does.
    void add(std::string_view argument, std::string_view what = {});

    /// What was refused, if anything.
    [[nodiscard]] const base::Result<void>& checked() const { return checked_; }

    /// One after the other, each ended by a NUL, as /proc/<pid>/cmdline has them.
    [[nodiscard]] base::Result<std::string_view> block() const;

    /// For execve(2): ends with a null pointer and lives as long as this object does, unchanged.
    [[nodiscard]] base::Result<std::vector<char*>> pointers();

private:
    std::string bytes_;
    std::vector<std::size_t> starts_;
    base::Result<void> checked_;
};

/// Environment variables in the order of their names.
class VariableList {
public:
    VariableList() = default;
    explicit VariableList(const std::map<std::string, std::string>& variables);

    /// "NAME=value" each. Fails where one was refused, with its name.
    [[nodiscard]] base::Result<ArgumentList> entries() const;

    /// The same as texts.
    [[nodiscard]] base::Result<std::vector<std::string>> texts() const;

    [[nodiscard]] const base::Result<void>& checked() const { return checked_; }

private:
    std::vector<std::string> entries_;
    base::Result<void> checked_;
};

} // namespace samara::os
