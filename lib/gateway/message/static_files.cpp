#include "gateway/message/static_files.h"

#include "base/percent.h"
#include "base/strings.h"
#include "gateway/message/conditional.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

#include <sys/stat.h>

namespace samara::gateway {

namespace fs = std::filesystem;

namespace {

struct MediaType {
    std::string_view extension;
    std::string_view type;
};

constexpr std::array media_types{
    MediaType{".avif", "image/avif"},
    MediaType{".css", "text/css; charset=utf-8"},
    MediaType{".gif", "image/gif"},
    MediaType{".htm", "text/html; charset=utf-8"},
    MediaType{".html", "text/html; charset=utf-8"},
    MediaType{".ico", "image/vnd.microsoft.icon"},
    MediaType{".jpeg", "image/jpeg"},
    MediaType{".jpg", "image/jpeg"},
    MediaType{".js", "text/javascript; charset=utf-8"},
    MediaType{".json", "application/json"},
    MediaType{".map", "application/json"},
    MediaType{".mjs", "text/javascript; charset=utf-8"},
    MediaType{".mp4", "video/mp4"},
    MediaType{".pdf", "application/pdf"},
    MediaType{".png", "image/png"},
    MediaType{".svg", "image/svg+xml"},
    MediaType{".txt", "text/plain; charset=utf-8"},
    MediaType{".wasm", "application/wasm"},
    MediaType{".webm", "video/webm"},
    MediaType{".webp", "image/webp"},
    MediaType{".woff", "font/woff"},
    MediaType{".woff2", "font/woff2"},
    MediaType{".xml", "application/xml"},
};

std::string_view media_type(const fs::path& file) {
    const std::string extension = base::to_lower(file.extension().string());
    const auto row =
        std::find_if(media_types.begin(), media_types.end(), [&](const MediaType& type) {
            return type.extension == extension;
        });
    return row == media_types.end() ? "application/octet-stream" : row->type;
}

/// A path that stays below a folder whatever its parts are, or nothing.
std::optional<fs::path> relative_path(std::string_view raw) {
    const std::string path = base::percent_decode(raw);
    if (path.find('\0') != std::string::npos) {
        return std::nullopt;
    }
    fs::path relative;
    for (const std::string_view segment : base::split(path, '/')) {
        if (segment == "..") {
            return std::nullopt;
        }
        if (!segment.empty() && segment != ".") {
            relative /= segment;
        }
    }
    return relative;
}

/// Where links in the index of a folder are relative to it. One slash in front: two would name a
/// host.
std::string as_folder_address(const net::HttpRequest& request) {
    std::string_view path = request.path();
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    const std::string_view query = request.query();
    return fmt::format("/{}/{}{}", path, query.empty() ? "" : "?", query);
}

bool is_below(const fs::path& file, const fs::path& folder) {
    const auto parts = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return parts.first == folder.end();
}

} // namespace

StaticFiles::StaticFiles(const fs::path& folder) {
    std::error_code error;
    folder_ = fs::canonical(folder, error);
    if (error || !fs::is_directory(folder_, error)) {
        folder_.clear();
    }
}

std::optional<net::HttpResponse> StaticFiles::find(const net::HttpRequest& request) const {
    if (folder_.empty() || (request.method != "GET" && request.method != "HEAD")) {
        return std::nullopt;
    }
    const auto relative = relative_path(request.path());
    if (!relative) {
        return std::nullopt;
    }
    std::error_code error;
    fs::path file = folder_ / *relative;
    const bool as_folder = request.path().back() == '/';
    if (fs::is_directory(file, error)) {
        if (!as_folder) {
            return net::HttpResponse{301, {{"Location", as_folder_address(request)}}, {}};
        }
        file /= "index.html";
    } else if (as_folder) {
        return std::nullopt; // a file has nothing below it
    }
    file = fs::canonical(file, error); // follows links, so that they are judged by where they lead
    if (error || !is_below(file, folder_) || !fs::is_regular_file(file, error)) {
        return std::nullopt;
    }
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        return std::nullopt;
    }

    struct stat status {};

    if (::stat(file.c_str(), &status) != 0) {
        return std::nullopt;
    }
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    // The inode too: a file that was replaced may have the age and size of the former one.
    const std::string etag = fmt::format(
        "\"{:x}-{:x}{:09x}-{:x}\"",
        status.st_ino,
        status.st_mtim.tv_sec,
        status.st_mtim.tv_nsec,
        status.st_size);
    return respond(
        request,
        {std::string(media_type(file)), std::move(bytes).str(), etag, status.st_mtim.tv_sec});
}

} // namespace samara::gateway
