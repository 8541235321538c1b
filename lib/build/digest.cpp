#include "build/digest.h"

#include "os/unique_fd.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

namespace samara::build {

namespace fs = std::filesystem;

struct Digest::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
};

Digest::Digest() : state_(std::make_unique<State>()) {
    EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
}

Digest::~Digest() {
    EVP_MD_CTX_free(state_->context);
}

void Digest::add(std::string_view bytes) {
    EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

std::string Digest::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(state_->context, digest.data(), &size);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
        text += fmt::format("{:02x}", digest[i]);
    }
    return text;
}

namespace {

base::Result<void> add_file(Digest& digest, const fs::path& path) {
    const os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) {
        return os::fail_errno(fmt::format("cannot open {}", path.string()));
    }
    constexpr std::size_t chunk = 131072;
    std::string buffer(chunk, '\0');
    while (true) {
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count < 0) {
            return os::fail_errno(fmt::format("cannot read {}", path.string()));
        }
        if (count == 0) {
            return {};
        }
        digest.add({buffer.data(), static_cast<std::size_t>(count)});
    }
}

base::Result<void> add_tree(
    Digest& digest, const fs::path& root, const fs::path& relative, const os::CopyOptions& copy) {
    if (copy.cancel.cancelled()) {
        return base::fail("cancelled");
    }
    const fs::path path = relative.empty() ? root : root / relative;
    std::error_code error;
    const fs::file_status status =
        relative.empty() ? fs::status(path, error) : fs::symlink_status(path, error);
    const std::string name = relative.generic_string();
    switch (status.type()) {
    case fs::file_type::directory: {
        digest.add(fmt::format("folder {}:{}\n", name.size(), name));
        std::vector<fs::path> names;
        for (fs::directory_iterator entry(path, error), end; !error && entry != end;
             entry.increment(error)) {
            names.push_back(entry->path().filename());
        }
        std::sort(names.begin(), names.end());
        for (const fs::path& child : names) {
            if (copy.include && !copy.include(relative / child)) {
                continue;
            }
            if (auto added = add_tree(digest, root, relative / child, copy); !added) {
                return added;
            }
        }
        break;
    }
    case fs::file_type::regular: {
        const bool executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
        digest.add(fmt::format(
            "{} {}:{} {}\n",
            executable ? "program" : "file",
            name.size(),
            name,
            fs::file_size(path, error)));
        return add_file(digest, path);
    }
    case fs::file_type::symlink:
        digest.add(fmt::format(
            "link {}:{} {}\n", name.size(), name, fs::read_symlink(path, error).string()));
        break;
    default:
        break;
    }
    if (error) {
        return os::fail_errno(fmt::format("cannot read {}", path.string()), error.value());
    }
    return {};
}

} // namespace

base::Result<std::string> content_digest(const fs::path& path, const os::CopyOptions& copy) {
    Digest digest;
    return add_tree(digest, path, {}, copy).map([&] { return digest.hex(); });
}

} // namespace samara::build
