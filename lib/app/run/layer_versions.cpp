#include "app/run/layer_versions.h"

#include "app/run/unpack.h"
#include "archive/extract.h"
#include "aws_client/download.h"
#include "aws_client/session.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/hash.h"
#include "base/try.h"
#include "base/usage_error.h"
#include "data/accessors.h"
#include "model/code_file.h"
#include "model/limits.h"
#include "os/environment.h"
#include "os/temp_dir.h"

#include <fstream>
#include <utility>

#include <fmt/format.h>

namespace samara::app {

namespace fs = std::filesystem;

namespace {

base::Error usage(std::string message) {
    return base::usage_error(
        std::move(message),
        "write --layer-archive arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION=FILE.zip");
}

// Into `file`; gives its SHA-256 in hexadecimal digits.
base::Result<std::string>
download_file(const std::string& url, const fs::path& file, const os::Cancellation& cancel) {
    std::ofstream out(file, std::ios::binary);
    base::Digest digest;
    const auto done = aws_client::download(
        url,
        model::limits().unzipped_bytes,
        [&](std::string_view bytes) {
            digest.add(bytes);
            out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            return out.good();
        },
        cancel);
    out.close();
    if (!out) {
        return base::fail(fmt::format("cannot write {}", file.string()));
    }
    return done ? base::Result<std::string>(digest.hex()) : base::fail(done.error());
}

std::string hex_of_base64(const std::string& text) {
    const auto bytes = base::base64_decode(text);
    std::string hex;
    for (const char byte : bytes.value_or(std::string())) {
        hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    return hex;
}

} // namespace

std::string cache_name(const model::LayerVersionArn& arn) {
    constexpr std::size_t digits = 10;
    return fmt::format(
        "{}-{}-{}", arn.layer, arn.version, base::sha256_hex(arn.text).substr(0, digits));
}

LayerVersions::LayerVersions(fs::path cache, std::string profile, base::Log log)
    : cache_(std::move(cache)), profile_(std::move(profile)), log_(std::move(log)) {}

base::Result<LayerVersions> LayerVersions::make(
    const std::vector<std::string>& archives, fs::path cache, std::string profile, base::Log log) {
    if (cache.empty()) {
        cache = fs::path(os::variable("HOME").value_or("/")) / ".aws-sam" / "layers-pkg";
    }
    LayerVersions versions(std::move(cache), std::move(profile), std::move(log));
    for (const std::string& given : archives) {
        const std::size_t equals = given.find('=');
        if (equals == std::string::npos ||
            !model::LayerVersionArn::parse(std::string_view(given).substr(0, equals))) {
            return base::fail(
                usage(fmt::format("--layer-archive: '{}' names no layer version", given)));
        }
        fs::path file = given.substr(equals + 1);
        if (!model::is_archive(file)) {
            return base::fail(
                usage(fmt::format("--layer-archive: {} is not a zip archive", file.string())));
        }
        versions.archives_.insert_or_assign(given.substr(0, equals), std::move(file));
    }
    return versions;
}

base::Result<fs::path>
LayerVersions::folder(const model::LayerVersionArn& arn, const os::Cancellation& cancel) const {
    if (const auto archive = archives_.find(arn.text); archive != archives_.end()) {
        log_.debug(fmt::format("layer {}: from {}", arn.text, archive->second.string()));
        return unpack(archive->second, log_, cancel);
    }
    const fs::path folder = cache_ / cache_name(arn);
    std::error_code ignored;
    log_.debug(fmt::format(
        "layer {}: {} {}",
        arn.text,
        fs::is_directory(folder, ignored) ? "kept in" : "to be fetched into",
        folder.string()));
    const auto made = make_once(
        folder, [&](const fs::path& empty) { return fetch(arn, empty, cancel); }, cancel);
    if (made) {
        return fs::absolute(folder);
    }
    base::Error error = made.error();
    error.message = fmt::format("cannot fetch the layer {}: {}", arn.text, error.message);
    if (error.hint.empty()) {
        error.hint = fmt::format("or give its zip file: --layer-archive {}=FILE", arn.text);
    }
    return base::fail(std::move(error));
}

base::Result<void> LayerVersions::fetch(
    const model::LayerVersionArn& arn,
    const fs::path& empty,
    const os::Cancellation& cancel) const {
    TRY_ASSIGN(
        const auto session,
        aws_client::Session::open({.region = arn.region, .profile = profile_, .cancel = cancel}));
    log_.info(fmt::format("Downloading {}", arn.text));
    aws_client::Call call{.service = "lambda", .operation = "GetLayerVersionByArn"};
    call.input.set("Arn", arn.text);
    TRY_ASSIGN(const auto reply, session->call(call));
    const data::Value* content = reply.value.find("Content");
    const std::string expected =
        content == nullptr ? std::string() : hex_of_base64(data::text_of(*content, "CodeSha256"));
    if (content == nullptr || expected.empty()) {
        return base::fail("the answer names no content");
    }
    TRY_ASSIGN(const auto temporary, os::TempDir::create("layer"));
    const fs::path archive = temporary.path() / "layer.zip";
    TRY_ASSIGN(
        const auto digest, download_file(data::text_of(*content, "Location"), archive, cancel));
    if (digest != expected) {
        return base::fail(fmt::format("its SHA-256 is {}, and should be {}", digest, expected));
    }
    return archive::extract(archive, empty, {.bytes = model::limits().unzipped_bytes});
}

} // namespace samara::app
