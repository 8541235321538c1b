#include "archive/extract.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>

#include <sys/resource.h>

namespace samara::archive {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Entry {
    std::string name;
    unsigned type = AE_IFREG;
    std::string content; // of a link: where it leads
    bool hard = false;
    unsigned mode = 0640;
};

class ExtractTest : public testing::Test {
protected:
    ExtractTest() { fs::create_directory(out_); }

    fs::path make(const std::vector<Entry>& entries, bool zip = false) {
        const fs::path file = folder_.path() / (zip ? "a.zip" : "a.tar.gz");
        struct archive* writer = archive_write_new();
        if (zip) {
            archive_write_set_format_zip(writer);
        } else {
            archive_write_set_format_pax_restricted(writer);
            archive_write_add_filter_gzip(writer);
        }
        archive_write_open_filename(writer, file.c_str());
        for (const Entry& entry : entries) {
            archive_entry* head = archive_entry_new();
            archive_entry_set_pathname(head, entry.name.c_str());
            archive_entry_set_filetype(head, entry.type);
            archive_entry_set_perm(head, entry.mode);
            if (entry.hard) {
                archive_entry_set_hardlink(head, entry.content.c_str());
            } else if (entry.type == AE_IFLNK) {
                archive_entry_set_symlink(head, entry.content.c_str());
            } else {
                archive_entry_set_size(head, static_cast<la_int64_t>(entry.content.size()));
            }
            archive_write_header(writer, head);
            if (entry.type == AE_IFREG && !entry.hard) {
                archive_write_data(writer, entry.content.data(), entry.content.size());
            }
            archive_entry_free(head);
        }
        archive_write_free(writer);
        return file;
    }

    void expect_refused(const std::vector<Entry>& entries, std::string_view why) {
        const auto extracted = extract(make(entries), out_);
        ASSERT_FALSE(extracted) << entries.back().name;
        EXPECT_THAT(extracted.error().message, HasSubstr(std::string(why)));
        EXPECT_FALSE(fs::exists(folder_.path() / "escaped"));
    }

