#include "build/image_artifact.h"

#include "base/digest.h"
#include "base/strings.h"
#include "build/digest.h"
#include "build/dockerfile.h"
#include "build/filter.h"
#include "data/write.h"
#include "os/file.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

std::string definition_id(const ImageBuild& image) {
    base::Digest digest;
    const auto add = [&](std::string_view text) {
        digest.add(fmt::format("{}:", text.size()));
        digest.add(text);
    };
    add("image");
    add(image.context.string());
    add(image.dockerfile);
    add(image.target);
    add(image.tag);
    add(image.architecture);
    for (const auto& [name, value] : image.arguments) {
        add(name);
        add(value);
    }
    add("extra");
    for (const std::string& option : image.extra) {
        add(option);
    }
    add(image.buildkit ? (*image.buildkit ? "buildkit" : "classic") : "");
    constexpr std::size_t digits = 32;
    return digest.hex().substr(0, digits);
}

bool is_below(const fs::path& path, const fs::path& folder) {
    const fs::path relative = path.lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

Placed placed_of(const ImageJob& job) {
    const ImageBuild& image = job.image;
    Placed placed;
    placed.source = image.context.string();
    const fs::path dockerfile = (image.context / image.dockerfile).lexically_normal();
    if (!is_below(dockerfile, image.context.lexically_normal())) {
        placed.outside.push_back(dockerfile.string());
    }
    placed.image = image.tag;
    placed.inputs.definition = definition_id(image);
    placed.recipe.architecture = image.architecture;
    placed.recipe.metadata = job.recipe.metadata;
    return placed;
}

// What the named images are now; empty where that cannot be known, and the build has to.
std::string
bases_of(const ImageBuild& image, ImageBuilder& images, const os::Cancellation& cancel) {
    const auto text = os::read_file(image.context / image.dockerfile);
    if (!text) {
        return {};
    }
    const auto named = Dockerfile::parse(*text, image.arguments).images;
    if (!named) {
        return {};
    }
    base::Digest digest;
    for (const std::string& name : *named) {
        digest.add(fmt::format("{} {}\n", name, images.identity(name, cancel)));
    }
    return digest.hex();
}

// Files that other options name (a secret's source, another context) are not looked at.
bool may_be_skipped(const Run& run, const ImageBuild& image) {
    return !run.request.anew && image.extra.empty();
}

// As scripts look for it. An image has no code of its own, so the template's folder stands for it.
void announce(const Run& run, const ImageJob& job) {
    run.log.info(fmt::format(
        "Building codeuri: {} runtime: None architecture: {} functions: {}",
        (job.recipe.template_folder / "").parent_path().string(), // without a slash at its end
        job.image.architecture,
        base::join(job.logical_ids, ", ")));
}

class Context {
public:
    Context(const Run& run, Placed& placed) : run_(run), placed_(placed) {
        ours_ = own_paths(run.request.build_dir, run.request.cache_dir);
        ours_.push_back(run.staging);
        // Without a state nothing can be compared: the engine has to judge.
        placed.inputs.state = whole_state(placed, ours_, run.cancel).value_or(std::string());
    }

    bool same(const Inputs& former) {
        Inputs& inputs = placed_.inputs;
        if (inputs.state.empty() || former.definition != inputs.definition) {
            return false;
        }
        if (former.state == inputs.state) {
            inputs.content = former.content;
            return true;
        }
        read();
        return !inputs.content.empty() && former.content == inputs.content;
    }

    void read() {
        if (!placed_.inputs.content.empty()) {
            return;
        }
        base::Digest all;
        std::vector<std::string> sources{placed_.source};
        sources.insert(sources.end(), placed_.outside.begin(), placed_.outside.end());
        for (const std::string& source : sources) {
            const auto filter = SourceFilter::all_but(source, ours_);
            const auto digest = content_digest(source, filter.copy_options(run_.cancel));
            if (!digest) {
                return;
            }
            all.add(*digest);
        }
        placed_.inputs.content = all.hex();
    }

private:
    const Run& run_;
    Placed& placed_;
    std::vector<fs::path> ours_;
};

} // namespace

base::Result<Made> make_image(const Run& run, ImageBuilder* images, const ImageJob& job) {
    if (run.request.copies_only) {
        return base::fail("it is an image");
    }
    if (images == nullptr) {
        return base::fail(
            "an image can only be built with Docker", "start Docker, or set DOCKER_HOST");
    }
    announce(run, job);
    Made made;
    Placed& placed = made.placed;
    placed = placed_of(job);
    Context context(run, placed);
    const std::string bases = bases_of(job.image, *images, run.cancel);
    const auto former = run.former.artifacts.find(job.logical_ids.front());
    const bool unchanged =
        former != run.former.artifacts.end() && may_be_skipped(run, job.image) && !bases.empty() &&
        former->second.image == placed.image && !former->second.image_id.empty() &&
        former->second.inputs.settings == bases && context.same(former->second.inputs) &&
        images->identity(placed.image, run.cancel) == former->second.image_id;
    if (unchanged) {
        placed.inputs.settings = bases;
        placed.image_id = former->second.image_id;
        made.fate = Fate::unchanged;
        return made;
    }
    run.log.info(fmt::format("Building image for {} function", base::join(job.logical_ids, ", ")));
    context.read();
    return images->build(job.image, run.log, run.cancel).map([&] {
        // The build may have fetched what it starts from.
        placed.inputs.settings = bases_of(job.image, *images, run.cancel);
        placed.image_id = images->identity(placed.image, run.cancel);
        return std::move(made);
    });
}

} // namespace samara::build
