#include "cloud/package/uploader.h"

#include "base/hash.h"
#include "os/processors.h"
#include "os/temp_dir.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <sys/stat.h>

namespace samara::cloud {

namespace fs = std::filesystem;

using aws_client::AwsFailure;
using aws_client::AwsResult;
using aws_client::S3Place;

namespace {

using Task = std::function<AwsResult<void>()>;

/// Tasks wait for the network most of the time.
constexpr std::size_t side_by_side = 8;

/// One folder or file hashed or compressed: of these there are as many at once as processors, since
/// each has buffers of some megabytes.
std::size_t most_working() {
    constexpr std::size_t enough = 4;
    return std::min(os::processors(), enough);
}

} // namespace

class Uploader::Slot {
public:
    explicit Slot(Uploader& uploader) : uploader_(uploader) {
        std::unique_lock lock(uploader_.mutex_);
        uploader_.changed_.wait(lock, [&] { return uploader_.working_ < most_working(); });
        ++uploader_.working_;
    }

    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    Slot(Slot&&) = delete;
    Slot& operator=(Slot&&) = delete;

    ~Slot() {
        {
            const std::scoped_lock lock(uploader_.mutex_);
            --uploader_.working_;
        }
        uploader_.changed_.notify_all();
    }

private:
    Uploader& uploader_;
};

/// Room in memory for a small zip file, which needs no file then; none while others have it all.
class Uploader::Room {
public:
    explicit Room(Uploader& uploader) : uploader_(uploader) {
        constexpr std::size_t size = std::size_t{4} << 20U;
        const std::scoped_lock lock(uploader_.mutex_);
        if (!uploader_.rooms_.empty()) {
            bytes_ = std::move(uploader_.rooms_.back());
            uploader_.rooms_.pop_back();
        } else if (uploader_.more_rooms_ > 0) {
            --uploader_.more_rooms_;
            bytes_.reserve(size);
        } else {
            mine_ = false;
        }
    }

    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;
    Room(Room&&) = delete;
    Room& operator=(Room&&) = delete;

    ~Room() {
        if (mine_) {
            const std::scoped_lock lock(uploader_.mutex_);
            uploader_.rooms_.push_back(std::move(bytes_));
        }
    }

