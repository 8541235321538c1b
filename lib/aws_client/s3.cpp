#include "aws_client/s3.h"

#include "aws_client/xml.h"
#include "base/digest.h"
#include "base/try.h"
#include "data/accessors.h"
#include "os/unique_fd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

namespace samara::aws_client {

namespace {

constexpr std::uint64_t part_size = std::uint64_t{8} << 20U;
constexpr std::uint64_t most_parts = 10'000;
constexpr std::size_t piece_size = std::size_t{64} << 10U;

struct Slice {
    std::filesystem::path file;
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
};

base::Result<os::UniqueFd> open_file(const std::filesystem::path& file) {
    os::UniqueFd opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC)); // NOLINT: open(2) is variadic
    return opened.get() >= 0 ? base::Result<os::UniqueFd>(std::move(opened))
                             : base::fail(fmt::format("cannot read {}", file.string()));
}

/// The next bytes of a slice, empty at its end.
class SliceReader {
public:
    SliceReader(os::UniqueFd file, const Slice& slice)
        : file_(std::move(file)), at_(slice.begin), left_(slice.size) {}

    base::Result<std::string_view> next() {
        const std::size_t wanted = std::min<std::uint64_t>(left_, bytes_.size());
        ssize_t got = 0;
        do {
            got = ::pread(file_.get(), bytes_.data(), wanted, static_cast<off_t>(at_));
        } while (got < 0 && errno == EINTR);
        if (got < 0 || (got == 0 && wanted > 0)) {
            return base::fail("a file changed while it was uploaded");
        }
        at_ += static_cast<std::uint64_t>(got);
        left_ -= static_cast<std::uint64_t>(got);
        return std::string_view(bytes_.data(), static_cast<std::size_t>(got));
    }

private:
    os::UniqueFd file_;
    std::uint64_t at_;
    std::uint64_t left_;
    std::array<char, piece_size> bytes_{};
};

/// What was told of an attempt that failed is taken back: a progress never goes past its end.
struct Told {
    PutProgress progress;
    std::uint64_t bytes = 0;
};

/// The next bytes at each call, empty at the end.
using Pieces = std::function<base::Result<std::string_view>()>;
using OpenPieces = std::function<base::Result<Pieces>()>;

OpenPieces pieces_of(const Slice& slice) {
    return [slice]() -> base::Result<Pieces> {
        TRY_ASSIGN(auto file, open_file(slice.file));
        return [reader = std::make_shared<SliceReader>(std::move(file), slice)] {
            return reader->next();
        };
    };
}

OpenPieces pieces_of(std::string_view whole) {
    return [whole]() -> base::Result<Pieces> {
        return [rest = whole]() mutable -> base::Result<std::string_view> {
            const std::string_view piece = rest.substr(0, piece_size);
            rest.remove_prefix(piece.size());
            return piece;
        };
    };
}

base::Result<std::string> sha256_of(const OpenPieces& open) {
    TRY_ASSIGN(const auto next, open());
    base::Digest digest;
    while (true) {
        TRY_ASSIGN(const auto bytes, next());
        if (bytes.empty()) {
            return digest.hex();
        }
        digest.add(bytes);
    }
}

base::Result<StreamedBody>
body_of(OpenPieces open, std::uint64_t size, const PutProgress& progress) {
    StreamedBody body;
    body.size = size;
    TRY_ASSIGN(body.sha256, sha256_of(open));
    body.open = [open = std::move(open),
                 told =
                     std::make_shared<Told>(Told{progress, 0})]() -> base::Result<net::BodySource> {
        TRY_ASSIGN(auto next, open());
        if (told->progress && told->bytes > 0) {
            told->progress(0 - told->bytes);
        }
        told->bytes = 0;
        return [next = std::move(next), told]() -> net::HttpResult<std::string_view> {
            auto bytes = next();
            if (!bytes) {
                return tl::unexpected(
                    net::HttpError{net::HttpFailure::cancelled, bytes.error().message});
            }
            told->bytes += bytes->size();
            if (told->progress) {
                told->progress(bytes->size());
            }
            return *bytes;
        };
    };
    return body;
}

Call call_on(std::string_view operation, const S3Place& place) {
    Call call{.service = "s3", .operation = operation};
    call.input.set("Bucket", place.bucket);
    call.input.set("Key", place.key);
    return call;
}

