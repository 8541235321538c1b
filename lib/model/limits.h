#pragma once

#include <cstdint>

namespace samara::model {

/// Lambda's quotas of what a function is made of.
/// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
struct Limits {
    std::uint32_t timeout_seconds = 0;
    std::uint32_t least_timeout_seconds = 0;
    std::uint32_t memory_mb = 0;
    std::uint32_t least_memory_mb = 0;
    std::uint32_t storage_mb = 0; ///< EphemeralStorage
    std::uint32_t least_storage_mb = 0;
    std::uint64_t environment_bytes = 0; ///< of its variables, names and values, as JSON
    std::uint64_t layers = 0;            ///< of one function
    std::uint64_t unzipped_bytes = 0;    ///< of a function's code and all of its layers
    std::uint64_t zipped_bytes = 0;      ///< of an archive that is uploaded without S3
};

/// As schemas/limits.json has them.
const Limits& limits();

} // namespace samara::model
