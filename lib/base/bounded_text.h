#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace samara::base {

/// Output that is kept until it can be shown, up to `limit` bytes: of what comes beyond them, one
/// line tells that it is missing.
template <std::size_t limit>
class BoundedText {
public:
    BoundedText& operator+=(std::string_view more) {
        const std::size_t room = limit - std::min(limit, text_.size());
        text_ += more.substr(0, room);
        if (more.size() > room && !full_) {
            full_ = true;
            text_ += "\n(more was written here than is kept)\n";
        }
        return *this;
    }

    [[nodiscard]] bool empty() const { return text_.empty(); }

    // NOLINTNEXTLINE(google-explicit-constructor): it is read as the text it is
    operator std::string_view() const { return text_; }

private:
    std::string text_;
    bool full_ = false;
};

} // namespace samara::base
