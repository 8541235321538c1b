#include "engine/image/provider.h"

#include "base/hash.h"
#include "base/strings.h"
#include "base/try.h"
#include "engine/image/layer_content.h"
#include "engine/image/reference.h"
#include "os/file.h"
#include "os/file_lock.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::engine::image {

namespace {

constexpr const char* base_label = "samara.image.base";
constexpr const char* emulator_label = "samara.image.emulator";
constexpr const char* layers_label = "samara.image.layers";

std::string platform_of(std::string_view architecture) {
    return architecture == "arm64" ? "linux/arm64" : "linux/amd64";
}

std::string label(const ImageInfo& image, const char* name) {
    const auto found = image.labels.find(name);
    return found == image.labels.end() ? "" : found->second;
}

// The engine itself would run it and say "exec format error" at best.
base::Result<void>
check_architecture(const EnvironmentSpec& spec, const std::string& image, const ImageInfo& info) {
    const std::string architecture = info.architecture == "amd64" ? "x86_64" : info.architecture;
    if (architecture == spec.architecture) {
        return {};
    }
    return base::fail(
        fmt::format(
            "{} is for {}, but its image {} is for {}",
            spec.function,
            spec.architecture,
            image,
            architecture),
        "correct Architectures, or build the image for that one");
}

std::string_view describe(Change change) {
    switch (change) {
    case Change::base:
        return "its base image changed";
    case Change::emulator:
        return "it has another version of the emulator";
    case Change::layers:
        return "a layer changed";
    default:
        return "it was not built by samara";
    }
}

} // namespace

// What is known about one image before the decision.
struct ImageProvider::Inputs {
    Names names;
    std::string function;
    std::string architecture;
    std::optional<ImageInfo> base;
    std::optional<ImageInfo> added;
    std::string_view emulator;
    std::string emulator_digest;
    std::string layers_digest;
    Facts facts;

    [[nodiscard]] Change change() const {
        if (!added || label(*added, emulator_label).empty()) {
            return Change::unlabelled;
        }
        if (base && label(*added, base_label) != base->id) {
            return Change::base;
        }
        if (label(*added, emulator_label) != emulator_digest) {
            return Change::emulator;
        }
        return label(*added, layers_label) != layers_digest ? Change::layers : Change::none;
    }
};

ImageProvider::ImageProvider(std::shared_ptr<ImageStore> store, ProviderOptions options)
    : store_(std::move(store)), options_(std::move(options)) {}

bool ImageProvider::first_time(const std::string& what) {
    return done_.insert(what).second;
}

base::Result<AddedImage>
ImageProvider::provide(const EnvironmentSpec& spec, const os::Cancellation& cancel) {
    const std::lock_guard guard(mutex_);
    TRY(os::make_folders(options_.lock_folder));
    const Names names = names_of(spec);
    // Another process may be building it: its result counts, so look after the wait.
    TRY_ASSIGN(
        const auto lock,
        os::FileLock::acquire(
            options_.lock_folder / (base::sha256_hex(names.added).substr(0, 16) + ".lock"),
            cancel));
    TRY_ASSIGN(auto inputs, look(spec, cancel));
    if (asks_registry(inputs.facts) && first_time("asked " + names.base)) {
        TRY(ask_registry(inputs, cancel));
    }
    const Decision decision = decide(inputs.facts);
    const bool here = inputs.facts.base_here || inputs.facts.added_here;
    if (inputs.facts.skip_pull && here && first_time("kept " + names.base)) {
        options_.log.info("Requested to skip pulling images ...");
    }
    report(inputs, decision);
    if (decision.pull) {
        TRY(pull(inputs, cancel));
    }
    if (decision.build) {
        TRY(build(spec, inputs, cancel));
        inputs.added.reset();
    }
    if (!inputs.added) {
        auto added = store_->inspect(names.added, cancel);
        if (!added || !*added) {
            return added ? base::fail(fmt::format("the image {} is gone", names.added))
                         : tl::unexpected(added.error());
        }
        inputs.added = std::move(*added);
    }
    TRY(check_architecture(spec, names.added, *inputs.added));
    return AddedImage{names.added, std::move(*inputs.added)};
}

