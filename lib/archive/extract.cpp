#include "archive/extract.h"

#include "archive/compression.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

namespace samara::archive {

namespace fs = std::filesystem;

namespace {

struct ReaderDeleter {
    void operator()(struct archive* reader) const { archive_read_free(reader); }
};

struct WriterDeleter {
    void operator()(struct archive* writer) const { archive_write_free(writer); }
};

// Without setuid, setgid and sticky: they would be of the owner who unpacks.
constexpr __LA_MODE_T kept_permissions = 0777;

using Reader = std::unique_ptr<struct archive, ReaderDeleter>;
using Writer = std::unique_ptr<struct archive, WriterDeleter>;

// Below the archive's root and not the root itself, once "." is gone.
bool stays_inside(const fs::path& name) {
    const fs::path normal = name.lexically_normal();
    return !normal.empty() && normal.is_relative() && *normal.begin() != "..";
}

// Whether a symbolic link in the folder `from` (relative to the root) cannot lead out of it,
// whatever else is unpacked. ".." is counted from where the link really is, so it may only come
// first: behind another link it would be counted from where that leads.
bool leads_inside(const fs::path& from, const fs::path& target) {
    if (target.empty() || target.is_absolute()) {
        return false;
    }
    const fs::path normal = from.lexically_normal();
    std::ptrdiff_t depth = std::count_if(normal.begin(), normal.end(), [](const fs::path& part) {
        return !part.empty() && part != ".";
    });
    bool down = false;
    for (const fs::path& part : target) {
        if (part == "..") {
            if (down || --depth < 0) {
                return false;
            }
        } else if (!part.empty() && part != ".") {
            down = true;
        }
    }
    return true;
}

class Extraction {
public:
    Extraction(const fs::path& archive, fs::path folder, const ExtractLimits& limits)
        : name_(archive.string()), folder_(std::move(folder)), limits_(limits),
          reader_(archive_read_new()), writer_(archive_write_disk_new()) {
        archive_read_support_format_zip(reader_.get());
        archive_read_support_format_tar(reader_.get());
        archive_read_support_format_gnutar(reader_.get());
        support_compression(reader_.get());
        archive_write_disk_set_options(
            writer_.get(),
            ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                ARCHIVE_EXTRACT_SECURE_SYMLINKS);
    }

    base::Result<void> run() {
        constexpr std::size_t block = 64UL * 1024;
        if (archive_read_open_filename(reader_.get(), name_.c_str(), block) != ARCHIVE_OK) {
            return fail_reading();
        }
        archive_entry* entry = nullptr;
        for (;;) {
            const int status = archive_read_next_header(reader_.get(), &entry);
            if (status == ARCHIVE_EOF) {
                break;
            }
            if (status < ARCHIVE_WARN) {
                return fail_reading();
            }
            if (auto extracted = extract_entry(entry); !extracted) {
                return extracted;
            }
        }
        // Permissions and times of folders are set now.
        return archive_write_close(writer_.get()) == ARCHIVE_OK ? base::Result<void>()
                                                                : fail_writing("the last entry");
    }

private:
    base::Result<void> extract_entry(archive_entry* entry) {
        const char* raw = archive_entry_pathname(entry);
        const std::string name = raw != nullptr ? raw : "";
        if (++entries_ > limits_.entries) {
            return base::fail(fmt::format("{} has more than {} entries", name_, limits_.entries));
        }
        if (name == "./" || name == ".") {
            return {};
        }
        if (auto safe = check(entry, name); !safe) {
            return safe;
        }
        // Where the head tells the size, nothing of it is written.
        if (archive_entry_size_is_set(entry) != 0 &&
            static_cast<std::uint64_t>(archive_entry_size(entry)) > limits_.bytes - bytes_) {
            return too_large();
        }
        // The owner reads it, runs it and removes it again.
        const __LA_MODE_T own = archive_entry_filetype(entry) == AE_IFDIR ? 0700 : 0600;
        archive_entry_set_perm(entry, (archive_entry_perm(entry) & kept_permissions) | own);
        archive_entry_set_pathname(entry, (folder_ / name).c_str());
        if (const char* link = archive_entry_hardlink(entry); link != nullptr) {
            archive_entry_set_hardlink(entry, (folder_ / link).c_str());
        }
        if (archive_write_header(writer_.get(), entry) < ARCHIVE_WARN) {
            return fail_writing(name);
        }
        return copy(name);
    }

