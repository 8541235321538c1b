#pragma once

#include "aws_client/error.h"
#include "data/value.h"
#include "net/http_client.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// One call of an operation, and its answer.
namespace samara::aws_client {

/// A body that is read anew for each attempt, and never in memory as a whole.
struct StreamedBody {
    std::uint64_t size = 0;
    std::string sha256; ///< hexadecimal digits, or "UNSIGNED-PAYLOAD"
    std::function<base::Result<net::BodySource>()> open;
};

struct Call {
    std::string_view service;   ///< row of schemas/aws_services.json
    std::string_view operation; ///< "DescribeStacks"
    /// Members as the API has them; blobs in base64. What a REST operation takes in its path, its
    /// query or its headers is taken out of it, the rest is the body.
    data::Map input = {};
    std::string body = {}; ///< of an operation whose body is one member
    std::optional<StreamedBody> streamed = {};
    net::HttpHeaders headers = {}; ///< beside those of the row
    /// Receives the body of a good answer instead of Reply::body.
    net::BodyReceiver sink = {};
    std::string region = {}; ///< another one than the session's
    std::chrono::seconds read_timeout{60};
    bool cleans_up = false; ///< sent although the session is cancelled
    std::uint64_t answer_limit = 64UL * 1024 * 1024;
};

struct Reply {
    int status = 0;
    net::HttpHeaders headers;
    std::string body;
    data::Value value; ///< of Query, JSON and XML answers; a map, or null where there is no body

    [[nodiscard]] std::string header(std::string_view name) const {
        const std::string* value_of_header = net::find_header(headers, name);
        return value_of_header == nullptr ? std::string() : *value_of_header;
    }
};

} // namespace samara::aws_client