base::Result<ImageProvider::Inputs>
ImageProvider::look(const EnvironmentSpec& spec, const os::Cancellation& cancel) {
    Inputs inputs;
    inputs.names = names_of(spec);
    inputs.function = spec.function;
    inputs.architecture = spec.architecture;
    auto base = store_->inspect(inputs.names.base, cancel);
    if (base && !*base) {
        base = load(spec, inputs.names, cancel);
    }
    auto added = store_->inspect(inputs.names.added, cancel);
    auto layers = content_digest(spec.layers, options_.memory);
    if (!base || !added || !layers) {
        return tl::unexpected(!base ? base.error() : !added ? added.error() : layers.error());
    }
    if (*base) {
        const bool can_fetch =
            std::holds_alternative<ZipPackage>(spec.package) && !spec.image_check.skip_pull;
        if (auto checked = check_architecture(spec, inputs.names.base, **base); checked) {
            // as it should be
        } else if (can_fetch) {
            base->reset(); // AWS's images exist for both under one name
        } else {
            return tl::unexpected(checked.error());
        }
    }
    inputs.base = std::move(*base);
    inputs.added = std::move(*added);
    inputs.layers_digest = std::move(*layers);
    inputs.emulator = options_.emulator(spec.architecture);
    if (inputs.emulator.empty()) {
        return base::fail(
            fmt::format(
                "{} is for {}, and this samara has no emulator for it",
                spec.function,
                spec.architecture),
            "set Architectures to that of this machine");
    }
    std::string& digest = emulator_digests_[spec.architecture];
    if (digest.empty()) {
        digest = base::sha256_hex(inputs.emulator);
    }
    inputs.emulator_digest = digest;

    Facts& facts = inputs.facts;
    facts.mode = spec.image_check.classic ? CheckMode::classic : CheckMode::content;
    facts.image_function = std::holds_alternative<ImagePackage>(spec.package);
    facts.skip_pull = spec.image_check.skip_pull;
    facts.force_build = spec.image_check.force_build && first_time("forced " + inputs.names.added);
    facts.template_layer = std::any_of(
        spec.layers.begin(), spec.layers.end(), [](const Layer& l) { return l.from_template; });
    facts.base_here = inputs.base.has_value();
    facts.added_here = inputs.added.has_value();
    facts.change = inputs.change();
    return inputs;
}

// An image that an archive holds; nothing for others.
base::Result<std::optional<ImageInfo>> ImageProvider::load(
    const EnvironmentSpec& spec, const Names& names, const os::Cancellation& cancel) {
    const auto* package = std::get_if<ImagePackage>(&spec.package);
    if (package == nullptr || package->archive.empty() || names.base != package->image) {
        return std::nullopt;
    }
    options_.log.info(fmt::format("Loading image from {}", package->archive.string()));
    TRY(store_->load(package->archive, names.base, cancel));
    // Names of what the archive held before.
    if (const auto tags = store_->tags(parse_reference(names.base).repository, cancel)) {
        for (const std::string& tag : *tags) {
            if (tag != names.base && tag != names.added) {
                static_cast<void>(store_->remove(tag, cancel)); // unless something runs in it
            }
        }
    }
    return store_->inspect(names.base, cancel);
}

base::Result<void> ImageProvider::ask_registry(Inputs& inputs, const os::Cancellation& cancel) {
    const auto digest = store_->registry_digest(inputs.names.base, cancel);
    if (cancel.cancelled()) {
        return base::fail("cancelled");
    }
    if (!digest) {
        if (inputs.facts.mode == CheckMode::classic) {
            base::Error error = digest.error(); // the AWS SAM CLI ends here, image or not
            error.message = fmt::format(
                "the registry of {} cannot be asked for a newer image: {}",
                inputs.names.base,
                error.message);
            error.hint = "pass --skip-pull-image to use the image that is here";
            return base::fail(std::move(error));
        }
        inputs.facts.registry = Registry::unreachable;
        options_.log.debug(digest.error().message);
        return {};
    }
    const auto& local = inputs.base->repo_digests;
    const bool same = std::any_of(local.begin(), local.end(), [&](const std::string& have) {
        return have.ends_with("@" + *digest);
    });
    inputs.facts.registry = same ? Registry::same : Registry::different;
    return {};
}

