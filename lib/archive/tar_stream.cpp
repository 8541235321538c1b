#include "archive/tar_stream.h"

#include "base/try.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <system_error>
#include <utility>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace samara::archive {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece_size = 64UL * 1024;

struct Item {
    std::string name;
    fs::path file; // on disk; empty for bytes
    std::string_view bytes;
    unsigned mode = 0644;
    unsigned type = AE_IFREG; // of one without a file on disk
};

struct WriterDeleter {
    void operator()(struct archive* writer) const { archive_write_free(writer); }
};

struct EntryDeleter {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

class File {
public:
    File() = default;

    explicit File(const fs::path& path)
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {}

    File(const File&) = delete;
    File& operator=(const File&) = delete;

    File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

    File& operator=(File&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }

    ~File() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }

    [[nodiscard]] int get() const { return descriptor_; }

private:
    int descriptor_ = -1;
};

tl::unexpected<base::Error> fail_on(const fs::path& path) {
    return base::fail(fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
}

} // namespace

class TarStream::Impl {
public:
    Impl() : writer_(archive_write_new()) {
        archive_write_set_format_pax_restricted(writer_.get());
        archive_write_set_bytes_per_block(writer_.get(), 0); // to the callback as it comes
        archive_write_open(writer_.get(), &out_, nullptr, append, nullptr);
    }

    void add(Item item) { items_.push_back(std::move(item)); }

    base::Result<std::string_view> next() {
        out_.clear();
        while (out_.empty() && !finished_) {
            TRY(step());
        }
        return std::string_view(out_);
    }

private:
    static la_ssize_t append(struct archive*, void* out, const void* bytes, std::size_t count) {
        static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), count);
        return static_cast<la_ssize_t>(count);
    }

    // A piece of the current file, the head of the next one, or the end.
    base::Result<void> step() {
        if (file_.get() >= 0) {
            return copy_piece();
        }
        if (items_.empty()) {
            finished_ = true;
            return check(archive_write_close(writer_.get()));
        }
        current_ = std::move(items_.front());
        items_.pop_front();
        return current_.file.empty() ? write_bytes() : begin_file();
    }

    base::Result<void> write_bytes() {
        const std::unique_ptr<archive_entry, EntryDeleter> entry(archive_entry_new());
        archive_entry_set_pathname(entry.get(), current_.name.c_str());
        archive_entry_set_filetype(entry.get(), current_.type);
        archive_entry_set_perm(entry.get(), current_.mode);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(current_.bytes.size()));
        archive_entry_set_mtime(entry.get(), 0, 0);
        if (auto written = check(archive_write_header(writer_.get(), entry.get())); !written) {
            return written;
        }
        archive_write_data(writer_.get(), current_.bytes.data(), current_.bytes.size());
        return check(archive_write_finish_entry(writer_.get()));
    }

    base::Result<void> begin_file() {
        struct stat status {};

        if (::lstat(current_.file.c_str(), &status) != 0) {
            return fail_on(current_.file);
        }
        const std::unique_ptr<archive_entry, EntryDeleter> entry(archive_entry_new());
        archive_entry_set_pathname(entry.get(), current_.name.c_str());
        constexpr mode_t special = S_ISUID | S_ISGID | S_ISVTX; // would be root's
        archive_entry_set_mode(entry.get(), status.st_mode & ~special);
        archive_entry_set_mtime(entry.get(), status.st_mtim.tv_sec, 0);
        archive_entry_set_size(entry.get(), 0);
        if (S_ISLNK(status.st_mode)) {
            std::error_code error;
            const fs::path target = fs::read_symlink(current_.file, error);
            archive_entry_set_symlink(entry.get(), target.c_str());
        }
        if (S_ISREG(status.st_mode)) {
            file_ = File(current_.file);
            if (file_.get() < 0) {
                return fail_on(current_.file);
            }
            rest_ = status.st_size;
            archive_entry_set_size(entry.get(), status.st_size);
        }
        return check(archive_write_header(writer_.get(), entry.get()));
    }

    base::Result<void> copy_piece() {
        if (rest_ == 0) {
            file_ = File();
            return check(archive_write_finish_entry(writer_.get()));
        }
        const auto wanted = static_cast<std::size_t>(std::min<off_t>(rest_, piece_size));
        const ssize_t count = ::read(file_.get(), buffer_.data(), wanted);
        if (count < 0) {
            return fail_on(current_.file);
        }
        if (count == 0) {
            return base::fail(
                fmt::format("{} became shorter while it was read", current_.file.string()));
        }
        rest_ -= count;
        archive_write_data(writer_.get(), buffer_.data(), static_cast<std::size_t>(count));
        return {};
    }

    base::Result<void> check(int status) {
        if (status < ARCHIVE_WARN) {
            return base::fail(fmt::format(
                "cannot archive {}: {}", current_.name, archive_error_string(writer_.get())));
        }
        return {};
    }

    std::string out_; // before writer_, whose destruction may still write
    std::unique_ptr<struct archive, WriterDeleter> writer_;
    std::deque<Item> items_;
    Item current_;
    File file_;
    off_t rest_ = 0; // bytes of file_ still to come
    std::vector<char> buffer_ = std::vector<char>(piece_size);
    bool finished_ = false;
};

TarStream::TarStream() : impl_(std::make_unique<Impl>()) {}

TarStream::TarStream(TarStream&&) noexcept = default;
TarStream& TarStream::operator=(TarStream&&) noexcept = default;
TarStream::~TarStream() = default;

void TarStream::add_bytes(std::string name, std::string_view bytes, unsigned mode) {
    impl_->add({std::move(name), {}, bytes, mode});
}

void TarStream::add_folder(std::string name) {
    impl_->add({std::move(name), {}, {}, 0755, AE_IFDIR});
}

void TarStream::add_file(std::string name, fs::path file) {
    impl_->add({std::move(name), std::move(file), {}});
}

base::Result<void>
TarStream::add_tree(const fs::path& folder, const std::string& prefix, const Filter& filter) {
    std::error_code error;
    std::vector<fs::path> found;
    fs::recursive_directory_iterator walk(folder, error);
    for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
        const bool is_folder = walk->symlink_status(error).type() == fs::file_type::directory;
        const fs::path relative = walk->path().lexically_relative(folder);
        if (filter && !filter(relative, is_folder)) {
            walk.disable_recursion_pending();
            continue;
        }
        const fs::file_type type = walk->symlink_status(error).type();
        if (is_folder || type == fs::file_type::regular || type == fs::file_type::symlink) {
            found.push_back(relative);
        }
    }
    if (error) {
        return base::fail(fmt::format("cannot read {}: {}", folder.string(), error.message()));
    }
    std::sort(found.begin(), found.end());
    for (const fs::path& relative : found) {
        add_file((fs::path(prefix) / relative).string(), folder / relative);
    }
    return {};
}

base::Result<std::string_view> TarStream::next() {
    return impl_->next();
}

} // namespace samara::archive
