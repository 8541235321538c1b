#include "build/zipped_size.h"

#include "os/unique_fd.h"

#include <algorithm>
#include <string>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

namespace samara::build {

namespace {

constexpr std::uint64_t sample_bytes = 32768; // as far as deflate looks back
constexpr std::uint64_t samples = 32;

// 1 where nothing can be read or nothing can be saved.
double ratio_of(const std::string& bytes) {
    uLongf size = ::compressBound(bytes.size());
    std::string compressed(size, '\0');
    const int status = ::compress2(
        reinterpret_cast<Bytef*>(compressed.data()), // NOLINT(*-reinterpret-cast): zlib's type
        &size,
        reinterpret_cast<const Bytef*>(bytes.data()), // NOLINT(*-reinterpret-cast)
        bytes.size(),
        Z_DEFAULT_COMPRESSION);
    return status == Z_OK && !bytes.empty()
               ? std::min(1.0, static_cast<double>(size) / static_cast<double>(bytes.size()))
               : 1.0;
}

std::string read_at(const std::filesystem::path& path, std::uint64_t offset) {
    const os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string bytes(sample_bytes, '\0');
    const ssize_t count =
        file.valid() ? ::pread(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset))
                     : -1;
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
}

} // namespace

std::uint64_t zipped_size(const std::vector<FileSize>& files) {
    std::uint64_t total = 0;
    for (const FileSize& file : files) {
        total += file.bytes;
    }
    // As if all files were one: a sample in the middle of each of as many equal stretches.
    double ratios = 0;
    std::uint64_t before = 0;
    auto file = files.begin();
    for (std::uint64_t i = 0; i < samples && total > 0; ++i) {
        const std::uint64_t at = total / samples * i + total / samples / 2;
        while (file->bytes <= at - before) {
            before += file->bytes;
            ++file;
        }
        const std::uint64_t inside = at - before;
        const std::uint64_t last = file->bytes > sample_bytes ? file->bytes - sample_bytes : 0;
        ratios += ratio_of(read_at(file->path, std::min(inside, last)));
    }
    return static_cast<std::uint64_t>(ratios / samples * static_cast<double>(total));
}

} // namespace samara::build