void ImageProvider::report(const Inputs& inputs, const Decision& decision) const {
    const auto& [base, added] = inputs.names;
    switch (decision.reason) {
    case Reason::as_it_is:
        options_.log.debug(fmt::format(
            "{}: the image {} is used as it is (base {}, emulator and layers are the same)",
            inputs.function,
            added,
            base));
        break;
    case Reason::up_to_date:
        options_.log.info(fmt::format("Local image {} is up-to-date", base));
        break;
    case Reason::unreachable:
        options_.log.warning(fmt::format(
            "The registry of {} cannot be reached: the image that is here is used", base));
        break;
    case Reason::newer_base:
        options_.log.info(fmt::format(
            "Local image {} is out of date and will be fetched, {} built again; to keep it, pass "
            "--skip-pull-image",
            base,
            added));
        break;
    case Reason::changed:
        options_.log.info(
            fmt::format("Building image {} again: {}", added, describe(inputs.facts.change)));
        break;
    case Reason::missing:
        options_.log.debug(fmt::format("{}: there is no {} yet", inputs.function, added));
        [[fallthrough]];
    case Reason::forced:
    case Reason::template_layer:
    case Reason::no_runtime:
        options_.log.info(fmt::format("Building image {}", added));
        break;
    }
}

base::Result<void> ImageProvider::pull(const Inputs& inputs, const os::Cancellation& cancel) {
    const std::string& image = inputs.names.base;
    auto pulled = store_->pull(image, platform_of(inputs.architecture), cancel);
    if (pulled || cancel.cancelled()) {
        return pulled;
    }
    if (inputs.base) {
        options_.log.warning(fmt::format(
            "{}; the image that is here is used (--skip-pull-image does not ask)",
            pulled.error().message));
        return {};
    }
    base::Error error = pulled.error();
    error.message = fmt::format("the image {} is not here, and {}", image, error.message);
    error.hint = inputs.facts.image_function
                     ? "run samara build, or docker pull where the registry can be reached"
                     : "connect to the registry once, name another base with --invoke-image, or "
                       "use --engine sandbox";
    return base::fail(std::move(error));
}

base::Result<void> ImageProvider::build(
    const EnvironmentSpec& spec, const Inputs& inputs, const os::Cancellation& cancel) {
    // Pulling may have brought another base.
    TRY_ASSIGN(const auto base, store_->inspect(inputs.names.base, cancel));
    std::string recipe =
        fmt::format("FROM {}\nCOPY aws-lambda-rie {}\n", inputs.names.base, emulator_path);
    BuildRequest request{
        .tag = inputs.names.added,
        .platform = platform_of(spec.architecture),
        .labels =
            {{base_label, base ? base->id : ""},
             {emulator_label, inputs.emulator_digest},
             {layers_label, inputs.layers_digest}},
    };
    for (std::size_t i = 0; i < spec.layers.size(); ++i) {
        const std::string folder = fmt::format("layer{}", i);
        recipe += fmt::format("COPY {}/ /opt/\n", folder);
        request.context.add_folder(folder);
        if (auto added = request.context.add_tree(spec.layers[i].folder, folder); !added) {
            return added;
        }
    }
    request.context.add_bytes("Dockerfile", recipe);
    request.context.add_bytes("aws-lambda-rie", inputs.emulator, 0755);
    std::string output;
    request.output = [&](std::string_view text) { output += text; };
    auto built = store_->build(std::move(request), cancel);
    if (!built) {
        base::Error error = built.error();
        if (!cancel.cancelled()) {
            error.message =
                fmt::format("cannot build the image {}: {}", inputs.names.added, error.message);
            options_.log.info(base::trim(output));
        }
        return base::fail(std::move(error));
    }
    if (inputs.added) {
        remove_replaced(inputs.added->id, cancel);
    } else {
        remove_outdated(inputs.names, cancel);
    }
    return {};
}

// The added image of before, unless somebody gave it another name.
void ImageProvider::remove_replaced(const std::string& id, const os::Cancellation& cancel) {
    const auto image = store_->inspect(id, cancel);
    if (image && *image && (*image)->tags.empty()) {
        // An environment may still run in it; the engine refuses then.
        static_cast<void>(store_->remove(id, cancel));
    }
}

void ImageProvider::remove_outdated(const Names& names, const os::Cancellation& cancel) {
    const auto tags = store_->tags(parse_reference(names.added).repository, cancel);
    if (!tags) {
        options_.log.debug(tags.error().message);
        return;
    }
    for (const std::string& tag : *tags) {
        if (!is_outdated_tag(parse_reference(tag).tag)) {
            continue;
        }
        if (const auto removed = store_->remove(tag, cancel); !removed) {
            options_.log.debug(removed.error().message);
        }
    }
}

} // namespace samara::engine::image
