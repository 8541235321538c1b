#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <unistd.h>

// The archives of libstdc++ (std::random_device) and libarchive were made for glibc 2.36 and take
// their random numbers from its arc4random(3). These stand in for it, so that the release program
// runs where glibc is 2.35.

extern "C" void arc4random_buf(void* buffer, std::size_t size) noexcept {
    constexpr std::size_t most = 256; // at once, for getentropy(3)
    auto* bytes = static_cast<unsigned char*>(buffer);
    while (size > 0) {
        const std::size_t piece = std::min(size, most);
        if (::getentropy(bytes, piece) != 0) {
            std::abort(); // as glibc does: there is no number to go on with
        }
        bytes += piece;
        size -= piece;
    }
}

extern "C" std::uint32_t arc4random() noexcept {
    std::uint32_t number = 0;
    arc4random_buf(&number, sizeof number);
    return number;
}
