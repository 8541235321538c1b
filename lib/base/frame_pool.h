#pragma once

#include <cstddef>

/// Memory for the frames of coroutines: a request has a dozen of them, of sizes that the allocator
/// is slow for.
namespace samara::base {

/// Not where a use after the end is to be seen.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool keeps_frames = false;
#elif defined(__has_feature)
inline constexpr bool keeps_frames = !__has_feature(address_sanitizer);
#else
inline constexpr bool keeps_frames = true;
#endif

/// For `size` bytes, as operator new gives it. Some frames that ended on this thread are kept for
/// the next ones of their size.
void* take_frame(std::size_t size);
void give_frame(void* frame, std::size_t size) noexcept;

} // namespace samara::base
