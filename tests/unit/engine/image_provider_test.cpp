#include "engine/image/layer_content.h"
#include "engine/image/provider.h"
#include "os/file.h"
#include "os/file_lock.h"
#include "os/temp_dir.h"
#include "unit/engine/eventually.h"
#include "unit/engine/fake_image_store.h"

#include <algorithm>
#include <fstream>
#include <latch>
#include <thread>

#include <gmock/gmock.h>

namespace samara::engine::image {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* base = "public.ecr.aws/lambda/python:3.12-x86_64";
constexpr const char* added = "public.ecr.aws/lambda/python:3.12-rapid-x86_64";

class ImageProviderTest : public testing::Test {
protected:
    ImageProviderTest() {
        spec_.function = "Hello";
        spec_.runtime = "python3.12";
        spec_.package = ZipPackage{"/code"};
    }

    ImageProvider provider() {
        return {
            store_,
            {.emulator = [this](std::string_view architecture) -> std::string_view {
                 return architecture == "x86_64" ? std::string_view(emulator_) : "";
             },
             .lock_folder = folder_.path() / "locks",
             .memory = folder_.path() / "memory",
             .log = base::Log(
                 [this](base::LogLevel, std::string_view line) { lines_.emplace_back(line); })}};
    }

    // A new program: nothing is remembered but what the store has.
    base::Result<AddedImage> provide() { return provider().provide(spec_, {}); }

    void expect_calls(const std::vector<std::string>& calls) {
        const auto image = provide();
        ASSERT_TRUE(image) << image.error().message;
        EXPECT_EQ(store_->take_calls(), calls);
    }

    void have_base(std::string id, std::string digest = "sha256:one") {
        store_->images[base] = {
            .id = std::move(id), .architecture = "amd64", .repo_digests = {"r@" + digest}};
    }

    fs::path layer(const std::string& name, std::string_view text) {
        const fs::path path = folder_.path() / name;
        fs::create_directories(path / "python");
        std::ofstream(path / "python/file.py") << text;
        return path;
    }

