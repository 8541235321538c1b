#include "archive/sniff.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>

namespace samara::archive {
namespace {

constexpr std::size_t block = 512;
constexpr std::size_t magic_at = 257; // of a tar header

using namespace std::string_view_literals;

// gzip, bzip2, xz, Zstandard
constexpr std::array compressed{
    "\x1f\x8b"sv,
    "BZh"sv,
    "\xfd"
    "7zXZ"sv,
    "\x28\xb5\x2f\xfd"sv};

} // namespace

bool is_tar(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
        return false;
    }
    std::string head(block, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    const std::string_view bytes = head;
    return (bytes.size() == block && bytes.substr(magic_at, 5) == "ustar") ||
           std::any_of(compressed.begin(), compressed.end(), [&](std::string_view magic) {
               return bytes.starts_with(magic);
           });
}

} // namespace samara::archive
