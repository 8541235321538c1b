#include "archive/zip_writer.h"

#include "base/try.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <libdeflate.h>
#include <zlib.h>

namespace samara::archive {

namespace {

// Files up to that size are compressed in one piece, which is many times faster than a stream.
constexpr std::uint64_t whole_size = std::uint64_t{4} << 20U;
constexpr std::size_t piece_size = std::size_t{1} << 18U;
// Of libdeflate: a tenth larger at most than zlib's usual level, in a fifth of its time or less.
constexpr int whole_level = 1;
constexpr int stream_level = 3;
// What gets smaller by less than this is an image, an archive, a font: the beginning shows it.
constexpr std::size_t sample_size = std::size_t{16} << 10U;
constexpr std::size_t worth_sampling = 16 * sample_size; // less is compressed as fast as looked at
constexpr std::size_t worth_it = 3;                      // per cent

constexpr std::uint16_t stored = 0;
constexpr std::uint16_t deflated = 8;
constexpr std::uint16_t dos_date = (1U << 5U) | 1U; // 1980-01-01
constexpr std::uint32_t largest = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint16_t most_entries = std::numeric_limits<std::uint16_t>::max();

struct Written {
    std::uint32_t crc = 0;
    std::uint64_t packed = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0; ///< of its header
    std::uint16_t method = stored;
};

void put(std::string& out, std::uint64_t number, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
        out += static_cast<char>(number >> (8 * i));
    }
}

bool is_ascii(std::string_view name) {
    return std::all_of(
        name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// What a file's header and its row in the directory have in common.
void put_common(std::string& out, const ZipEntry& entry, const Written& written) {
    constexpr std::uint16_t utf8_name = 1U << 11U;
    put(out, 20, 2); // version needed
    put(out, is_ascii(entry.name) ? 0 : utf8_name, 2);
    put(out, written.method, 2);
    put(out, 0, 2); // midnight
    put(out, dos_date, 2);
    put(out, written.crc, 4);
    put(out, written.packed, 4);
    put(out, written.size, 4);
    put(out, entry.name.size(), 2);
    put(out, 0, 2); // no extra field
}

std::string local_header(const ZipEntry& entry, const Written& written) {
    std::string out = "PK\x03\x04";
    put_common(out, entry, written);
    return out + entry.name;
}

std::string directory_row(const ZipEntry& entry, const Written& written) {
    constexpr std::uint16_t made_on_unix = (3U << 8U) | 20U;
    std::string out = "PK\x01\x02";
    put(out, made_on_unix, 2);
    put_common(out, entry, written);
    put(out, 0, 2); // no comment
    put(out, 0, 2); // the one disk there is
    put(out, 0, 2); // internal attributes
    put(out, std::uint64_t{entry.mode} << 16U, 4);
    put(out, written.offset, 4);
    return out + entry.name;
}

std::string directory_end(std::uint64_t count, std::uint64_t offset, std::uint64_t size) {
    std::string out;
    if (count > most_entries) { // ZIP64, for the number alone
        put(out, 0x06064b50, 4);
        put(out, 44, 8);
        put(out, 45, 2);
        put(out, 45, 2);
        put(out, 0, 4);
        put(out, 0, 4);
        put(out, count, 8);
        put(out, count, 8);
        put(out, size, 8);
        put(out, offset, 8);
        put(out, 0x07064b50, 4);
        put(out, 0, 4);
        put(out, offset + size, 8);
        put(out, 1, 4);
    }
    put(out, 0x06054b50, 4);
    put(out, 0, 4);
    const std::uint64_t told = std::min<std::uint64_t>(count, most_entries);
    put(out, told, 2);
    put(out, told, 2);
    put(out, size, 4);
    put(out, offset, 4);
    put(out, 0, 2);
    return out;
}

/// In memory as long as it has room there, then in a file.
class Output {
public:
    Output(std::filesystem::path file, std::string* memory)
        : path_(std::move(file)), memory_(memory) {}

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    [[nodiscard]] bool good() const { return out_.good(); }

    void write(std::string_view bytes) {
        if (!out_.is_open() && fits(bytes.size())) {
            *memory_ += bytes;
            return;
        }
        if (!out_.is_open()) {
            out_.open(path_, std::ios::binary | std::ios::trunc);
            if (memory_ != nullptr) {
                write_out(*memory_);
                memory_->clear();
            }
        }
        write_out(bytes);
    }

    void write_again(std::uint64_t at, std::string_view bytes) {
        if (!out_.is_open()) {
            memory_->replace(at, bytes.size(), bytes);
            return;
        }
        out_.seekp(static_cast<std::streamoff>(at));
        write_out(bytes);
        out_.seekp(0, std::ios::end);
    }

    void finish() {
        if (out_.is_open()) {
            out_.close();
        }
    }

private:
    [[nodiscard]] bool fits(std::size_t more) const {
        return memory_ != nullptr && more <= memory_->capacity() - memory_->size();
    }

    void write_out(std::string_view bytes) {
        out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

    std::filesystem::path path_;
    std::string* memory_;
    std::ofstream out_;
};

using Compressor = std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)>;

class Writer {
public:
    Writer(std::filesystem::path zip, std::string* memory)
        : out_(std::move(zip), memory),
          compressor_(libdeflate_alloc_compressor(whole_level), &libdeflate_free_compressor) {}

    base::Result<void> add(const ZipEntry& entry) {
        std::ifstream in(entry.file, std::ios::binary);
        std::error_code failed;
        const std::uint64_t size = std::filesystem::file_size(entry.file, failed);
        if (!in || failed) {
            return base::fail(fmt::format("cannot read {}", entry.file.string()));
        }
        if (size >= largest || entry.name.size() > most_entries) {
            return base::fail(fmt::format("{} is too large for a zip file", entry.file.string()));
        }
        Written written;
        written.offset = offset_;
        const auto added = size <= whole_size ? add_whole(entry, in, size, written)
                                              : add_stream(entry, in, written);
        if (!added) {
            return added;
        }
        directory_ += directory_row(entry, written);
        ++count_;
        return checked();
    }

    base::Result<void> finish() {
        if (offset_ >= largest) {
            return base::fail(fmt::format("{} is larger than 4 GB", out_.path().string()));
        }
        write(directory_end(count_, offset_, directory_.size()).insert(0, directory_));
        out_.finish();
        return checked();
    }

private:
    void write(std::string_view bytes) {
        out_.write(bytes);
        offset_ += bytes.size();
    }

    base::Result<void> checked() {
        return out_.good() ? base::Result<void>()
                           : base::fail(
                                 fmt::format("cannot write {}", out_.path().string()),
                                 "is there room in its folder?");
    }

    static bool read_all(std::ifstream& in, std::uint64_t size, std::string& into) {
        into.resize(size);
        in.read(into.data(), static_cast<std::streamsize>(size));
        return static_cast<std::uint64_t>(in.gcount()) == size;
    }

    /// Whether the beginning of a file shows that it can be made smaller.
    bool shrinks(std::string_view bytes) {
        const std::string_view sample = bytes.substr(0, sample_size);
        packed_.resize(libdeflate_deflate_compress_bound(compressor_.get(), sample.size()));
        const std::size_t size = libdeflate_deflate_compress(
            compressor_.get(), sample.data(), sample.size(), packed_.data(), packed_.size());
        return size != 0 && size * 100 < sample.size() * (100 - worth_it);
    }

    base::Result<void>
    add_whole(const ZipEntry& entry, std::ifstream& in, std::uint64_t size, Written& written) {
        if (!read_all(in, size, bytes_)) {
            return base::fail(fmt::format("{} changes while it is read", entry.file.string()));
        }
        written.size = size;
        written.crc = libdeflate_crc32(0, bytes_.data(), bytes_.size());
        std::string_view body = bytes_;
        if (size > 0 && (size <= worth_sampling || shrinks(bytes_))) {
            packed_.resize(libdeflate_deflate_compress_bound(compressor_.get(), size));
            const std::size_t packed = libdeflate_deflate_compress(
                compressor_.get(), bytes_.data(), size, packed_.data(), packed_.size());
            if (packed != 0 && packed < size) {
                written.method = deflated;
                body = std::string_view(packed_).substr(0, packed);
            }
        }
        written.packed = body.size();
        write(local_header(entry, written));
        write(body);
        return {};
    }

    base::Result<void> add_stream(const ZipEntry& entry, std::ifstream& in, Written& written) {
        bytes_.resize(piece_size);
        in.read(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
        std::string_view piece =
            std::string_view(bytes_).substr(0, static_cast<std::size_t>(in.gcount()));
        written.method = shrinks(piece) ? deflated : stored;
        const std::uint64_t begin = offset_;
        write(local_header(entry, written)); // again below, with what is not known yet
        z_stream stream{};
        if (written.method == deflated &&
            deflateInit2(
                &stream, stream_level, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) !=
                Z_OK) {
            return base::fail("there is no memory to compress with");
        }
        packed_.resize(piece_size);
        while (true) {
            written.crc = libdeflate_crc32(written.crc, piece.data(), piece.size());
            written.size += piece.size();
            const bool last = piece.empty();
            if (written.method == deflated) {
                deflate_piece(stream, piece, last, written);
            } else {
                write(piece);
                written.packed += piece.size();
            }
            if (last) {
                break;
            }
            in.read(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
            piece = std::string_view(bytes_).substr(0, static_cast<std::size_t>(in.gcount()));
        }
        deflateEnd(&stream);
        if (in.bad() || written.size >= largest || written.packed >= largest) {
            return base::fail(fmt::format("{} cannot be put into a zip file", entry.file.string()));
        }
        out_.write_again(begin, local_header(entry, written));
        return {};
    }

    void deflate_piece(z_stream& stream, std::string_view piece, bool last, Written& written) {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib does not write there
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
        stream.avail_in = static_cast<uInt>(piece.size());
        do {
            stream.next_out = reinterpret_cast<Bytef*>(packed_.data());
            stream.avail_out = static_cast<uInt>(packed_.size());
            deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
            const std::size_t made = packed_.size() - stream.avail_out;
            write(std::string_view(packed_).substr(0, made));
            written.packed += made;
        } while (stream.avail_out == 0);
    }

    Output out_;
    Compressor compressor_;
    std::string bytes_;
    std::string packed_;
    std::string directory_;
    std::uint64_t offset_ = 0;
    std::uint64_t count_ = 0;
};

} // namespace

base::Result<void> write_zip(
    const std::filesystem::path& zip,
    const std::vector<ZipEntry>& entries,
    const std::function<bool()>& stopped,
    std::string* memory) {
    if (memory != nullptr) {
        memory->clear();
    }
    Writer writer(zip, memory);
    for (const ZipEntry& entry : entries) {
        if (stopped && stopped()) {
            return base::fail("cancelled");
        }
        TRY(writer.add(entry));
    }
    return writer.finish();
}

} // namespace samara::archive
