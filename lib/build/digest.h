#pragma once

#include "base/error.h"
#include "os/file.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace samara::build {

/// SHA-256, fed in pieces.
class Digest {
public:
    Digest();
    Digest(const Digest&) = delete;
    Digest& operator=(const Digest&) = delete;
    Digest(Digest&&) = delete;
    Digest& operator=(Digest&&) = delete;
    ~Digest();

    void add(std::string_view bytes);

    /// 64 hexadecimal digits. Only once.
    std::string hex();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A digest of what `copy` would take of a folder: names, kinds, execute permission, content and
/// where symbolic links point; not times or owners. A file is its content.
base::Result<std::string>
content_digest(const std::filesystem::path& path, const os::CopyOptions& copy);

} // namespace samara::build
