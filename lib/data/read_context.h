#pragma once

#include "base/error.h"

#include <memory>
#include <optional>
#include <string>

/// What the YAML and the JSON reader share: naming places of one text. Private to data/.
namespace samara::data {

/// Names places in one text.
class Places {
public:
    explicit Places(std::string_view file) : file_(std::make_shared<const std::string>(file)) {}

    /// `line` and `column` count from 1.
    [[nodiscard]] base::Location at(std::size_t line, std::size_t column) const {
        return {file_, static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(column)};
    }

    /// The place of byte `offset` of `text`. Linear: for errors only.
    [[nodiscard]] base::Location of(std::string_view text, std::size_t offset) const;

private:
    std::shared_ptr<const std::string> file_;
};

/// Fails with the first byte that is not UTF-8, or NUL, which neither YAML nor JSON has (and which
/// their parsers take for the end).
base::Result<void> require_text(std::string_view text, const Places& places);

/// The error "key 'X' occurs twice in this map; first at file:line:col"; nothing, and a warning of
/// that in `warnings`, when there are some.
std::optional<base::Error> duplicate_key(
    const std::string& key,
    const base::Location& again,
    const base::Location& first,
    base::Diagnostics* warnings);

} // namespace samara::data
