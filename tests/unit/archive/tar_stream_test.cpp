#include "archive/extract.h"
#include "archive/tar_stream.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <fstream>

#include <gmock/gmock.h>

#include <sys/stat.h>

namespace samara::archive {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string all_of(TarStream& tar) {
    std::string whole;
    for (;;) {
        const auto piece = tar.next();
        EXPECT_TRUE(piece) << (piece ? "" : piece.error().message);
        if (!piece || piece->empty()) {
            return whole;
        }
        whole += *piece;
    }
}

class TarStreamTest : public testing::Test {
protected:
    // What tar(1)-like unpacking makes of the archive.
    fs::path unpacked(TarStream& tar) {
        std::ofstream(folder_.path() / "a.tar", std::ios::binary) << all_of(tar);
        const fs::path out = folder_.path() / "out";
        fs::create_directory(out);
        const auto extracted = extract(folder_.path() / "a.tar", out);
        EXPECT_TRUE(extracted) << (extracted ? "" : extracted.error().message);
        return out;
    }

    os::TempDir folder_ = std::move(*os::TempDir::create("tar-test"));
};

TEST_F(TarStreamTest, KeepsBytesNamesAndModes) {
    const std::string program(200'000, 'x');
    TarStream tar;
    tar.add_bytes("Dockerfile", "FROM scratch\n");
    tar.add_bytes("bin/emulator", program, 0755);
    const fs::path out = unpacked(tar);
    EXPECT_EQ(*os::read_file(out / "Dockerfile"), "FROM scratch\n");
    EXPECT_EQ(*os::read_file(out / "bin/emulator"), program);
    EXPECT_EQ(fs::status(out / "bin/emulator").permissions() & fs::perms::mask, fs::perms(0755));
}

TEST_F(TarStreamTest, TakesATreeWithoutWhatTheFilterLeavesOut) {
    const fs::path tree = folder_.path() / "tree";
    fs::create_directories(tree / "src/deep");
    fs::create_directories(tree / "node_modules/x");
    fs::create_directories(tree / "empty");
    std::ofstream(tree / "src/deep/a.py") << "print()";
    std::ofstream(tree / "node_modules/x/index.js") << "x";
    fs::create_symlink("deep/a.py", tree / "src/link");
    ::mkfifo((tree / "pipe").c_str(), 0600);
    TarStream tar;
    const auto added = tar.add_tree(tree, "opt", [](const fs::path& path, bool folder) {
        return !(folder && path.filename() == "node_modules");
    });
    ASSERT_TRUE(added) << added.error().message;
    const fs::path out = unpacked(tar);
    EXPECT_EQ(*os::read_file(out / "opt/src/deep/a.py"), "print()");
    EXPECT_EQ(fs::read_symlink(out / "opt/src/link"), "deep/a.py");
    EXPECT_TRUE(fs::is_directory(out / "opt/empty"));
    EXPECT_FALSE(fs::exists(out / "opt/node_modules"));
    EXPECT_FALSE(fs::exists(out / "opt/pipe"));
}

TEST_F(TarStreamTest, StreamsLargeFilesInPieces) {
    const fs::path file = folder_.path() / "large";
    std::ofstream(file).put('x');
    fs::resize_file(file, 5'000'000);
    TarStream tar;
    tar.add_file(std::string(300, 'n'), file); // longer than a plain tar header holds
    std::size_t largest = 0;
    std::size_t total = 0;
    for (auto piece = tar.next(); piece && !piece->empty(); piece = tar.next()) {
        largest = std::max(largest, piece->size());
        total += piece->size();
    }
    EXPECT_GT(total, 5'000'000);
    EXPECT_LT(largest, 200'000);
}

TEST_F(TarStreamTest, TellsAFileThatIsGone) {
    TarStream tar;
    tar.add_file("x", folder_.path() / "gone");
    const auto piece = tar.next();
    ASSERT_FALSE(piece);
    EXPECT_THAT(piece.error().message, HasSubstr("gone: No such file or directory"));
}

TEST_F(TarStreamTest, AnEmptyArchiveEnds) {
    TarStream tar;
    EXPECT_FALSE(all_of(tar).empty()); // its end mark
    EXPECT_EQ(*tar.next(), "");
}

TEST_F(TarStreamTest, TellsAFolderThatIsMissing) {
    TarStream tar;
    const auto added = tar.add_tree(folder_.path() / "none", "");
    ASSERT_FALSE(added);
    EXPECT_THAT(added.error().message, HasSubstr("none"));
}

} // namespace
} // namespace samara::archive
