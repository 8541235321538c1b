#include "data/read_context.h"

#include "base/strings.h"
#include "data/read.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::data {

base::Location Places::of(std::string_view text, std::size_t offset) const {
    const std::string_view before = text.substr(0, offset);
    const std::size_t line_start = before.rfind('\n') + 1; // npos + 1 is 0
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    return at(line, before.size() - line_start + 1);
}

base::Result<void> require_text(std::string_view text, const Places& places) {
    std::size_t bad = 0;
    if (!base::is_utf8(text, &bad)) {
        return base::fail(
            fmt::format("byte 0x{:02X} is not valid UTF-8", static_cast<unsigned char>(text[bad])),
            "save the file as UTF-8",
            places.of(text, bad));
    }
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        return base::fail(
            "the text has a NUL byte",
            "remove it; in quotes a NUL is written \"\\u0000\"",
            places.of(text, nul));
    }
    return {};
}

std::optional<base::Error> duplicate_key(
    const std::string& key,
    const base::Location& again,
    const base::Location& first,
    base::Diagnostics* warnings) {
    base::Error error;
    error.message = fmt::format("key '{}' occurs twice in this map", key);
    error.hint = fmt::format("the first is at {}; remove or rename one of them", to_string(first));
    error.where = again;
    if (warnings == nullptr) {
        return error;
    }
    error.message += "; this one counts";
    warnings->push_back({base::Severity::warning, std::move(error)});
    return std::nullopt;
}

base::Result<Value>
read_document(std::string_view text, std::string_view file, base::Diagnostics* warnings) {
    return file.ends_with(".json") ? read_json(text, file, {}, warnings)
                                   : read_yaml(text, file, {}, warnings);
}

} // namespace samara::data