    os::TempDir folder_ = std::move(*os::TempDir::create("image-test"));
    std::shared_ptr<FakeStore> store_ = std::make_shared<FakeStore>();
    std::string emulator_ = "emulator one";
    std::vector<std::string> lines_;
    EnvironmentSpec spec_;
};

TEST_F(ImageProviderTest, FirstTimePullsAndBuilds) {
    store_->registry = "sha256:one";
    const auto image = provide();
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(image->name, added);
    EXPECT_EQ(image->info.id, "sha256:built");
    EXPECT_THAT(
        store_->calls,
        ElementsAre("pull " + std::string(base) + " linux/amd64", "build " + std::string(added)));
    EXPECT_THAT(store_->context, HasSubstr("FROM " + std::string(base)));
    EXPECT_THAT(store_->context, HasSubstr("COPY aws-lambda-rie /var/rapid/aws-lambda-rie"));
    EXPECT_THAT(store_->context, HasSubstr("emulator one"));
}

TEST_F(ImageProviderTest, SecondTimeOnlyAsksTheRegistry) {
    store_->registry = "sha256:one";
    have_base("sha256:base");
    expect_calls({"pull " + std::string(base) + " linux/amd64", "build " + std::string(added)});
    lines_.clear();
    expect_calls({"digest " + std::string(base)});
    EXPECT_THAT(lines_, ElementsAre(HasSubstr("is up-to-date")));
}

TEST_F(ImageProviderTest, OneProgramAsksAndForcesOnce) {
    store_->registry = "sha256:one";
    have_base("sha256:base");
    ASSERT_TRUE(provide());
    store_->take_calls();
    ImageProvider same = provider();
    ASSERT_TRUE(same.provide(spec_, {}));
    ASSERT_TRUE(same.provide(spec_, {}));
    EXPECT_THAT(store_->take_calls(), ElementsAre("digest " + std::string(base)));
    spec_.image_check.force_build = true;
    ASSERT_TRUE(same.provide(spec_, {}));
    ASSERT_TRUE(same.provide(spec_, {}));
    EXPECT_EQ(std::ranges::count(store_->calls, "build " + std::string(added)), 1);
}

TEST_F(ImageProviderTest, NewerBaseIsFetchedAndNamesTheWayOut) {
    store_->registry = "sha256:one";
    have_base("sha256:base");
    ASSERT_TRUE(provide());
    store_->take_calls();
    store_->registry = "sha256:two";
    lines_.clear();
    expect_calls(
        {"digest " + std::string(base),
         "pull " + std::string(base) + " linux/amd64",
         "build " + std::string(added)});
    EXPECT_THAT(lines_, ElementsAre(HasSubstr("--skip-pull-image")));
}

TEST_F(ImageProviderTest, OfflineWarnsWhenTheBaseIsHereAndFailsWhenNot) {
    have_base("sha256:base");
    ASSERT_TRUE(provide());
    EXPECT_THAT(lines_, Contains(HasSubstr("no route to host")));
    lines_.clear();
    ASSERT_TRUE(provide());
    EXPECT_THAT(lines_, Contains(HasSubstr("cannot be reached")));

    store_->images.clear();
    const auto image = provide();
    ASSERT_FALSE(image);
    EXPECT_THAT(image.error().message, HasSubstr(base));
    EXPECT_THAT(image.error().message, HasSubstr("no route to host"));
    EXPECT_THAT(image.error().hint, HasSubstr("--engine sandbox"));
}

TEST_F(ImageProviderTest, NewEmulatorOrBaseBuildsAgainWithoutTheRegistry) {
    spec_.image_check.skip_pull = true;
    have_base("sha256:base");
    expect_calls({"build " + std::string(added)});
    expect_calls({});
    emulator_ = "emulator two";
    expect_calls({"build " + std::string(added)});
    have_base("sha256:other");
    lines_.clear();
    expect_calls({"build " + std::string(added)});
    EXPECT_THAT(
        lines_,
        ElementsAre("Requested to skip pulling images ...", HasSubstr("its base image changed")));
    spec_.image_check.classic = true;
    have_base("sha256:third");
    expect_calls({});
}

TEST_F(ImageProviderTest, ImageFunctionRunsWhatBuildHasMade) {
    spec_.runtime.clear();
    spec_.package = ImagePackage{.image = "thumb:latest"};
    store_->images["thumb:latest"] = {.id = "sha256:1", .architecture = "amd64"};
    expect_calls({"build thumb:rapid-x86_64"});
    expect_calls({});
    store_->images["thumb:latest"].id = "sha256:2";
    expect_calls({"build thumb:rapid-x86_64"});
    expect_calls({});

    store_->images.clear();
    const auto image = provide();
    ASSERT_FALSE(image);
    EXPECT_THAT(image.error().hint, HasSubstr("samara build"));
}

TEST_F(ImageProviderTest, AnArchiveIsLoadedWhereItsImageIsNotHere) {
    spec_.runtime.clear();
    spec_.package = ImagePackage{.image = "samara-archive/a:1", .archive = "/images/app.tar"};
    store_->images["samara-archive/a:0"] = {.id = "sha256:0", .architecture = "amd64"};
    expect_calls(
        {"load /images/app.tar samara-archive/a:1",
         "remove samara-archive/a:0", // what it held before
         "build samara-archive/a:rapid-x86_64"});
    expect_calls({});
    spec_.invoke_image = "other:latest"; // instead of it
    store_->images["other:latest"] = {.id = "sha256:2", .architecture = "amd64"};
    expect_calls({"build other:rapid-x86_64"});
}

TEST_F(ImageProviderTest, LayersComeInOrderAndOnlyTheirContentCounts) {
    spec_.image_check.skip_pull = true;
    have_base("sha256:base");
    spec_.layers = {
        {"one", layer("one", "first"), true},
        {"two", layer("two", "second"), true},
        {"three", layer("three", "third"), true}};
    const std::string name = names_of(spec_).added;
    expect_calls({"build " + name});
    EXPECT_THAT(
        store_->context, HasSubstr("COPY layer0/ /opt/\nCOPY layer1/ /opt/\nCOPY layer2/ /opt/\n"));
    EXPECT_THAT(store_->context, HasSubstr("layer1/python/file.py"));
    // The same bytes, written again.
    layer("two", "second");
    fs::last_write_time(
        folder_.path() / "two/python/file.py",
        fs::file_time_type::clock::now() + std::chrono::hours(1));
    expect_calls({});
    layer("two", "changed");
    expect_calls({"build " + name});
    spec_.image_check.classic = true;
    expect_calls({"build " + name}); // whether it changed or not
}

TEST_F(ImageProviderTest, RemovesImagesOfFormerNamingAndNoOthers) {
    spec_.image_check.skip_pull = true;
    have_base("sha256:base");
    const std::string repository = "public.ecr.aws/lambda/python";
    for (const char* tag : {":rapid-1.40.0-x86_64", ":rapid-x86_64", ":mine", ":3.11-x86_64"}) {
        store_->images[repository + tag] = {};
    }
    expect_calls({"build " + std::string(added), "remove " + repository + ":rapid-1.40.0-x86_64"});
}

TEST_F(ImageProviderTest, FailedBuildTellsTheImageAndTheReason) {
    have_base("sha256:base");
    spec_.image_check.skip_pull = true;
    store_->build_error = "no space left on device";
    const auto image = provide();
    ASSERT_FALSE(image);
    EXPECT_THAT(image.error().message, HasSubstr(added));
    EXPECT_THAT(image.error().message, HasSubstr("no space left on device"));
    EXPECT_THAT(lines_, Contains("Step 1/2 : FROM somewhere"));
}

TEST_F(ImageProviderTest, ArchitectureWithoutEmulatorIsAnError) {
    spec_.architecture = "arm64";
    const auto image = provide();
    ASSERT_FALSE(image);
    EXPECT_THAT(image.error().message, HasSubstr("arm64"));
    EXPECT_THAT(store_->calls, IsEmpty());
}

TEST_F(ImageProviderTest, ImageOfAnotherArchitectureIsToldBeforeItIsBuiltOn) {
    spec_.runtime.clear();
    spec_.package = ImagePackage{.image = "thumb:latest"};
    store_->images["thumb:latest"] = {.id = "sha256:1", .architecture = "arm64"};
    const auto image = provide();
    ASSERT_FALSE(image);
    EXPECT_EQ(
        image.error().message, "Hello is for x86_64, but its image thumb:latest is for arm64");
    EXPECT_THAT(store_->calls, IsEmpty());
}

TEST_F(ImageProviderTest, ARuntimesImageIsFetchedForTheArchitectureThatIsAskedFor) {
    have_base("sha256:base");
    for (auto& [name, image] : store_->images) {
        image.architecture = "arm64";
    }
    provide();
    EXPECT_THAT(store_->calls, Contains(HasSubstr("pull")));
}

TEST_F(ImageProviderTest, OfTwoThatNeedAnImageOneBuildsIt) {
    spec_.image_check.skip_pull = true;
    have_base("sha256:base");
    ImageProvider first = provider();
    ImageProvider second = provider(); // as another process: it shares the lock file only
    std::latch begin(2);
    const auto run = [&](ImageProvider& one) {
        begin.arrive_and_wait();
        EXPECT_TRUE(one.provide(spec_, {}));
    };
    std::thread other([&] { run(second); });
    run(first);
    other.join();
    EXPECT_THAT(store_->calls, ElementsAre("build " + std::string(added)));
}

TEST_F(ImageProviderTest, WaitingForAnotherProcessCanBeCancelled) {
    have_base("sha256:base");
    ASSERT_TRUE(provide());
    store_->take_calls();
    const fs::path lock = fs::directory_iterator(folder_.path() / "locks")->path();
    const auto held = os::FileLock::try_acquire(lock); // as another process that builds it
    ASSERT_TRUE(held && *held);
    const os::Cancellation cancel;
    cancel.cancel();
    EXPECT_FALSE(provider().provide(spec_, cancel));
    EXPECT_THAT(store_->calls, IsEmpty());
}

TEST_F(ImageProviderTest, ContentDigestTellsNamesModesAndLinksApart) {
    const auto digest = [&](const fs::path& path) {
        return content_digest({{"layer", path}}).value();
    };
    const std::string before = digest(layer("a", "text"));
    EXPECT_EQ(digest(layer("b", "text")), before);
    EXPECT_NE(digest(layer("c", "other")), before);
    fs::permissions(
        folder_.path() / "b/python/file.py", fs::perms::owner_exec, fs::perm_options::add);
    EXPECT_NE(digest(folder_.path() / "b"), before);
    fs::create_symlink("file.py", folder_.path() / "a/python/link");
    EXPECT_NE(digest(folder_.path() / "a"), before);
    EXPECT_EQ(content_digest({}).value(), "");
    EXPECT_FALSE(content_digest({{"layer", folder_.path() / "none"}}));
}

TEST_F(ImageProviderTest, FilesOfALayerAreReadAgainOnlyWhenOneWasTouched) {
    const fs::path memory = folder_.path() / "memory";
    const fs::path path = layer("a", "text");
    const auto digest = [&] { return content_digest({{"layer", path}}, memory).value(); };
    const std::string first = digest();
    EXPECT_FALSE(fs::exists(memory)) << "a folder that has just changed";
    ASSERT_TRUE(eventually([&] {
        digest();
        return fs::exists(memory);
    }));
    EXPECT_EQ(digest(), first);
    // What is remembered is what counts.
    const fs::path file = fs::directory_iterator(memory)->path();
    std::string text = os::read_file(file).value();
    text.replace(text.size() - 4, 4, "cafe");
    ASSERT_TRUE(os::write_file_atomically(file, text));
    EXPECT_NE(digest(), first);
    fs::last_write_time(path / "python/file.py", fs::file_time_type::clock::now());
    EXPECT_EQ(digest(), first);
    layer("a", "news");
    EXPECT_NE(digest(), first);
}

} // namespace
} // namespace samara::engine::image
