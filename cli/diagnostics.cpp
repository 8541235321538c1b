#include "diagnostics.h"

#include "data/value.h"
#include "data/write.h"

namespace samara::cli {

namespace {

data::Value to_json(const base::Diagnostic& diagnostic) {
    const base::Error& error = diagnostic.error;
    data::Map line;
    line.set("severity", diagnostic.severity == base::Severity::error ? "error" : "warning");
    line.set("message", error.message);
    const auto add = [&](std::string_view key, const std::string& text) {
        if (!text.empty()) {
            line.set(key, text);
        }
    };
    add("hint", error.hint);
    if (error.where.known()) {
        add("file", *error.where.file);
        line.set("line", static_cast<std::int64_t>(error.where.line));
        line.set("column", static_cast<std::int64_t>(error.where.column));
    }
    add("resource", error.resource);
    add("event", error.event);
    add("property", error.property);
    return data::Value(std::move(line));
}

} // namespace

void make_errors(base::Diagnostics& diagnostics) {
    for (base::Diagnostic& diagnostic : diagnostics) {
        diagnostic.severity = base::Severity::error;
    }
}

std::string validation_json(const std::string& file, const base::Diagnostics& diagnostics) {
    data::List found;
    for (const base::Diagnostic& diagnostic : diagnostics) {
        found.push_back(to_json(diagnostic));
    }
    return data::write_json(
        data::Value(data::Map{
            {"file", file},
            {"valid", !base::has_errors(diagnostics)},
            {"diagnostics", std::move(found)}}),
        2);
}

void print_diagnostics(Console& console, const base::Diagnostics& diagnostics, bool json) {
    if (!json) {
        console.diagnostics(diagnostics);
        return;
    }
    for (const base::Diagnostic& diagnostic : diagnostics) {
        console.err_line(data::write_json(to_json(diagnostic)));
    }
}

} // namespace samara::cli
