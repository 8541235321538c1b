#pragma once

#include "net/http_message.h"

#include <ctime>
#include <string>

namespace samara::gateway {

/// A file's content as a client may have it already, or wants a part of it.
struct Representation {
    std::string media_type;
    std::string bytes;
    std::string etag; ///< with its quotes
    std::time_t modified = 0;
};

/// Answers a GET or HEAD: 304 for what the client has (If-None-Match, else If-Modified-Since), 206
/// for one range of bytes, 416 for one outside, else all of it (RFC 9110 sections 13 and 14).
net::HttpResponse respond(const net::HttpRequest& request, Representation representation);

} // namespace samara::gateway
