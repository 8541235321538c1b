#include "archive/sniff.h"
#include "archive/tar_stream.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <gtest/gtest.h>

namespace samara::archive {
namespace {

TEST(Sniff, TellsTarArchivesByTheirBytes) {
    const auto folder = os::TempDir::create("sniff");
    ASSERT_TRUE(folder);
    const auto looks_like_tar = [&](std::string_view bytes) {
        const auto path = folder->path() / "file";
        EXPECT_TRUE(os::write_file_atomically(path, bytes));
        return is_tar(path);
    };
    TarStream tar;
    tar.add_bytes("manifest.json", "[]");
    std::string bytes;
    for (auto piece = tar.next(); piece && !piece->empty(); piece = tar.next()) {
        bytes += *piece;
    }
    EXPECT_TRUE(looks_like_tar(bytes));
    EXPECT_TRUE(looks_like_tar("\x1f\x8b\x08 gzip"));
    EXPECT_TRUE(looks_like_tar("BZh91AY"));
    EXPECT_TRUE(looks_like_tar("\xfd"
                               "7zXZ xz"));
    EXPECT_TRUE(looks_like_tar("\x28\xb5\x2f\xfd zstd"));
    EXPECT_FALSE(looks_like_tar("PK\x03\x04 zip"));
    EXPECT_FALSE(looks_like_tar("#!/bin/sh\n"));
    EXPECT_FALSE(looks_like_tar(""));
    EXPECT_FALSE(is_tar(folder->path()));
    EXPECT_FALSE(is_tar(folder->path() / "nothing"));
}

} // namespace
} // namespace samara::archive
