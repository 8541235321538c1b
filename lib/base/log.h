#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace samara::base {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// Where library code sends what it has to tell while it works. Made by the program, handed down,
/// copied freely. A default-made Log drops everything. Lines carry no trailing newline; the sink
/// may be called from several threads and must cope.
class Log {
public:
    using Sink = std::function<void(LogLevel, std::string_view line)>;

    Log() = default;
    explicit Log(Sink sink);

    void debug(std::string_view line) const { write(LogLevel::debug, line); }

    void info(std::string_view line) const { write(LogLevel::info, line); }

    void warning(std::string_view line) const { write(LogLevel::warning, line); }

    void error(std::string_view line) const { write(LogLevel::error, line); }

private:
    void write(LogLevel level, std::string_view line) const;

    Sink sink_;
};

} // namespace samara::base
