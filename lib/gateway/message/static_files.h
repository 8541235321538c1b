#pragma once

#include "net/http_message.h"

#include <filesystem>
#include <optional>

namespace samara::gateway {

/// Files of one folder, for requests that no route takes (--static-dir). Nothing outside the folder
/// is read, whether by `..`, plain or encoded, or by a symbolic link.
class StaticFiles {
public:
    /// A folder that does not exist serves nothing.
    explicit StaticFiles(const std::filesystem::path& folder);

    [[nodiscard]] bool empty() const { return folder_.empty(); }

    /// The file for a GET or HEAD, index.html for a folder; nothing when there is none.
    [[nodiscard]] std::optional<net::HttpResponse> find(const net::HttpRequest& request) const;

private:
    std::filesystem::path folder_; // canonical; empty when it does not exist
};

} // namespace samara::gateway
