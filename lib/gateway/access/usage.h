#pragma once

#include "gateway/message/gateway_response.h"
#include "gateway/route/call.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace samara::gateway {

/// Counts what clients ask for against the limits of stages and usage plans. Outlives reloads:
/// counts go by the names of what is limited. Thread-safe.
class Usage {
public:
    /// Why the request is one too many; nothing when it may go on, and is then counted.
    std::optional<Refusal> refusal(const Call& call);

private:
    /// How many tokens there were, and when.
    struct Bucket {
        double tokens = 0;
        std::chrono::system_clock::time_point at;
    };

    struct Count {
        std::int64_t period = 0;
        std::int64_t used = 0;
        bool first = true; ///< of its periods: the quota's offset counts
    };

    bool take(const std::string& name, const Throttle& throttle, const Call& call);
    bool count(const std::string& name, const Quota& quota, const Call& call);

    std::mutex mutex_;
    std::map<std::string, Bucket, std::less<>> buckets_;
    std::map<std::string, Count, std::less<>> counts_;
};

} // namespace samara::gateway