    os::TempDir folder_ = std::move(*os::TempDir::create("extract-test"));
    fs::path out_ = folder_.path() / "out";
};

TEST_F(ExtractTest, UnpacksZipAndTar) {
    for (const bool zip : {false, true}) {
        fs::remove_all(out_);
        fs::create_directory(out_);
        const auto extracted = extract(
            make(
                {{"./", AE_IFDIR, ""},
                 {"a/b.txt", AE_IFREG, "text"},
                 {"a/link", AE_IFLNK, "b.txt"},
                 {"a/up", AE_IFLNK, ".."}},
                zip),
            out_);
        ASSERT_TRUE(extracted) << extracted.error().message;
        EXPECT_EQ(*os::read_file(out_ / "a/b.txt"), "text");
        EXPECT_EQ(*os::read_file(out_ / "a/link"), "text");
        EXPECT_EQ(fs::status(out_ / "a/b.txt").permissions() & fs::perms::mask, fs::perms(0640));
    }
}

TEST_F(ExtractTest, KeepsHardLinksInside) {
    const auto extracted =
        extract(make({{"a", AE_IFREG, "text"}, {"b", AE_IFREG, "a", true}}), out_);
    ASSERT_TRUE(extracted) << extracted.error().message;
    EXPECT_EQ(fs::hard_link_count(out_ / "b"), 2);
}

TEST_F(ExtractTest, RefusesWhatLeavesTheFolder) {
    expect_refused({{"../escaped", AE_IFREG, "x"}}, "leads out");
    expect_refused({{"a/../../escaped", AE_IFREG, "x"}}, "leads out");
    expect_refused({{(folder_.path() / "escaped").string(), AE_IFREG, "x"}}, "leads out");
    expect_refused({{"l", AE_IFLNK, "../escaped"}}, "links out");
    expect_refused({{"l", AE_IFLNK, "/etc/passwd"}}, "links out");
    expect_refused({{"a/l", AE_IFLNK, "../../escaped"}}, "links out");
    expect_refused({{"h", AE_IFREG, "../escaped", true}}, "links out");
    expect_refused({{"p", AE_IFIFO, ""}}, "no file, folder or link");
}

// Each link may stay inside by its text, and lead out by way of another one.
TEST_F(ExtractTest, RefusesLinksThatLeaveTogether) {
    expect_refused(
        {{"s/file", AE_IFREG, ""},
         {"a/b/c/l", AE_IFLNK, "../../../s"},
         {"k", AE_IFLNK, "a/b/c/l/../../escaped"}},
        "links out");
    expect_refused({{"a/b/l", AE_IFLNK, "../../s"}, {"l", AE_IFLNK, "a/b/l", true}}, "links out");
    expect_refused({{"a/b/l", AE_IFLNK, "../../../a"}}, "links out");
    expect_refused({{"l", AE_IFLNK, ""}}, "links out");
}

TEST_F(ExtractTest, LeavesSpecialBitsBehind) {
    for (const bool zip : {false, true}) {
        fs::remove_all(out_);
        fs::create_directory(out_);
        ASSERT_TRUE(extract(
            make({{"d/", AE_IFDIR, "", false, 07777}, {"d/run", AE_IFREG, "x", false, 06755}}, zip),
            out_));
        EXPECT_EQ(fs::status(out_ / "d/run").permissions(), fs::perms(0755)) << zip;
        EXPECT_EQ(fs::status(out_ / "d").permissions(), fs::perms(0777)) << zip;
    }
}

TEST_F(ExtractTest, LetsTheOwnerReadWhatNobodyMay) {
    for (const bool zip : {false, true}) {
        fs::remove_all(out_);
        fs::create_directory(out_);
        ASSERT_TRUE(extract(
            make({{"d/", AE_IFDIR, "", false, 0}, {"d/x", AE_IFREG, "x", false, 0}}, zip), out_));
        EXPECT_EQ(fs::status(out_ / "d").permissions(), fs::perms(0700)) << zip;
        EXPECT_EQ(fs::status(out_ / "d/x").permissions(), fs::perms(0600)) << zip;
    }
}

TEST_F(ExtractTest, WritesNothingThroughALink) {
    fs::create_directory(folder_.path() / "elsewhere");
    // A link that was there before is as untrusted as one of the archive's.
    fs::create_symlink(folder_.path() / "elsewhere", out_ / "l");
    const auto extracted = extract(make({{"l/escaped", AE_IFREG, "x"}}), out_);
    EXPECT_FALSE(extracted);
    EXPECT_FALSE(fs::exists(folder_.path() / "elsewhere/escaped"));
}

// As on a full disk: what was written of it is no file of the archive.
TEST_F(ExtractTest, AFileThatCannotBeWrittenToItsEndIsAnError) {
    struct rlimit before {};

    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    for (const bool zip : {false, true}) {
        const fs::path file = make({{"x", AE_IFREG, std::string(300'000, 'x')}}, zip);

        const struct rlimit small { 100'000, before.rlim_max };

        ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const auto extracted = extract(file, out_);
        ::setrlimit(RLIMIT_FSIZE, &before);
        ASSERT_FALSE(extracted) << zip;
        EXPECT_THAT(extracted.error().message, HasSubstr("(x): "));
    }
    std::signal(SIGXFSZ, handler);
}

TEST_F(ExtractTest, StopsABomb) {
    const fs::path bomb = make({{"zeros", AE_IFREG, std::string(3'000'000, '\0')}});
    EXPECT_LT(fs::file_size(bomb), 10'000);
    const auto extracted = extract(bomb, out_, {.bytes = 1'000'000});
    ASSERT_FALSE(extracted);
    EXPECT_THAT(extracted.error().message, HasSubstr("more than 1000000 bytes"));
    EXPECT_FALSE(fs::exists(out_ / "zeros"));

    const std::string half(600'000, '\0');
    const auto in_parts =
        extract(make({{"1", AE_IFREG, half}, {"2", AE_IFREG, half}}), out_, {.bytes = 1'000'000});
    EXPECT_FALSE(in_parts);
    EXPECT_TRUE(fs::exists(out_ / "1"));
    EXPECT_FALSE(fs::exists(out_ / "2"));

    const fs::path crowd = make({{"a", AE_IFREG, ""}, {"b", AE_IFREG, ""}, {"c", AE_IFREG, ""}});
    const auto crowded = extract(crowd, out_, {.entries = 2});
    ASSERT_FALSE(crowded);
    EXPECT_THAT(crowded.error().message, HasSubstr("more than 2 entries"));
}

TEST_F(ExtractTest, TellsWhatIsNoArchive) {
    const fs::path file = folder_.path() / "text.zip";
    std::ofstream(file) << "this is not a zip file";
    const auto extracted = extract(file, out_);
    ASSERT_FALSE(extracted);
    EXPECT_THAT(extracted.error().message, HasSubstr("text.zip"));
    EXPECT_FALSE(extract(folder_.path() / "missing.zip", out_));
}

} // namespace
} // namespace samara::archive
