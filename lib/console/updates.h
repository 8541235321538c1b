#pragma once

#include "console/recording.h"
#include "console/sources.h"

#include <cstdint>
#include <string>

namespace samara::console {

/// What one viewer has seen, and what has changed since: server-sent events. Nothing is done for a
/// viewer but when it asks, so requests cost the same whoever looks.
/// html.spec.whatwg.org/multipage/server-sent-events.html
class Updates {
public:
    Updates(const Recording& recording, const Sources& sources)
        : recording_(recording), sources_(sources) {}

    /// The events since the last call; all there is at first. Empty: nothing has changed.
    std::string next();

private:
    void add_state(std::string& events, std::string_view name, std::string json, std::string& last);

    const Recording& recording_;
    const Sources& sources_;
    std::uint64_t last_id_ = 0;
    std::uint64_t cleared_ = 0;
    bool begun_ = false;
    std::string routes_;
    std::string functions_;
    std::string connections_;
};

} // namespace samara::console
