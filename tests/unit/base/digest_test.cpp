#include "base/digest.h"
#include "base/hash.h"

#include <gtest/gtest.h>

namespace samara::base {
namespace {

TEST(Digest, IsThatOfTheWhole) {
    Digest sha256;
    Digest md5(DigestKind::md5);
    for (const char* piece : {"a", "", "bc"}) {
        sha256.add(piece);
        md5.add(piece);
    }
    EXPECT_EQ(sha256.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(md5.hex(), md5_hex("abc"));
}

} // namespace
} // namespace samara::base
