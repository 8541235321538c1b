#include "build/outside.h"
#include "project.h"

namespace samara::build {
namespace {

namespace fs = std::filesystem;

class NamedOutside : public Project {
protected:
    void SetUp() override {
        Project::SetUp();
        for (const char* file : {"src/own/x", "shared/x", "deps/near/x", "deps/dotted/x"}) {
            write(file, "x");
        }
    }

    [[nodiscard]] std::vector<fs::path> of(const fs::path& manifest, std::string_view text) const {
        write(manifest, text);
        return named_outside(root() / manifest, root() / "src");
    }

    [[nodiscard]] std::vector<fs::path> paths(std::vector<const char*> names) const {
        std::vector<fs::path> result;
        for (const char* name : names) {
            result.push_back(root() / name);
        }
        return result;
    }
};

TEST_F(NamedOutside, IsWhatAManifestInTheSourcesReachesUpFor) {
    EXPECT_EQ(of("src/requirements.txt", "-e ../shared\n./own\n"), paths({"shared"}));
    EXPECT_EQ(
        of("src/package.json", R"({"a": "file:../shared", "b": "file:own"})"), paths({"shared"}));
    EXPECT_EQ(of("src/Makefile", "x: $(CURDIR)/../shared own/../own\n"), paths({"shared"}));
    EXPECT_TRUE(of("src/package.json", R"({"a": "file:../nowhere", "b": "^1.0.0"})").empty());
}

TEST_F(NamedOutside, IsAlsoWhatLiesBesideAManifestElsewhere) {
    EXPECT_EQ(
        of("deps/package.json",
           R"({"a": "file:near", "b": "file:./dotted", "c": "file:../shared", "d": "file:../src/own"})"),
        paths({"deps/dotted", "deps/near", "shared"}));
    EXPECT_EQ(of("deps/requirements.txt", "./near\nrequests\n"), paths({"deps/near"}));
    EXPECT_EQ(
        of("deps/Gemfile", "x file://" + (root() / "shared").string() + "\n"), paths({"shared"}));
}

} // namespace
} // namespace samara::build
