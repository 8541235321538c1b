#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace samara::gateway {

/// What the access log says of one request.
struct AccessRecord {
    std::chrono::system_clock::time_point time;
    std::string method;
    std::string path;
    int status = 0;
    std::chrono::microseconds duration{0};
    std::string function; ///< logical id; empty when none was called
    bool cold = false;    ///< an environment was started for it
    std::string error;    ///< what the client is not told; may be empty
};

enum class AccessLogFormat : std::uint8_t { text, json };

/// One line without line end. Text: "GET /upload/url 200 3.1 ms VideoUploader warm".
std::string to_string(const AccessRecord& record, AccessLogFormat format);

} // namespace samara::gateway
