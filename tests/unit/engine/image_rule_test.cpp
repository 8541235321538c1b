#include "base/hash.h"
#include "engine/image/layer_content.h"
#include "engine/image/provider.h"
#include "os/file.h"
#include "os/temp_dir.h"
#include "unit/engine/fake_image_store.h"

#include <algorithm>

#include <gmock/gmock.h>

// The whole rule of decision.h as users meet it: what is there, what was asked for; what is then
// fetched and built, and the line that is printed.
namespace samara::engine::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

enum class Layers : std::uint8_t { none, own, by_arn };
enum class Differs : std::uint8_t { nothing, base, emulator, layers, unlabelled };

struct Situation {
    bool base = true;  // the base image is here
    bool added = true; // and so is the added one
    Registry registry = Registry::same;
    bool skip = false;  // --skip-pull-image
    bool force = false; // --force-image-build
    bool image = false; // PackageType: Image
    Layers layers = Layers::none;
    Differs differs = Differs::nothing;
    bool classic = false; // --image-check=classic
};

struct Row {
    std::string_view about;
    Situation situation;
    std::string_view done; // "digest", "pull", "build", in this order
    std::string_view line = {};
    bool fails = false; // `line` is part of the error
};

constexpr auto different = Registry::different;
constexpr auto unreachable = Registry::unreachable;
constexpr std::string_view building = "Building image ";
constexpr std::string_view current = "is up-to-date";
constexpr std::string_view outdated = "pass --skip-pull-image";
constexpr std::string_view offline = "cannot be reached: the image that is here is used";

const std::vector<Row>& rows() {
    static const std::vector<Row> table{
        // Zip functions.
        {"first time", {.base = false, .added = false}, "pull build", building},
        {"first time, skip", {.base = false, .added = false, .skip = true}, "pull build", building},
        {"no added image", {.added = false}, "pull build", building},
        {"no added image, skip", {.added = false, .skip = true}, "build", building},
        {"no added image, force", {.added = false, .force = true}, "pull build", building},
        {"as the registry's", {}, "digest", current},
        {"registry has a newer one", {.registry = different}, "digest pull build", outdated},
        {"registry is gone", {.registry = unreachable}, "digest", offline},
        {"skip", {.registry = different, .skip = true}, "", ""},
        {"force", {.force = true}, "pull build", building},
        {"force and skip", {.skip = true, .force = true}, "build", building},
        {"base was removed", {.base = false}, "pull build", outdated},
        {"base was removed, skip", {.base = false, .skip = true}, "", ""},
        {"base was removed, force", {.base = false, .force = true}, "pull build", building},
        // What differs decides, with and without a registry.
        {"other base", {.differs = Differs::base}, "digest build", "its base image changed"},
        {"other base, skip",
         {.skip = true, .differs = Differs::base},
         "build",
         "its base image changed"},
        {"other emulator",
         {.differs = Differs::emulator},
         "digest build",
         "another version of the emulator"},
        {"other emulator, registry is gone",
         {.registry = unreachable, .differs = Differs::emulator},
         "digest build",
         "another version of the emulator"},
        {"from elsewhere",
         {.differs = Differs::unlabelled},
         "digest build",
         "it was not built by samara"},
        {"other base and registry has a newer one",
         {.registry = different, .differs = Differs::base},
         "digest pull build",
         outdated},
        // Layers.
        {"unchanged own layer", {.layers = Layers::own}, "digest", current},
        {"unchanged own layer, skip", {.skip = true, .layers = Layers::own}, "", ""},
        {"changed own layer",
         {.layers = Layers::own, .differs = Differs::layers},
         "digest build",
         "a layer changed"},
        {"changed own layer, skip",
         {.skip = true, .layers = Layers::own, .differs = Differs::layers},
         "build",
         "a layer changed"},
        {"layer by ARN", {.layers = Layers::by_arn}, "digest", current},
        {"layer by ARN, not built yet",
         {.added = false, .layers = Layers::by_arn},
         "pull build",
         building},
        // Image functions: their own image is never asked for.
        {"image", {.image = true}, "", ""},
        {"image, registry has a newer one", {.registry = different, .image = true}, "", ""},
        {"image, not built yet", {.added = false, .image = true}, "build", building},
        {"image, force", {.force = true, .image = true}, "build", building},
        {"image, built again by samara build",
         {.image = true, .differs = Differs::base},
         "build",
         "its base image changed"},
        {"image is not here",
         {.base = false, .added = false, .image = true},
         "pull build",
         building},
        {"image was removed", {.base = false, .image = true}, "", ""},
        // The rule of the AWS SAM CLI.
        {"classic", {.classic = true}, "digest", current},
        {"classic, first time",
         {.base = false, .added = false, .classic = true},
         "pull build",
         building},
        {"classic, no added image, skip",
         {.added = false, .skip = true, .classic = true},
         "build",
         building},
        {"classic, newer", {.registry = different, .classic = true}, "digest pull build", outdated},
        {"classic, registry is gone",
         {.registry = unreachable, .classic = true},
         "digest",
         "cannot be asked for a newer image",
         true},
        {"classic, registry is gone, skip",
         {.registry = unreachable, .skip = true, .classic = true},
         "",
         ""},
        {"classic, skip", {.registry = different, .skip = true, .classic = true}, "", ""},
        {"classic, force", {.force = true, .classic = true}, "pull build", building},
        {"classic, force and skip",
         {.skip = true, .force = true, .classic = true},
         "build",
         building},
        {"classic, other base", {.differs = Differs::base, .classic = true}, "digest", current},
        {"classic, other emulator, skip",
         {.skip = true, .differs = Differs::emulator, .classic = true},
         "",
         ""},
        {"classic, from elsewhere",
         {.differs = Differs::unlabelled, .classic = true},
         "digest",
         current},
        {"classic, unchanged own layer",
         {.layers = Layers::own, .classic = true},
         "digest build",
         building},
        {"classic, unchanged own layer, skip",
         {.skip = true, .layers = Layers::own, .classic = true},
         "build",
         building},
        {"classic, layer by ARN", {.layers = Layers::by_arn, .classic = true}, "digest", current},
        {"classic, image", {.image = true, .classic = true}, "build", building},
        {"classic, image, skip", {.skip = true, .image = true, .classic = true}, "build", building},
        {"classic, image was removed",
         {.base = false, .image = true, .classic = true},
         "pull build",
         building},
    };
    return table;
}

