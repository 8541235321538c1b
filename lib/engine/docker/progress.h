#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace samara::engine::docker {

/// Reads what a build or pull streams: JSON objects, one a line, of which pieces need not hold a
/// whole one. The engine answers 200 and tells a failure only here.
class ProgressStream {
public:
    using Sink = std::function<void(std::string_view text)>;

    /// `sink` receives the output of a build and the status lines of a pull.
    explicit ProgressStream(Sink sink) : sink_(std::move(sink)) {}

    void operator()(std::string_view piece);

    /// What the stream told to have gone wrong. To be asked after its end.
    std::optional<std::string> error();

private:
    void read_line(std::string_view line);

    Sink sink_;
    std::string rest_;
    std::optional<std::string> error_;
};

} // namespace samara::engine::docker
