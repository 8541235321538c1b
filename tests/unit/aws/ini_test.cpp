#include "aws/ini.h"

#include <gmock/gmock.h>

namespace samara::aws {
namespace {

TEST(Ini, HasSectionsWithPlaces) {
    const Ini ini =
        parse_ini("# mine\n[ default ]\nRegion = eu-west-1 \n\n[profile dev]\noutput=json\n");
    ASSERT_EQ(ini.sections.size(), 2U);
    EXPECT_TRUE(ini.unreadable.empty());
    const IniSection* section = ini.find("default");
    ASSERT_NE(section, nullptr);
    EXPECT_EQ(section->line, 2U);
    ASSERT_EQ(section->entries.size(), 1U);
    EXPECT_EQ(section->entries[0].line, 3U);
    ASSERT_NE(section->find("region"), nullptr);
    EXPECT_EQ(*section->find("region"), "eu-west-1");
    EXPECT_EQ(section->find("output"), nullptr);
    EXPECT_EQ(ini.find("profile other"), nullptr);
}

TEST(Ini, TakesTheLastOfTwo) {
    const Ini ini = parse_ini("[a]\nk = 1\nk = 2\n[a]\nk = 3\n");
    EXPECT_EQ(*ini.sections[0].find("k"), "2");
    EXPECT_EQ(*ini.find("a")->find("k"), "3");
}

TEST(Ini, NamesLinesThatCannotBeRead) {
    const Ini ini = parse_ini("k = before\n[a]\nwhat is this\n; a comment\nk = v = w\n");
    EXPECT_THAT(ini.unreadable, testing::ElementsAre(1U, 3U));
    EXPECT_EQ(*ini.find("a")->find("k"), "v = w");
}

TEST(Ini, ReadsFilesOfWindows) {
    const Ini ini = parse_ini("[a]\r\nk = v\r\n");
    ASSERT_NE(ini.find("a"), nullptr);
    EXPECT_EQ(*ini.find("a")->find("k"), "v");
}

TEST(Ini, OfNestedEntriesTheLastOneOfThatNameCounts) {
    const Ini ini = parse_ini("[profile p]\ns3 =\n  addressing_style = path\n  endpoint_url = "
                              "http://one\n  endpoint_url = http://two\n");
    const IniSection* section = ini.find("profile p");
    ASSERT_NE(section, nullptr);
    const IniEntry* entry = section->find_entry("s3");
    ASSERT_NE(entry, nullptr);
    ASSERT_NE(entry->find("endpoint_url"), nullptr);
    EXPECT_EQ(*entry->find("endpoint_url"), "http://two");
    ASSERT_NE(entry->find("addressing_style"), nullptr);
    EXPECT_EQ(*entry->find("addressing_style"), "path");
    EXPECT_EQ(entry->find("missing"), nullptr);
}

} // namespace
} // namespace samara::aws
