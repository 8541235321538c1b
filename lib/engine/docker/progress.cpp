#include "engine/docker/progress.h"

#include "base/strings.h"
#include "data/read.h"

#include <fmt/format.h>

namespace samara::engine::docker {

namespace {

constexpr std::size_t longest_line = 1UL << 20U;

} // namespace

void ProgressStream::operator()(std::string_view piece) {
    rest_ += piece;
    std::size_t begin = 0;
    for (std::size_t end = rest_.find('\n'); end != std::string::npos;
         end = rest_.find('\n', begin)) {
        read_line(std::string_view(rest_).substr(begin, end - begin));
        begin = end + 1;
    }
    rest_.erase(0, begin);
    if (rest_.size() > longest_line) { // no engine writes such a message
        rest_.clear();
    }
}

std::optional<std::string> ProgressStream::error() {
    read_line(std::exchange(rest_, {}));
    return error_;
}

void ProgressStream::read_line(std::string_view line) {
    line = base::trim(line);
    if (line.empty()) {
        return;
    }
    const auto message = data::read_json(line, "progress");
    if (!message) {
        return;
    }
    if (const data::Value* error = message->find("error"); error != nullptr) {
        error_ = error->text();
        return;
    }
    if (const data::Value* output = message->find("stream"); output != nullptr) {
        sink_(output->text());
        return;
    }
    const data::Value* status = message->find("status");
    // The bars of a download are for terminals that redraw them.
    if (status != nullptr && message->find("progress") == nullptr) {
        const data::Value* id = message->find("id");
        sink_(
            id != nullptr ? fmt::format("{}: {}\n", id->text(), status->text())
                          : fmt::format("{}\n", status->text()));
    }
}

} // namespace samara::engine::docker
