#include "build/dockerfile.h"

#include <gmock/gmock.h>

namespace samara::build {
namespace {

using testing::ElementsAre;

TEST(Dockerfile, NamesTheImagesItTakesFrom) {
    const auto file = Dockerfile::parse(
        "# syntax=docker/dockerfile:1\n"
        "ARG VERSION=3.11\n"
        "ARG REGISTRY\n"
        "from --platform=linux/amd64 ${REGISTRY}/python:$VERSION as Base\n"
        "FROM base\n"
        "COPY --chown=1 \\\n"
        "  # a comment\n"
        "  --from=tools:2 /a /b\n"
        "COPY --from=0 /c /d\n"
        "FROM scratch\n"
        "FROM ${OTHER:-alpine}\n",
        {{"REGISTRY", "example.com"}});
    ASSERT_TRUE(file.images);
    EXPECT_THAT(*file.images, ElementsAre("example.com/python:3.11", "tools:2", "alpine"));
    EXPECT_EQ(file.buildkit, "# syntax (line 1)");
}

TEST(Dockerfile, SaysWhereItCannotTell) {
    EXPECT_FALSE(Dockerfile::parse("FROM $BASE\n", {}).images);
    EXPECT_FALSE(Dockerfile::parse("FROM ${BASE\n", {}).images);
    EXPECT_FALSE(Dockerfile::parse("FROM a\nADD https://example.com/x /\n", {}).images);
    EXPECT_TRUE(Dockerfile::parse("FROM a\nRUN echo $HOME https://x\n", {}).images);
}

TEST(Dockerfile, NamesWhatOnlyBuildKitUnderstands) {
    EXPECT_EQ(Dockerfile::parse("FROM a\nRUN pip install x\nCOPY --from=b c d\n", {}).buildkit, "");
    const auto mount =
        Dockerfile::parse("FROM a\n\nRUN --mount=type=bind,from=b,target=/x ls\n", {});
    EXPECT_EQ(mount.buildkit, "RUN --mount (line 3)");
    EXPECT_THAT(*mount.images, ElementsAre("a", "b"));
    EXPECT_EQ(Dockerfile::parse("FROM a\nCOPY --link b c\n", {}).buildkit, "COPY --link (line 2)");
    const auto here =
        Dockerfile::parse("FROM a\nRUN <<EOF\nFROM not-this\nEOF\nCOPY --from=b c d\n", {});
    EXPECT_EQ(here.buildkit, "RUN << (line 2)");
    EXPECT_THAT(*here.images, ElementsAre("a", "b"));
}

} // namespace
} // namespace samara::build