    [[nodiscard]] base::Result<void> check(archive_entry* entry, const std::string& name) const {
        if (!stays_inside(name)) {
            return refuse(name, "leads out of the folder");
        }
        if (const char* target = archive_entry_hardlink(entry); target != nullptr) {
            // A symbolic link under a second name would lead somewhere else.
            std::error_code failed;
            const bool file =
                stays_inside(target) &&
                fs::symlink_status(folder_ / target, failed).type() == fs::file_type::regular;
            return file ? base::Result<void>() : refuse(name, "links out of it");
        }
        switch (archive_entry_filetype(entry)) {
        case AE_IFREG:
        case AE_IFDIR:
            return {};
        case AE_IFLNK: {
            const char* target = archive_entry_symlink(entry);
            const fs::path to = target != nullptr ? target : "";
            return leads_inside(fs::path(name).parent_path(), to)
                       ? base::Result<void>()
                       : refuse(name, fmt::format("links out of it, to {}", to.string()));
        }
        default:
            return refuse(name, "is no file, folder or link");
        }
    }

    base::Result<void> copy(const std::string& name) {
        const void* bytes = nullptr;
        std::size_t count = 0;
        la_int64_t offset = 0;
        for (;;) {
            const int status = archive_read_data_block(reader_.get(), &bytes, &count, &offset);
            if (status == ARCHIVE_EOF) {
                break;
            }
            if (status < ARCHIVE_WARN) {
                return fail_reading();
            }
            bytes_ += count;
            // A sparse file is as large as it says, however few bytes come.
            if (bytes_ > limits_.bytes ||
                static_cast<std::uint64_t>(offset) + count > limits_.bytes) {
                return too_large();
            }
            // A full disk is only worth a warning to libarchive, and the file is left short.
            if (archive_write_data_block(writer_.get(), bytes, count, offset) < ARCHIVE_OK) {
                return fail_writing(name);
            }
        }
        if (archive_write_finish_entry(writer_.get()) < ARCHIVE_WARN) {
            return fail_writing(name);
        }
        return {};
    }

    [[nodiscard]] tl::unexpected<base::Error>
    refuse(const std::string& entry, std::string_view why) const {
        return base::fail(
            fmt::format("{} is not unpacked: its entry '{}' {}", name_, entry, why),
            "an archive from a source that is trusted has no such entry");
    }

    [[nodiscard]] tl::unexpected<base::Error> too_large() const {
        return base::fail(fmt::format("{} unpacks to more than {} bytes", name_, limits_.bytes));
    }

    [[nodiscard]] tl::unexpected<base::Error> fail_reading() const {
        return base::fail(
            fmt::format("cannot unpack {}: {}", name_, archive_error_string(reader_.get())));
    }

    [[nodiscard]] tl::unexpected<base::Error> fail_writing(std::string_view entry) const {
        return base::fail(fmt::format(
            "cannot unpack {} ({}): {}", name_, entry, archive_error_string(writer_.get())));
    }

    std::string name_;
    fs::path folder_;
    ExtractLimits limits_;
    Reader reader_;
    Writer writer_;
    std::uint64_t bytes_ = 0;
    std::uint64_t entries_ = 0;
};

} // namespace

base::Result<void>
extract(const fs::path& archive, const fs::path& folder, const ExtractLimits& limits) {
    // Links above the folder are the user's own; only those inside must not be followed.
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (error) {
        return base::fail(
            fmt::format("cannot unpack into {}: {}", folder.string(), error.message()));
    }
    return Extraction(archive, real, limits).run();
}

} // namespace samara::archive