    std::string& bytes() { return bytes_; }

private:
    Uploader& uploader_;
    std::string bytes_;
    bool mine_ = true;
};

AwsResult<void> Uploader::run_all(std::vector<Task> tasks) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::optional<aws_client::AwsError> first;
    const auto work = [&] {
        for (std::size_t i = next++; i < tasks.size() && !failed; i = next++) {
            if (auto done = tasks[i](); !done) {
                const std::scoped_lock lock(mutex);
                failed = true;
                if (!first) {
                    first = std::move(done).error();
                }
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < std::min(tasks.size(), side_by_side); ++i) {
            threads.emplace_back(work);
        }
        work();
    }
    return first ? aws_client::aws_fail(std::move(*first)) : AwsResult<void>();
}

AwsResult<void> Uploader::put_missing(
    const S3Place& place, const std::function<AwsResult<void>(const S3Place&)>& send) {
    const std::string shown = fmt::format("{}/{}", place.bucket, place.key);
    if (!rules_.force) {
        AWS_TRY_ASSIGN(const bool there, aws_client::object_exists(session_, place));
        if (there) {
            observer_.log(fmt::format(
                "File with same data already exists at {}, skipping upload", place.key));
            return {};
        }
    }
    auto sent = send(place);
    if (!sent && sent.error().code == "NoSuchBucket") {
        auto error = std::move(sent).error();
        error.message = error.reason = "S3 Bucket does not exist.";
        error.hint = fmt::format("there is no bucket {} that these credentials see", place.bucket);
        return aws_client::aws_fail(std::move(error));
    }
    return sent;
}

AwsResult<S3Place> Uploader::put_once(
    const std::string& digest,
    std::string_view extension,
    const std::function<AwsResult<void>(const S3Place&)>& send) {
    if (rules_.bucket.empty()) {
        return aws_client::aws_fail(
            AwsFailure::other,
            "S3 Bucket not specified, use --s3-bucket to specify a bucket name, or use "
            "--resolve-s3 to create a managed default bucket, or run sam deploy --guided");
    }
    const S3Place place{
        rules_.bucket,
        fmt::format(
            "{}{}{}{}{}",
            rules_.prefix,
            rules_.prefix.empty() ? "" : "/",
            digest,
            extension.empty() ? "" : ".",
            extension)};
    if (rules_.names_only) {
        return place;
    }
    {
        std::unique_lock lock(mutex_);
        if (!keys_.emplace(place.key, State::begun).second) {
            changed_.wait(lock, [&] {
                const auto found = keys_.find(place.key);
                return found == keys_.end() || found->second == State::done;
            });
            return place; // where it failed, the one who tried says so
        }
    }
    auto put = put_missing(place, send);
    {
        const std::scoped_lock lock(mutex_);
        if (put) {
            keys_[place.key] = State::done;
        } else {
            keys_.erase(place.key);
        }
    }
    changed_.notify_all();
    return put ? AwsResult<S3Place>(place) : aws_client::aws_fail(std::move(put).error());
}

AwsResult<void> Uploader::send_file(const S3Place& place, const fs::path& file) {
    std::error_code failed;
    return send(place, fs::file_size(file, failed), [&](const aws_client::PutProgress& progress) {
        return aws_client::put_file(session_, place, rules_.put, file, progress, run_all);
    });
}

AwsResult<void> Uploader::send_bytes(const S3Place& place, std::string_view bytes) {
    return send(place, bytes.size(), [&](const aws_client::PutProgress& progress) {
        return aws_client::put_bytes(session_, place, rules_.put, bytes, progress);
    });
}

// It is all there when S3 says so, not when the last byte has gone.
AwsResult<void> Uploader::send(
    const S3Place& place,
    std::uint64_t size,
    const std::function<AwsResult<void>(const aws_client::PutProgress&)>& put) {
    std::atomic<std::uint64_t> done{0};
    observer_.uploading(place.key, 0, size);
    auto sent = put([&](std::uint64_t bytes) {
        if (const std::uint64_t now = done += bytes; now < size) {
            observer_.uploading(place.key, now, size);
        }
    });
    if (sent) {
        observer_.uploading(place.key, size, size);
    } else {
        observer_.upload_failed(place.key);
    }
    return sent;
}

AwsResult<S3Place> Uploader::put_file(const fs::path& file, std::string_view extension) {
    std::string digest;
    {
        const Slot slot(*this);
        AWS_TRY_ASSIGN(digest, file_digest(file, session_.cancel()));
    }
    return put_once(
        digest, extension, [&](const S3Place& place) { return send_file(place, file); });
}

AwsResult<S3Place> Uploader::put_entries(
    const std::string& digest,
    const std::vector<archive::ZipEntry>& entries,
    std::string_view extension) {
    return put_once(digest, extension, [&](const S3Place& place) -> AwsResult<void> {
        AWS_TRY_ASSIGN(const auto folder, os::TempDir::create("package"));
        const fs::path zip = folder.path() / "artifact.zip";
        Room room(*this);
        {
            const Slot slot(*this);
            AWS_TRY(archive::write_zip(
                zip, entries, [&] { return session_.cancel().cancelled(); }, &room.bytes()));
        }
        return room.bytes().empty() ? send_file(place, zip) : send_bytes(place, room.bytes());
    });
}

AwsResult<S3Place>
Uploader::put_folder(const fs::path& folder, bool lambda, std::string_view extension) {
    std::vector<archive::ZipEntry> entries;
    std::string digest;
    {
        const Slot slot(*this);
        AWS_TRY_ASSIGN(entries, list_folder(folder, lambda));
        AWS_TRY_ASSIGN(digest, entries_digest(entries, session_.cancel()));
    }
    return put_entries(digest, entries, extension);
}

AwsResult<S3Place>
Uploader::put_zipped(const fs::path& file, bool lambda, std::string_view extension) {
    constexpr std::uint32_t everybody_reads = 0444;

    struct stat status {};

    if (::stat(file.c_str(), &status) != 0) {
        return aws_client::aws_fail(
            AwsFailure::other, fmt::format("cannot read {}", file.string()));
    }
    const std::vector<archive::ZipEntry> entries{
        {file.filename().string(),
         file,
         lambda ? status.st_mode | everybody_reads : status.st_mode}};
    std::string digest;
    {
        const Slot slot(*this);
        AWS_TRY_ASSIGN(digest, entries_digest(entries, session_.cancel()));
    }
    return put_entries(digest, entries, extension);
}

AwsResult<S3Place> Uploader::put_text(const std::string& text, std::string_view extension) {
    return put_once(base::md5_hex(text), extension, [&](const S3Place& place) {
        return send_bytes(place, text);
    });
}

} // namespace samara::cloud
