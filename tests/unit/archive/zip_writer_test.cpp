#include "archive/extract.h"
#include "archive/zip_writer.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <random>

#include <gtest/gtest.h>

namespace samara::archive {
namespace {

class ZipWriterTest : public testing::Test {
protected:
    ZipEntry entry(const std::string& name, const std::string& content) {
        const auto file = folder_.path() / ("file" + std::to_string(++count_));
        EXPECT_TRUE(os::replace_file(file, content));
        return {name, file, 0100644};
    }

    std::string zip(const std::vector<ZipEntry>& entries) {
        const auto path = folder_.path() / "out.zip";
        EXPECT_TRUE(write_zip(path, entries));
        return os::read_file(path).value_or("");
    }

    os::TempDir folder_ = os::TempDir::create("zip-test").value();
    int count_ = 0;
};

std::string noise(std::size_t size) {
    std::minstd_rand random(7);
    std::string bytes(size, '\0');
    for (char& byte : bytes) {
        byte = static_cast<char>(random());
    }
    return bytes;
}

TEST_F(ZipWriterTest, ComesOutAsItWentIn) {
    constexpr std::size_t large = 9U << 20U; // streamed
    const std::vector<std::string> contents{
        "",
        "short",
        std::string(100'000, 'x'),
        noise(100'000),
        std::string(large, 'y'),
        noise(large)};
    std::vector<ZipEntry> entries;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        entries.push_back(entry("a/e" + std::to_string(i), contents[i]));
    }
    const std::string bytes = zip(entries);
    EXPECT_LT(bytes.size(), 10U << 20U) << "what can be made smaller is";
    const auto to = folder_.path() / "to";
    ASSERT_TRUE(os::make_folders(to));
    const auto extracted = extract(folder_.path() / "out.zip", to);
    ASSERT_TRUE(extracted) << extracted.error().message;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        EXPECT_EQ(os::read_file(to / ("a/e" + std::to_string(i))).value_or("?"), contents[i]) << i;
    }
}

TEST_F(ZipWriterTest, TheSameFilesGiveTheSameBytes) {
    EXPECT_EQ(zip({entry("a", "1"), entry("b", "2")}), zip({entry("a", "1"), entry("b", "2")}));
}

TEST_F(ZipWriterTest, StaysInMemoryWhileItIsSmall) {
    constexpr std::size_t streamed = 5U << 20U;
    const std::vector<ZipEntry> entries{
        entry("a", std::string(streamed, 'x')), entry("b", noise(100'000))};
    const std::string expected = zip(entries);
    const auto other = folder_.path() / "other.zip";
    const auto with_room = [&](std::size_t size) {
        std::string memory = "left over";
        memory.reserve(size);
        EXPECT_EQ(memory.capacity(), size);
        EXPECT_TRUE(write_zip(other, entries, {}, &memory));
        EXPECT_EQ(memory.capacity(), size) << "neither grows nor goes";
        return memory;
    };
    for (const std::size_t size : {expected.size(), expected.size() + 1}) {
        EXPECT_EQ(with_room(size), expected);
        EXPECT_FALSE(std::filesystem::exists(other)) << "no file is made";
    }
    // One byte less, or what fills up in the middle of the first file.
    for (const std::size_t size : {expected.size() - 1, std::size_t{100}}) {
        EXPECT_EQ(with_room(size), "");
        EXPECT_EQ(os::read_file(other).value_or(""), expected);
        std::filesystem::remove(other);
    }
}

TEST_F(ZipWriterTest, FailsWhereItCannotWrite) {
    EXPECT_FALSE(write_zip(folder_.path() / "no/such.zip", {entry("a", "1")}));
    EXPECT_FALSE(write_zip(folder_.path() / "x.zip", {{"a", folder_.path() / "gone", 0}}));
    EXPECT_FALSE(write_zip("/dev/full", {entry("a", noise(100'000))}));
}

TEST_F(ZipWriterTest, StopsWhenAsked) {
    EXPECT_FALSE(write_zip(folder_.path() / "x.zip", {entry("a", "1")}, [] { return true; }));
}

} // namespace
} // namespace samara::archive
