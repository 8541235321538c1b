#include "base/base64.h"

#include <gtest/gtest.h>

namespace samara::base {
namespace {

TEST(Base64, EncodesTheVectorsOfRfc4648) {
    EXPECT_EQ(base64_encode(""), "");
    EXPECT_EQ(base64_encode("f"), "Zg==");
    EXPECT_EQ(base64_encode("fo"), "Zm8=");
    EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, DecodesBothAlphabetsWithAndWithoutPadding) {
    EXPECT_EQ(base64_decode("Zm8="), "fo");
    EXPECT_EQ(base64_decode("Zm8"), "fo");
    EXPECT_EQ(base64_decode("-_8"), base64_decode("+/8="));
    EXPECT_EQ(base64_decode("Zm9vYmFy"), "foobar");
    EXPECT_EQ(base64_decode("Zg"), "f");
    EXPECT_EQ(base64_decode("AAAA"), std::string(3, '\0'));
    EXPECT_EQ(base64_decode("____"), "\xFF\xFF\xFF");
    EXPECT_EQ(base64_decode(""), "");
    EXPECT_EQ(base64_decode("===="), "");
    EXPECT_EQ(base64_decode("Zm9vY"), std::nullopt);
    EXPECT_EQ(base64_decode("Zm9v!"), std::nullopt);
    EXPECT_EQ(base64_decode("Z"), std::nullopt);
}

} // namespace
} // namespace samara::base