Call with_rules(Call call, const PutRules& rules) {
    call.input.set("ServerSideEncryption", rules.kms_key_id.empty() ? "AES256" : "aws:kms");
    if (!rules.kms_key_id.empty()) {
        call.input.set("SSEKMSKeyId", rules.kms_key_id);
    }
    data::Map metadata;
    for (const auto& [name, value] : rules.metadata) {
        metadata.set(name, value);
    }
    if (!metadata.empty()) {
        call.input.set("Metadata", std::move(metadata));
    }
    return call;
}

AwsResult<void> put_whole(
    Session& session,
    const S3Place& place,
    const PutRules& rules,
    OpenPieces pieces,
    std::uint64_t size,
    const PutProgress& progress) {
    Call call = with_rules(call_on("PutObject", place), rules);
    AWS_TRY_ASSIGN(call.streamed, body_of(std::move(pieces), size, progress));
    AWS_TRY(session.call(call));
    return {};
}

AwsResult<void> put_parts(
    Session& session,
    const S3Place& place,
    const Slice& whole,
    const std::string& upload,
    const PutProgress& progress,
    const RunAll& run_all) {
    const std::uint64_t size = std::max(part_size, (whole.size + most_parts - 1) / most_parts);
    const std::uint64_t count = (whole.size + size - 1) / size;
    std::vector<std::string> tags(count);
    std::vector<std::function<AwsResult<void>()>> tasks;
    for (std::uint64_t part = 0; part < count; ++part) {
        tasks.emplace_back([&, part]() -> AwsResult<void> {
            const Slice slice{whole.file, part * size, std::min(size, whole.size - part * size)};
            Call call = call_on("UploadPart", place);
            call.input.set("PartNumber", static_cast<std::int64_t>(part + 1));
            call.input.set("UploadId", upload);
            AWS_TRY_ASSIGN(call.streamed, body_of(pieces_of(slice), slice.size, progress));
            AWS_TRY_ASSIGN(const auto reply, session.call(call));
            tags[part] = reply.header("ETag");
            return {};
        });
    }
    AWS_TRY(run_all(std::move(tasks)));
    std::string parts;
    for (std::uint64_t part = 0; part < count; ++part) {
        parts += fmt::format(
            "<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>",
            part + 1,
            xml_escape(tags[part]));
    }
    Call complete = call_on("CompleteMultipartUpload", place);
    complete.input.set("UploadId", upload);
    complete.headers = {{"Content-Type", "application/xml"}};
    complete.body = fmt::format(
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{}"
        "</CompleteMultipartUpload>",
        parts);
    AWS_TRY(session.call(complete));
    return {};
}

} // namespace

AwsResult<bool> object_exists(Session& session, const S3Place& place) {
    const auto reply = session.call(call_on("HeadObject", place));
    if (!reply && reply.error().failure != AwsFailure::service) {
        return aws_fail(reply.error());
    }
    return reply.has_value();
}

AwsResult<void> put_bytes(
    Session& session,
    const S3Place& place,
    const PutRules& rules,
    std::string_view bytes,
    const PutProgress& progress) {
    return put_whole(session, place, rules, pieces_of(bytes), bytes.size(), progress);
}

AwsResult<void> put_file(
    Session& session,
    const S3Place& place,
    const PutRules& rules,
    const std::filesystem::path& file,
    const PutProgress& progress,
    const RunAll& run_all) {
    std::error_code failed;
    const Slice whole{file, 0, std::filesystem::file_size(file, failed)};
    if (failed) {
        return aws_fail(AwsFailure::other, fmt::format("cannot read {}", file.string()));
    }
    if (whole.size < part_size) {
        return put_whole(session, place, rules, pieces_of(whole), whole.size, progress);
    }
    Call create = with_rules(call_on("CreateMultipartUpload", place), rules);
    create.cleans_up = true; // only its answer tells what is to be aborted
    AWS_TRY_ASSIGN(const auto begun, session.call(create));
    const std::string upload = data::text_of(begun.value, "UploadId");
    auto put = put_parts(session, place, whole, upload, progress, run_all);
    if (!put) {
        Call abort = call_on("AbortMultipartUpload", place);
        abort.input.set("UploadId", upload);
        abort.cleans_up = true;
        static_cast<void>(
            session.call(abort).has_value()); // the first error is the one that counts
    }
    return put;
}

AwsResult<std::string> path_style_url(const Session& session, const S3Place& place) {
    AWS_TRY_ASSIGN(const auto endpoint, session.endpoint("s3"));
    return fmt::format("{}/{}/{}", endpoint.url, place.bucket, place.key);
}

} // namespace samara::aws_client
