#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace samara::lambda_api {

using EventHeader = std::pair<std::string_view, std::string_view>;

/// Appends one message of application/vnd.amazon.eventstream: lengths, headers (all of them text)
/// and payload, each guarded by a CRC-32.
/// docs.aws.amazon.com/lexv2/latest/dg/event-stream-encoding.html
void append_event(
    std::string& stream, std::initializer_list<EventHeader> headers, std::string_view payload);

} // namespace samara::lambda_api
