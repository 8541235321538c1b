#include "build/artifact_check.h"
#include "build/inspect.h"
#include "build/zipped_size.h"
#include "project.h"

#include <random>

#include <gmock/gmock.h>

namespace samara::build {
namespace {

using testing::HasSubstr;

class Sizes : public Project {
protected:
    std::string told(const std::vector<NamedSize>& sizes) {
        std::string text;
        report_size("Fn", sizes, base::Log([&](base::LogLevel, std::string_view line) {
                        text += std::string(line) + "\n";
                    }));
        return text;
    }

    static std::string noise(std::size_t bytes) {
        std::mt19937 random; // NOLINT(*-msc51-cpp): the same every time
        std::string text(bytes, '\0');
        for (char& c : text) {
            c = static_cast<char>(random());
        }
        return text;
    }
};

constexpr std::uint64_t mega = 1U << 20U;

TEST_F(Sizes, AFunctionCountsWithItsLayers) {
    const Size half{130 * mega, 0, {{"numpy", 100 * mega}, {"app.py", 30 * mega}}};
    EXPECT_EQ(told({{"Fn", half}}), "");
    EXPECT_EQ(
        told({{"Fn", half}, {"Shared", half}}),
        "Fn: 260 MB unzipped with its layers, and Lambda takes 250 MB with all layers (largest: "
        "numpy 100 MB, Shared/numpy 100 MB, app.py 30 MB)\n");
}

TEST_F(Sizes, ALargeArchiveIsTold) {
    const Size size{80 * mega, 60 * mega, {{"lib", 80 * mega}}};
    EXPECT_THAT(told({{"Fn", size}}), HasSubstr("Fn: about 60 MB zipped: more than the 50 MB"));
    EXPECT_EQ(told({{"Fn", {80 * mega, 40 * mega, {}}}}), "");
    EXPECT_EQ(told({{"Fn", {}}, {"Shared", size}}), "");
}

TEST_F(Sizes, SamplesTellHowSmallAnArchiveIs) {
    write("noise", noise(3 * mega));
    write("zeros", std::string(3 * mega, '\0'));
    write("empty", "");
    const auto file = [&](const char* name, std::uint64_t bytes) {
        return FileSize{(root() / name).string(), bytes};
    };
    const std::uint64_t half =
        zipped_size({file("noise", 3 * mega), file("empty", 0), file("zeros", 3 * mega)});
    EXPECT_GT(half, 2 * mega);
    EXPECT_LT(half, 4 * mega);
    EXPECT_LT(zipped_size({file("zeros", 3 * mega)}), mega / 10);
    EXPECT_EQ(zipped_size({}), 0U);
    EXPECT_EQ(zipped_size({file("empty", 0)}), 0U);
}

TEST_F(Sizes, TheLargestPartsComeFirst) {
    write("art/small.py", "x");
    write("art/lib/a", std::string(1000, 'x'));
    write("art/lib/b/c", std::string(1000, 'x'));
    const auto size = size_of(root() / "art");
    ASSERT_TRUE(size);
    EXPECT_EQ(size->bytes, 2001U);
    ASSERT_EQ(size->parts.size(), 2U);
    EXPECT_EQ(size->parts[0].name, "lib");
    EXPECT_EQ(size->parts[0].bytes, 2000U);
    EXPECT_EQ(size->zipped, 0U);
}

} // namespace
} // namespace samara::build
