#include "gateway/message/content_coding.h"

#include "base/strings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

#include <zlib.h>

namespace samara::gateway {

namespace {

constexpr int gzip_window = 15 + 16; // zlib's way of naming the format
constexpr int zlib_window = 15;      // "deflate" of HTTP (RFC 9110 section 8.4.1.2)
constexpr int raw_window = -15;      // what clients take that for

std::optional<ContentCoding> coding_named(std::string_view name) {
    if (net::equal_ignoring_case(name, "gzip")) {
        return ContentCoding::gzip;
    }
    if (net::equal_ignoring_case(name, "deflate")) {
        return ContentCoding::deflate;
    }
    return net::equal_ignoring_case(name, "identity") ? std::optional(ContentCoding::identity)
                                                      : std::nullopt;
}

/// q of "gzip;q=0.5".
double weight_of(std::string_view parameters) {
    for (const std::string_view parameter : base::split(parameters, ';')) {
        const std::string_view one = base::trim(parameter);
        if (one.starts_with("q=") || one.starts_with("Q=")) {
            const double weight = std::strtod(std::string(one.substr(2)).c_str(), nullptr);
            return std::isfinite(weight) ? weight : 0;
        }
    }
    return 1;
}

// NOLINTBEGIN(*-reinterpret-cast,*-const-cast): zlib's types
z_stream stream_of(const std::string& bytes) {
    z_stream stream{};
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    return stream;
}

std::optional<std::string> deflated(const std::string& bytes, int window) {
    z_stream stream = stream_of(bytes);
    if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        return std::nullopt;
    }
    std::string packed(::deflateBound(&stream, bytes.size()), '\0');
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const bool complete = ::deflate(&stream, Z_FINISH) == Z_STREAM_END;
    packed.resize(stream.total_out);
    ::deflateEnd(&stream);
    return complete ? std::optional(std::move(packed)) : std::nullopt;
}

/// Several pieces one after another are one body (RFC 1952 section 2.2). Never holds much more than
/// `most` bytes, whatever a body of a few bytes would become.
Inflation
inflate_all(const std::string& body, int window, std::size_t most, std::string& inflated) {
    z_stream stream = stream_of(body);
    if (::inflateInit2(&stream, window) != Z_OK) {
        return Inflation::refused;
    }
    std::array<char, std::size_t{32} * 1024> piece{};
    inflated.clear();
    int state = Z_OK;
    while (state == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        state = ::inflate(&stream, Z_NO_FLUSH);
        inflated.append(piece.data(), piece.size() - stream.avail_out);
        if (inflated.size() > most) {
            ::inflateEnd(&stream);
            return Inflation::too_large;
        }
        if (state == Z_STREAM_END && stream.avail_in != 0) {
            state = ::inflateReset(&stream);
        }
    }
    ::inflateEnd(&stream);
    return state == Z_STREAM_END ? Inflation::done : Inflation::refused;
}

// NOLINTEND(*-reinterpret-cast,*-const-cast)

/// An answer that has no body, whatever it says.
bool is_bodiless(int status) {
    return status == 204 || status == 304;
}

} // namespace

ContentCoding accepted_coding(std::string_view accept_encoding) {
    double best = 0;
    std::optional<ContentCoding> coding;
    for (const std::string_view item : base::split(accept_encoding, ',')) {
        const std::size_t end = std::min(item.find(';'), item.size());
        const auto named = coding_named(base::trim(item.substr(0, end)));
        const double weight = weight_of(item.substr(end));
        if (weight > best || (weight == best && weight > 0 && !coding)) {
            best = weight;
            coding = named;
        }
    }
    return coding.value_or(ContentCoding::identity);
}

void compress(net::HttpResponse& response, std::string_view accept_encoding, std::size_t minimum) {
    const ContentCoding coding = accepted_coding(accept_encoding);
    if (coding == ContentCoding::identity || response.body.empty() ||
        response.body.size() < minimum || is_bodiless(response.status) ||
        net::find_header(response.headers, "Content-Encoding") != nullptr) {
        return;
    }
    const bool gzip = coding == ContentCoding::gzip;
    if (auto packed = deflated(response.body, gzip ? gzip_window : zlib_window)) {
        response.body = std::move(*packed);
        response.headers.push_back({"Content-Encoding", gzip ? "gzip" : "deflate"});
    }
}

bool is_coded(std::string_view content_encoding) {
    const std::string_view name = base::trim(content_encoding);
    return !name.empty() && !net::equal_ignoring_case(name, "identity");
}

Inflation inflate_body(
    std::string_view content_encoding,
    const std::string& body,
    std::size_t most,
    std::string& inflated) {
    const auto coding = coding_named(base::trim(content_encoding));
    if (!coding) {
        return Inflation::refused;
    }
    if (*coding == ContentCoding::identity) {
        inflated = body;
        return Inflation::done;
    }
    if (*coding == ContentCoding::gzip) {
        return inflate_all(body, gzip_window, most, inflated);
    }
    const Inflation proper = inflate_all(body, zlib_window, most, inflated);
    return proper == Inflation::refused ? inflate_all(body, raw_window, most, inflated) : proper;
}

} // namespace samara::gateway
