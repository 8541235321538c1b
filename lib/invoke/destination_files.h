#pragma once

#include "base/error.h"

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

namespace samara::invoke {

/// Stands for the queues, topics and buses that exist in AWS only: a file each, one record a line.
/// Thread-safe.
class DestinationFiles {
public:
    explicit DestinationFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// The file of an ARN: "sqs-failures.jsonl" in the folder for
    /// "arn:aws:sqs:us-east-1:123456789012:failures".
    [[nodiscard]] std::filesystem::path file_of(std::string_view arn) const;

    /// Adds a line; folder and file are made when needed. Gives the file.
    base::Result<std::filesystem::path> append(std::string_view arn, std::string_view line);

private:
    std::filesystem::path folder_;
    std::mutex mutex_;
};

} // namespace samara::invoke
