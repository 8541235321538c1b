#include "archive/decompress.h"

#include "archive/compression.h"

#include <array>
#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

namespace samara::archive {

base::Result<std::string> decompress(std::string_view packed, std::uint64_t most) {
    const std::unique_ptr<::archive, int (*)(::archive*)> reader(
        ::archive_read_new(), ::archive_read_free);
    const auto failure = [&] {
        const char* text = ::archive_error_string(reader.get());
        return base::fail(fmt::format("cannot decompress: {}", text == nullptr ? "damaged" : text));
    };
    ::archive_entry* entry = nullptr;
    support_compression(reader.get());
    ::archive_read_support_format_raw(reader.get());
    if (::archive_read_open_memory(reader.get(), packed.data(), packed.size()) != ARCHIVE_OK ||
        ::archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK) {
        return failure();
    }
    std::string content;
    std::array<char, 65'536> chunk{};
    while (true) {
        const auto count = ::archive_read_data(reader.get(), chunk.data(), chunk.size());
        if (count < 0) {
            return failure();
        }
        if (count == 0) {
            return content;
        }
        if (content.size() + static_cast<std::size_t>(count) > most) {
            return base::fail(fmt::format("cannot decompress: longer than {} bytes", most));
        }
        content.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

} // namespace samara::archive
