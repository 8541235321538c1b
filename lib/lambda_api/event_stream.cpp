#include "lambda_api/event_stream.h"

#include <array>
#include <cstdint>

namespace samara::lambda_api {

namespace {

constexpr std::array<std::uint32_t, 256> crc_table = [] {
    constexpr std::uint32_t polynomial = 0xEDB88320;
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t rest = byte;
        for (int bit = 0; bit < 8; ++bit) {
            rest = (rest & 1) != 0 ? (rest >> 1) ^ polynomial : rest >> 1;
        }
        table.at(byte) = rest;
    }
    return table;
}();

/// CRC-32 as zlib and Ethernet have it.
std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char c : bytes) {
        crc = crc_table.at((crc ^ static_cast<unsigned char>(c)) & 0xFF) ^ (crc >> 8);
    }
    return ~crc;
}

void append_big_endian(std::string& text, std::uint32_t number, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        text.push_back(static_cast<char>((number >> shift) & 0xFF));
    }
}

} // namespace

void append_event(
    std::string& stream, std::initializer_list<EventHeader> headers, std::string_view payload) {
    constexpr char text_type = 7;
    constexpr std::size_t framing = 16; // two lengths, two checksums
    std::string encoded;
    for (const auto& [name, value] : headers) {
        encoded.push_back(static_cast<char>(name.size()));
        encoded.append(name).push_back(text_type);
        append_big_endian(encoded, static_cast<std::uint32_t>(value.size()), 2);
        encoded.append(value);
    }
    const std::size_t begin = stream.size();
    const std::size_t total = framing + encoded.size() + payload.size();
    append_big_endian(stream, static_cast<std::uint32_t>(total), 4);
    append_big_endian(stream, static_cast<std::uint32_t>(encoded.size()), 4);
    append_big_endian(stream, crc32(std::string_view(stream).substr(begin)), 4);
    stream.append(encoded).append(payload);
    append_big_endian(stream, crc32(std::string_view(stream).substr(begin)), 4);
}

} // namespace samara::lambda_api
