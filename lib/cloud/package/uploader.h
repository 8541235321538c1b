#pragma once

#include "aws_client/s3.h"
#include "cloud/observer.h"
#include "cloud/package/content.h"

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace samara::cloud {

struct UploadRules {
    std::string bucket;      ///< empty: nothing can be uploaded
    std::string prefix;      ///< without slashes at its ends; may be empty
    bool force = false;      ///< also what is there already
    bool names_only = false; ///< nothing is sent: what would be where?
    aws_client::PutRules put;
};

/// Puts artifacts under a name that is made of their content, unless they are there.
class Uploader {
public:
    Uploader(aws_client::Session& session, UploadRules rules, Observer& observer)
        : session_(session), rules_(std::move(rules)), observer_(observer) {}

    /// A file, a folder as a zip file, or a text. `extension` may be empty. Thread-safe.
    aws_client::AwsResult<aws_client::S3Place>
    put_file(const std::filesystem::path& file, std::string_view extension);
    aws_client::AwsResult<aws_client::S3Place>
    put_folder(const std::filesystem::path& folder, bool lambda, std::string_view extension);
    /// One file as the only one in a zip file.
    aws_client::AwsResult<aws_client::S3Place>
    put_zipped(const std::filesystem::path& file, bool lambda, std::string_view extension);
    aws_client::AwsResult<aws_client::S3Place>
    put_text(const std::string& text, std::string_view extension);

    aws_client::Session& session() { return session_; }

    [[nodiscard]] const UploadRules& rules() const { return rules_; }

    /// Runs all at once, at most so many side by side, and gives the first error.
    static aws_client::AwsResult<void>
    run_all(std::vector<std::function<aws_client::AwsResult<void>()>> tasks);

private:
    class Slot;
    class Room;
    /// Once for a key, however many resources have the same content.
    aws_client::AwsResult<aws_client::S3Place> put_once(
        const std::string& digest,
        std::string_view extension,
        const std::function<aws_client::AwsResult<void>(const aws_client::S3Place&)>& send);
    aws_client::AwsResult<void> put_missing(
        const aws_client::S3Place& place,
        const std::function<aws_client::AwsResult<void>(const aws_client::S3Place&)>& send);
    aws_client::AwsResult<void>
    send_file(const aws_client::S3Place& place, const std::filesystem::path& file);
    aws_client::AwsResult<void> send(
        const aws_client::S3Place& place,
        std::uint64_t size,
        const std::function<aws_client::AwsResult<void>(const aws_client::PutProgress&)>& put);
    aws_client::AwsResult<void>
    send_bytes(const aws_client::S3Place& place, std::string_view bytes);
    aws_client::AwsResult<aws_client::S3Place> put_entries(
        const std::string& digest,
        const std::vector<archive::ZipEntry>& entries,
        std::string_view extension);

    aws_client::Session& session_;
    UploadRules rules_;
    Observer& observer_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t working_ = 0;        ///< threads that need the processor
    std::vector<std::string> rooms_; ///< that nobody has
    std::uint32_t more_rooms_ = 3;   ///< that may still be made
    enum class State : std::uint8_t { begun, done };
    std::map<std::string, State> keys_;
};

} // namespace samara::cloud