class ImageRule : public testing::Test {
protected:
    EnvironmentSpec spec_of(const Situation& situation) {
        EnvironmentSpec spec;
        spec.function = "Fn";
        if (situation.image) {
            spec.package = ImagePackage{.image = "mine:v1"};
        } else {
            spec.runtime = "python3.12";
            spec.package = ZipPackage{"/code"};
        }
        if (situation.layers != Layers::none) {
            const auto folder = folder_.path() / "layer";
            EXPECT_TRUE(os::make_folders(folder));
            EXPECT_TRUE(os::write_file_atomically(folder / "file", "content"));
            spec.layers = {{"Layer", folder, situation.layers == Layers::own}};
        }
        spec.image_check.skip_pull = situation.skip;
        spec.image_check.force_build = situation.force;
        spec.image_check.classic = situation.classic;
        return spec;
    }

    std::shared_ptr<FakeStore> store_of(const Situation& situation, const EnvironmentSpec& spec) {
        auto store = std::make_shared<FakeStore>();
        const Names names = names_of(spec);
        if (situation.base) {
            store->images[names.base] = {
                .id = "sha256:base", .architecture = "amd64", .repo_digests = {"r@sha256:one"}};
        }
        if (situation.added) {
            const auto label = [&](Differs part, std::string value) {
                return situation.differs == part ? "other" : value;
            };
            store->images[names.added] = {.id = "sha256:added", .architecture = "amd64"};
            if (situation.differs != Differs::unlabelled) {
                store->images[names.added].labels = {
                    {"samara.image.base", label(Differs::base, "sha256:base")},
                    {"samara.image.emulator",
                     label(Differs::emulator, base::sha256_hex("emulator"))},
                    {"samara.image.layers",
                     label(Differs::layers, content_digest(spec.layers).value())}};
            }
        }
        store->registry = situation.registry == Registry::same        ? "sha256:one"
                          : situation.registry == Registry::different ? "sha256:two"
                                                                      : "";
        return store;
    }

    void check(const Row& row) {
        SCOPED_TRACE(row.about);
        const EnvironmentSpec spec = spec_of(row.situation);
        const auto store = store_of(row.situation, spec);
        std::vector<std::string> lines;
        ImageProvider provider(
            store,
            {.emulator = [](std::string_view) { return std::string_view("emulator"); },
             .lock_folder = folder_.path() / "locks",
             .memory = {},
             .log = base::Log([&](base::LogLevel level, std::string_view line) {
                 if (level != base::LogLevel::debug) {
                     lines.emplace_back(line);
                 }
             })});
        const auto image = provider.provide(spec, {});
        if (row.fails) {
            ASSERT_FALSE(image);
            lines.push_back(image.error().message + " (" + image.error().hint + ")");
        } else {
            ASSERT_TRUE(image) << image.error().message;
        }
        std::string done;
        for (const std::string& call : store->calls) {
            if (!call.starts_with("remove")) {
                done += (done.empty() ? "" : " ") + call.substr(0, call.find(' '));
            }
        }
        EXPECT_EQ(done, row.done);
        lines.erase(
            std::remove_if(
                lines.begin(),
                lines.end(),
                [](const std::string& line) { return line.starts_with("no route"); }),
            lines.end());
        // What is here and asked to be taken is told, whatever becomes of it.
        const bool told = std::erase(lines, "Requested to skip pulling images ...") > 0;
        EXPECT_EQ(told, row.situation.skip && (row.situation.base || row.situation.added));
        if (row.line.empty()) {
            EXPECT_THAT(lines, IsEmpty());
        } else {
            EXPECT_THAT(lines, ElementsAre(HasSubstr(std::string(row.line))));
        }
    }

    os::TempDir folder_ = os::TempDir::create("rule").value();
};

TEST_F(ImageRule, EveryBranchFetchesBuildsAndTellsWhatItShould) {
    for (const Row& row : rows()) {
        check(row);
    }
}

} // namespace
} // namespace samara::engine::image
