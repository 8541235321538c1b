#include "invoke/environment_log.h"

#include <algorithm>
#include <utility>

namespace samara::invoke {

namespace {

bool starts_a_call(std::string_view line) {
    return line.starts_with("START RequestId: ") ||
           (line.starts_with('{') && line.find(R"("type":"platform.start")") != line.npos);
}

} // namespace

void EnvironmentLog::begin(std::shared_ptr<CallTrace> trace) {
    const std::scoped_lock lock(mutex_);
    if (awaits_line_) { // the call before has ended without one
        has_lines_ = false;
    }
    next_call_ = std::move(trace);
    awaits_line_ = has_lines_;
    if (!has_lines_) {
        current_ = std::exchange(next_call_, nullptr);
    } else if (!called_) {
        current_ = next_call_;
        add(before_);
    }
    called_ = true;
    std::string().swap(before_);
}

void EnvironmentLog::write(std::string_view bytes) {
    {
        const std::scoped_lock lock(mutex_);
        if (!called_) {
            before_.append(
                bytes.substr(0, CallTrace::kept - std::min(CallTrace::kept, before_.size())));
        } else if (current_ || next_call_) {
            divide(bytes);
        }
    }
    if (next_) {
        next_(bytes);
    }
}

// The emulator writes a line of its own at once, so a piece has all of it; one that is cut by
// chance costs that call its division only.
void EnvironmentLog::divide(std::string_view bytes) {
    std::size_t from = 0;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t newline = bytes.find('\n', at);
        const std::size_t end = newline == bytes.npos ? bytes.size() : newline + 1;
        if ((awaits_line_ || !has_lines_) && starts_a_call(bytes.substr(at, end - at))) {
            has_lines_ = true;
            if (std::exchange(awaits_line_, false)) {
                add(bytes.substr(from, at - from));
                from = at;
                current_ = std::exchange(next_call_, nullptr);
            }
        }
        at = end;
    }
    add(bytes.substr(from));
}

void EnvironmentLog::add(std::string_view bytes) {
    if (current_ && !bytes.empty()) {
        current_->add_log(bytes);
    }
}

} // namespace samara::invoke
