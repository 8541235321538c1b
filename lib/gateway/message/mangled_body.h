#pragma once

#include "gateway/route/call.h"

#include <mutex>
#include <set>
#include <string>

namespace samara::gateway {

/// Tells, once an API, of a body that reaches its function as text although it is none, as behind a
/// REST API whose BinaryMediaTypes do not name it. Thread-safe.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
class MangledBodies {
public:
    /// The warning; empty when there is nothing to say, or it has been said.
    std::string warning(const Call& call);

private:
    std::mutex mutex_;
    std::set<std::string, std::less<>> reported_; // APIs by id
};

} // namespace samara::gateway
