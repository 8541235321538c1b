#include "invoke/call_trace.h"

#include <algorithm>

namespace samara::invoke {

KeptText keep(std::string_view text) {
    return {std::string(text.substr(0, CallTrace::kept)), text.size()};
}

void KeptText::add(std::string_view more) {
    size += more.size();
    text.append(more.substr(0, CallTrace::kept - std::min(CallTrace::kept, text.size())));
}

CallTrace::CallTrace(const Request& request) {
    view_.function = request.function;
    view_.event = keep(request.payload);
}

void CallTrace::add_log(std::string_view bytes) {
    const std::scoped_lock lock(mutex_);
    view_.log.add(bytes);
}

void CallTrace::end(const Times& times, const base::Result<Response>& result) {
    const std::scoped_lock lock(mutex_);
    view_.times = times;
    view_.ended = true;
    if (!result) {
        view_.failure = base::to_string(result.error());
        return;
    }
    view_.result = keep(result->payload);
    view_.function_error = result->function_error;
    view_.request_id = result->request_id;
}

CallTrace::View CallTrace::view() const {
    const std::scoped_lock lock(mutex_);
    return view_;
}

std::optional<std::string> CallTrace::ended_as() const {
    const std::scoped_lock lock(mutex_);
    return view_.ended ? std::optional(view_.request_id) : std::nullopt;
}

std::string CallTrace::function() const {
    const std::scoped_lock lock(mutex_);
    return view_.function;
}

bool CallTrace::cold() const {
    const std::scoped_lock lock(mutex_);
    return view_.times.cold;
}

bool CallTrace::failed() const {
    const std::scoped_lock lock(mutex_);
    return !view_.failure.empty() || !view_.function_error.empty();
}

std::size_t CallTrace::size() const {
    const std::scoped_lock lock(mutex_);
    return view_.event.text.size() + view_.result.text.size() + view_.log.text.size();
}

} // namespace samara::invoke
