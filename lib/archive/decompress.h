#pragma once

#include "base/error.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace samara::archive {

/// The content of a compressed text (gzip, xz, zstd ...) that is no archive. Fails when it is
/// longer than `most` bytes, or damaged.
base::Result<std::string>
decompress(std::string_view packed, std::uint64_t most = std::uint64_t{1} << 26U);

} // namespace samara::archive
