#include "engine/image/names.h"

#include "base/hash.h"
#include "base/strings.h"
#include "engine/image/reference.h"
#include "model/runtimes.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::engine::image {

namespace {

constexpr std::string_view repository = "public.ecr.aws/lambda/";
constexpr std::size_t layer_digits = 25;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// A runtime that is not in the table is tagged as most are: "ruby4.0" is "ruby:4.0".
model::Runtime runtime_of(std::string_view id) {
    if (auto known = model::find_runtime(id)) {
        return *known;
    }
    const auto digit = std::find_if(id.begin(), id.end(), is_digit);
    const auto split = static_cast<std::size_t>(digit - id.begin());
    model::Runtime unknown;
    unknown.image =
        fmt::format("{}:{}", id.substr(0, split), base::replace_all(id.substr(split), ".x", ""));
    unknown.architectures = {"x86_64", "arm64"};
    return unknown;
}

std::string layers_hash(const std::vector<Layer>& layers) {
    std::vector<std::string> names;
    names.reserve(layers.size());
    for (const Layer& layer : layers) {
        names.push_back(layer.name);
    }
    return base::sha256_hex(base::join(names, "-")).substr(0, layer_digits);
}

} // namespace

std::string runtime_tag(std::string_view runtime, std::string_view architecture) {
    const model::Runtime known = runtime_of(runtime);
    return known.architectures.size() > 1 ? fmt::format("{}-{}", known.image, architecture)
                                          : known.image;
}

Names names_of(const EnvironmentSpec& spec) {
    if (const auto* package = std::get_if<ImagePackage>(&spec.package)) {
        const std::string& base = spec.invoke_image.empty() ? package->image : spec.invoke_image;
        const Reference reference = parse_reference(base);
        // "app@sha256:0123..." is a repository "appsha256" to the original.
        const std::string suffix = reference.digest.substr(
            0, std::min(reference.digest.find(':'), reference.digest.size()));
        return {
            base, fmt::format("{}{}:rapid-{}", reference.repository, suffix, spec.architecture)};
    }
    const std::string tag = runtime_tag(spec.runtime, spec.architecture);
    Names names;
    names.base = spec.invoke_image.empty() ? std::string(repository) + tag : spec.invoke_image;
    if (!spec.layers.empty()) {
        names.added = fmt::format("samcli/lambda-{}-{}", tag, layers_hash(spec.layers));
        return names;
    }
    const std::string versions = runtime_of(spec.runtime).image;
    names.added = fmt::format(
        "{}:{}-rapid-{}",
        parse_reference(names.base).repository,
        versions.substr(versions.find(':') + 1),
        spec.architecture);
    return names;
}

bool is_outdated_tag(std::string_view tag) {
    constexpr std::string_view prefix = "rapid-";
    if (!tag.starts_with(prefix)) {
        return false;
    }
    tag.remove_prefix(prefix.size());
    for (const std::string_view suffix : {"-x86_64", "-arm64"}) {
        if (tag.ends_with(suffix)) {
            tag.remove_suffix(suffix.size());
        }
    }
    const auto numbers = base::split(tag, '.');
    return numbers.size() == 3 && std::all_of(numbers.begin(), numbers.end(), [](auto number) {
               return !number.empty() && std::all_of(number.begin(), number.end(), is_digit);
           });
}

} // namespace samara::engine::image
