#pragma once

#include "base/error.h"
#include "net/http_client.h"
#include "os/cancellation.h"

#include <cstdint>
#include <string>

namespace samara::aws_client {

/// What an URL (signed by whoever gave it) leads to, into `sink` as it comes. Fails on more than
/// `most_bytes`.
base::Result<void> download(
    const std::string& url,
    std::uint64_t most_bytes,
    const net::BodyReceiver& sink,
    const os::Cancellation& cancel);

} // namespace samara::aws_client
