#include "build/zipped_size.h"

#include "os/unique_fd.h"

#include <algorithm>
#include <string>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

namespace samara::build {

namespace {

constexpr std::uint64_t sample_bytes = 16384;
constexpr std::uint64_t samples = 24;

// Deflate's tables are as large as all samples together: made once.
class Deflater {
public:
    Deflater() : ready_(::deflateInit(&stream_, Z_DEFAULT_COMPRESSION) == Z_OK) {}

    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    Deflater(Deflater&&) = delete;
    Deflater& operator=(Deflater&&) = delete;

    ~Deflater() { ::deflateEnd(&stream_); }

    /// How much smaller the bytes get; 1 where there are none or nothing can be saved.
    double ratio_of(std::string& bytes) {
        if (!ready_ || bytes.empty() || ::deflateReset(&stream_) != Z_OK) {
            return 1.0;
        }
        compressed_.resize(::deflateBound(&stream_, bytes.size()));
        // NOLINTBEGIN(*-reinterpret-cast): zlib's type
        stream_.next_in = reinterpret_cast<Bytef*>(bytes.data());
        stream_.next_out = reinterpret_cast<Bytef*>(compressed_.data());
        // NOLINTEND(*-reinterpret-cast)
        stream_.avail_in = static_cast<uInt>(bytes.size());
        stream_.avail_out = static_cast<uInt>(compressed_.size());
        return ::deflate(&stream_, Z_FINISH) == Z_STREAM_END
                   ? std::min(
                         1.0,
                         static_cast<double>(stream_.total_out) / static_cast<double>(bytes.size()))
                   : 1.0;
    }

private:
    z_stream stream_{};
    bool ready_;
    std::string compressed_;
};

std::string read_at(const std::string& path, std::uint64_t offset) {
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
    Deflater deflater;
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
        std::string bytes = read_at(file->path, std::min(inside, last));
        ratios += deflater.ratio_of(bytes);
    }
    return static_cast<std::uint64_t>(ratios / samples * static_cast<double>(total));
}

} // namespace samara::build
