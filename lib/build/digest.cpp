#include "build/digest.h"

#include "os/unique_fd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
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

// Walks a folder as os::copy_tree does.
class TreeDigest {
public:
    TreeDigest(Digest& digest, const os::CopyOptions& copy) : digest_(digest), copy_(copy) {}

    base::Result<void> add(const fs::path& path, const fs::path& relative) {
        if (copy_.cancel.cancelled()) {
            return base::fail("cancelled");
        }

        struct stat status {};

        const bool follow = copy_.symlinks == os::SymlinkMode::follow || relative.empty();
        int failed = (follow ? ::stat : ::lstat)(path.c_str(), &status);
        if (failed != 0 && errno == ENOENT && !relative.empty()) {
            failed = ::lstat(path.c_str(), &status);
        }
        if (failed != 0) {
            return os::fail_errno(fmt::format("cannot read {}", path.string()));
        }
        const std::string name = relative.generic_string();
        const auto begin = [&](std::string_view kind) {
            digest_.add(fmt::format("{} {}:{}\n", kind, name.size(), name));
        };
        if (S_ISDIR(status.st_mode)) {
            begin("folder");
            return add_folder(path, relative, status);
        }
        if (S_ISREG(status.st_mode)) {
            begin((status.st_mode & S_IXUSR) != 0 ? "program" : "file");
            digest_.add(fmt::format("{}\n", status.st_size));
            return add_file(digest_, path);
        }
        if (S_ISLNK(status.st_mode)) {
            begin("link");
            std::error_code ignored;
            digest_.add(fs::read_symlink(path, ignored).string() + "\n");
        }
        return {};
    }

private:
    base::Result<void>
    add_folder(const fs::path& path, const fs::path& relative, const struct stat& status) {
        const auto same = [&](const struct stat& other) {
            return other.st_dev == status.st_dev && other.st_ino == status.st_ino;
        };
        if (std::any_of(ancestors_.begin(), ancestors_.end(), same)) {
            return base::fail(
                fmt::format("cannot read {}: it is a link to a folder it is in", path.string()));
        }
        std::error_code error;
        std::vector<fs::path> names;
        for (fs::directory_iterator entry(path, error), end; !error && entry != end;
             entry.increment(error)) {
            names.push_back(entry->path().filename());
        }
        if (error) {
            return os::fail_errno(fmt::format("cannot read {}", path.string()), error.value());
        }
        std::sort(names.begin(), names.end());
        ancestors_.push_back(status);
        for (const fs::path& name : names) {
            if (copy_.include && !copy_.include(relative / name)) {
                continue;
            }
            if (auto added = add(path / name, relative / name); !added) {
                return added;
            }
        }
        ancestors_.pop_back();
        return {};
    }

    Digest& digest_;
    const os::CopyOptions& copy_;
    std::vector<struct stat> ancestors_;
};

} // namespace

base::Result<std::string> content_digest(const fs::path& path, const os::CopyOptions& copy) {
    Digest digest;
    return TreeDigest(digest, copy).add(path, {}).map([&] { return digest.hex(); });
}

} // namespace samara::build
