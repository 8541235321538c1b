#include "invoke/environment_log.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace samara::invoke {

namespace {

/// Calls whose line may still come; more are not waited for.
constexpr std::size_t most_begun = 16;

/// A piece that ends within a line, and is of that size, has been cut: its rest follows.
constexpr std::size_t piece = 4096;
constexpr std::size_t longest_line = 1024UL * 1024;

/// The id of the call that a line starts; nothing for another line.
std::optional<std::string_view> started(std::string_view line) {
    constexpr std::string_view text = "START RequestId: ";
    constexpr std::string_view member = R"("requestId":")";
    if (line.starts_with(text)) {
        line.remove_prefix(text.size());
        return line.substr(0, line.find_first_of(" \n"));
    }
    const std::size_t at =
        line.starts_with('{') && line.find(R"("type":"platform.start")") != line.npos
            ? line.find(member)
            : line.npos;
    if (at == line.npos) {
        return std::nullopt;
    }
    line.remove_prefix(at + member.size());
    return line.substr(0, line.find('"'));
}

} // namespace

void EnvironmentLog::begin(std::shared_ptr<CallTrace> trace) {
    const std::scoped_lock lock(mutex_);
    if (!std::exchange(called_, true)) {
        current_ = trace;
        add(before_);
        std::string().swap(before_);
    }
    begun_.push_back(std::move(trace));
    if (begun_.size() > most_begun) {
        begun_.pop_front();
    }
}

void EnvironmentLog::write(std::string_view bytes) {
    std::string joined;
    {
        const std::scoped_lock lock(mutex_);
        bytes = join(bytes, joined);
        if (called_) {
            divide(bytes);
        } else {
            before_.append(
                bytes.substr(0, CallTrace::kept - std::min(CallTrace::kept, before_.size())));
        }
    }
    if (next_ && !bytes.empty()) {
        next_(bytes);
    }
}

// What a function writes by and by, a piece of a line at a time, is shown at once; what was cut on
// its way here waits for its rest.
std::string_view EnvironmentLog::join(std::string_view bytes, std::string& joined) {
    const bool cut = bytes.size() >= piece && bytes.back() != '\n';
    if (!cut && cut_.empty()) {
        return bytes;
    }
    cut_ += bytes;
    const bool waits = cut && cut_.size() < longest_line;
    joined = cut_.substr(0, waits ? cut_.rfind('\n') + 1 : cut_.size());
    cut_.erase(0, joined.size());
    return joined;
}

void EnvironmentLog::divide(std::string_view bytes) {
    std::size_t from = 0;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t newline = bytes.find('\n', at);
        const std::size_t end = newline == bytes.npos ? bytes.size() : newline + 1;
        if (const auto request_id = started(bytes.substr(at, end - at))) {
            add(bytes.substr(from, at - from));
            from = at;
            start(*request_id);
        }
        at = end;
    }
    add(bytes.substr(from));
}

// The call of that id; one that still runs, or that nobody traces, has none yet. Those before it
// have ended without a line: they did not reach the function.
void EnvironmentLog::start(std::string_view request_id) {
    auto found = std::find_if(begun_.begin(), begun_.end(), [&](const auto& trace) {
        return trace && trace->ended_as() == request_id;
    });
    if (found == begun_.end()) {
        found = std::find_if(begun_.begin(), begun_.end(), [](const auto& trace) {
            return !trace || !trace->ended_as();
        });
    }
    if (found != begun_.end()) { // else a function has written such a line
        current_ = *found;
        begun_.erase(begun_.begin(), std::next(found));
    }
}

void EnvironmentLog::add(std::string_view bytes) {
    if (current_ && !bytes.empty()) {
        current_->add_log(bytes);
    }
}

} // namespace samara::invoke
