#include "base/hash.h"
#include "base/uuid.h"

#include <regex>

#include <gtest/gtest.h>

namespace samara::base {
namespace {

TEST(Hash, OfNothingAndOfAbc) {
    EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(
        sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Uuid, IsARandomOneOfVersionFour) {
    const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(std::regex_match(make_uuid(), form));
    }
    EXPECT_NE(make_uuid(), make_uuid());
}

} // namespace
} // namespace samara::base
