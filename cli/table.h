#pragma once

#include "console.h"

#include <string>
#include <string_view>
#include <vector>

/// Tables of results, as wide as the terminal, in columns of one width.
namespace samara::cli {

class Table {
public:
    /// Writes the title, bold, and the names of the columns between lines.
    Table(Console& console, std::string_view title, std::vector<std::string> columns);
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    Table(Table&&) = delete;
    Table& operator=(Table&&) = delete;

    /// Cells that are too long take several lines.
    void row(const std::vector<std::string>& cells, Colour colour);

    /// Characters of a line.
    [[nodiscard]] std::size_t width() const { return usable_; }

    /// The line at the end.
    void end();

private:
    [[nodiscard]] std::string line(const std::vector<std::string>& cells) const;
    [[nodiscard]] std::string rule() const;

    Console& console_;
    std::size_t columns_;
    std::size_t usable_; ///< characters of a line
};

/// The text in lines of at most `width` characters, broken at blanks and after hyphens between
/// letters, longer words anywhere; as Python's textwrap does.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

} // namespace samara::cli
