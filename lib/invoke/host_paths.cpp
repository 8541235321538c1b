#include "invoke/host_paths.h"

#include <cctype>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace samara::invoke {

namespace {

constexpr std::string_view task_root = "/var/task/";
constexpr std::size_t longest_line = 64UL * 1024; // of more than that the beginning is looked at

bool in_dependency(std::string_view path) {
    return path.find("node_modules/") != std::string_view::npos ||
           path.find("site-packages/") != std::string_view::npos;
}

/// The digits that `text` begins with.
std::string_view number_at(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) {
        ++end;
    }
    return text.substr(0, end);
}

struct Place {
    std::string_view path; ///< below the task root
    std::string_view line;
};

/// The place that begins right behind the task root, if it is one.
std::optional<Place> place_at(std::string_view text) {
    constexpr std::string_view python = "\", line ";
    const std::size_t end = text.find_first_of("\":\\\n");
    if (end == std::string_view::npos || end == 0) {
        return std::nullopt;
    }
    const std::string_view path = text.substr(0, end);
    std::string_view rest = text.substr(end);
    rest.remove_prefix(rest.starts_with('\\') ? 1 : 0); // within JSON
    if (rest.starts_with(python)) {
        rest.remove_prefix(python.size());
    } else if (rest.starts_with(':')) {
        rest.remove_prefix(1);
    } else {
        return std::nullopt;
    }
    const std::string_view line = number_at(rest);
    return line.empty() ? std::nullopt : std::optional(Place{path, line});
}

class Filter {
public:
    Filter(engine::OutputSink sink, std::filesystem::path code)
        : sink_(std::move(sink)), code_(std::move(code)) {}

    void pass(std::string_view bytes) {
        std::string text;
        while (!bytes.empty()) {
            const std::size_t end = bytes.find('\n');
            const std::string_view piece = bytes.substr(0, end);
            line_ += piece.substr(0, longest_line - std::min(longest_line, line_.size()));
            text += piece;
            if (end == std::string_view::npos) {
                break;
            }
            if (const auto note = note_for(line_)) {
                text += fmt::format("  ({})", *note);
            }
            text += '\n';
            line_.clear();
            bytes.remove_prefix(end + 1);
        }
        sink_(text);
    }

private:
    [[nodiscard]] std::optional<std::string> note_for(std::string_view line) const {
        for (std::size_t at = line.find(task_root); at != std::string_view::npos;
             at = line.find(task_root, at + 1)) {
            const auto place = place_at(line.substr(at + task_root.size()));
            if (!place || in_dependency(place->path)) {
                continue;
            }
            const std::filesystem::path file =
                (code_ / std::filesystem::path(place->path)).lexically_normal();
            std::error_code error;
            // What a function prints may name any path; only files of its code are shown.
            if (file.string().starts_with(code_.string() + "/") &&
                std::filesystem::is_regular_file(file, error)) {
                return fmt::format("{}:{}", file.string(), place->line);
            }
        }
        return std::nullopt;
    }

    engine::OutputSink sink_;
    std::filesystem::path code_;
    std::string line_; // what has come of the line that goes on, passed on already
};

} // namespace

engine::OutputSink with_host_paths(engine::OutputSink sink, std::filesystem::path code) {
    // std::function wants something copyable.
    auto filter = std::make_shared<Filter>(std::move(sink), code.lexically_normal());
    return [filter](std::string_view bytes) { filter->pass(bytes); };
}

} // namespace samara::invoke
