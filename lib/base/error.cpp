#include "base/error.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace samara::base {

std::string to_string(const Location& location) {
    if (!location.known()) {
        return {};
    }
    if (location.line == 0) {
        return *location.file;
    }
    return fmt::format("{}:{}:{}", *location.file, location.line, location.column);
}

namespace {

// Whether the text says the name, and not only a longer one that holds it.
bool names(std::string_view text, std::string_view name) {
    const auto is_part = [&](std::size_t at) {
        return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
    };
    for (std::size_t at = text.find(name); at != std::string_view::npos;
         at = text.find(name, at + 1)) {
        if ((at == 0 || !is_part(at - 1)) && !is_part(at + name.size())) {
            return true;
        }
    }
    return false;
}

} // namespace

std::string to_string(const Error& error) {
    std::string text = to_string(error.where);
    if (!text.empty()) {
        text += ": ";
    }
    if (!error.resource.empty() && !names(error.message, error.resource)) {
        text +=
            fmt::format("{}{}{}: ", error.resource, error.event.empty() ? "" : ".", error.event);
    }
    text += error.message;
    if (!error.hint.empty()) {
        text += "\n  ";
        text += error.hint;
    }
    return text;
}

bool has_errors(const Diagnostics& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
        return diagnostic.severity == Severity::error;
    });
}

tl::unexpected<Error> fail(std::string message, std::string hint, Location where) {
    Error error;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.where = std::move(where);
    return tl::unexpected<Error>(std::move(error));
}

tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

} // namespace samara::base
