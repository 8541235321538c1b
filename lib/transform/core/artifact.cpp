#include "transform/core/artifact.h"

#include "base/strings.h"
#include "transform/core/intrinsics.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Map;
using data::Value;

/// Letters, digits, dots, hyphens and underscores, and what a Sub or a dynamic value may leave.
bool is_bucket_name(std::string_view name) {
    return !name.empty() && name.find_first_of("[]{}:?#") == std::string_view::npos;
}

std::optional<Map> parse_s3_uri(std::string_view uri, const ArtifactNames& names) {
    constexpr std::string_view scheme = "s3://";
    if (!uri.starts_with(scheme)) {
        return std::nullopt;
    }
    uri.remove_prefix(scheme.size());
    const std::size_t query = uri.find('?');
    const std::string_view path = uri.substr(0, query);
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos || slash + 1 == path.size() ||
        !is_bucket_name(path.substr(0, slash))) {
        return std::nullopt;
    }
    Map out{
        {std::string(names.bucket), path.substr(0, slash)},
        {std::string(names.key), path.substr(slash + 1)}};
    if (query != std::string_view::npos) {
        for (std::string_view part : base::split(uri.substr(query + 1), '&')) {
            if (part.starts_with("versionId=")) {
                out.set(names.version, part.substr(part.find('=') + 1));
            }
        }
    }
    return out;
}

constexpr std::string_view stand_in_bucket = "samara-artifacts";

/// Once in a template, whatever stands in.
void warn_of_stand_ins(
    const Properties& properties, std::string_view property, std::string_view what) {
    if (properties.context().may_warn_of_stand_ins()) {
        properties.warning(
            property,
            fmt::format("{} {}, which is not there", what, stand_in_bucket),
            "`aws cloudformation package` uploads them and writes the real places");
    }
}

/// What packaging would make of a local path: an object of a stand-in bucket, named by the path.
/// Nothing when there is nothing at the path, or nobody asked.
std::optional<Map> packaged(
    const Properties& properties,
    std::string_view property,
    std::string_view path,
    const ArtifactNames& names) {
    const auto& exists = properties.context().options().artifact_exists;
    if (!exists || path.empty() || path.find("://") != std::string_view::npos || !exists(path)) {
        return std::nullopt;
    }
    warn_of_stand_ins(properties, property, "local paths are shown as objects of the bucket");
    while (path.starts_with("./")) {
        path.remove_prefix(2);
    }
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    return Map{
        {std::string(names.bucket), stand_in_bucket},
        {std::string(names.key),
         path.empty() || path == "." ? std::string_view("application") : path}};
}

} // namespace

std::optional<Value> artifact_location(
    const Properties& properties, std::string_view property, const ArtifactNames& names) {
    const Value& value = properties[property];
    constexpr std::string_view hint = "an s3://bucket/key URI, or a map with Bucket and Key; `aws "
                                      "cloudformation package` uploads local paths";
    if (const std::string* uri = value.as_string()) {
        if (auto location = parse_s3_uri(*uri, names)) {
            for (data::Entry& part : *location) {
                part.value.set_where(value.where());
            }
            return Value(std::move(*location));
        }
        if (properties.context().options().local_artifacts && !uri->starts_with("s3://")) {
            return value;
        }
        if (auto location = packaged(properties, property, *uri, names)) {
            return Value(std::move(*location));
        }
        properties.error(
            property,
            fmt::format("{} is not the location of an object in S3", property),
            std::string(hint));
        return std::nullopt;
    }
    const Map* map = value.as_map();
    const Value* bucket = map == nullptr ? nullptr : map->find("Bucket");
    const Value* key = map == nullptr ? nullptr : map->find("Key");
    if (!is_given(bucket) || !is_given(key)) {
        properties.error(
            property, fmt::format("{} must have Bucket and Key", property), std::string(hint));
        return std::nullopt;
    }
    Map out{{std::string(names.bucket), *bucket}, {std::string(names.key), *key}};
    if (const Value* version = map->find("Version"); version != nullptr && !version->is_null()) {
        out.set(names.version, *version);
    }
    return Value(std::move(out));
}

std::optional<std::string> packaged_image(const Resource& function) {
    const Value* metadata = function.attribute("Metadata");
    const auto& exists = function.context().options().artifact_exists;
    if (metadata == nullptr || !exists) {
        return std::nullopt;
    }
    const auto text = [&](std::string_view name, std::string_view otherwise) {
        const Value* value = metadata->find(name);
        return std::string(value == nullptr || value->text().empty() ? otherwise : value->text());
    };
    if (!exists(
            fmt::format("{}/{}", text("DockerContext", "."), text("Dockerfile", "Dockerfile")))) {
        return std::nullopt;
    }
    warn_of_stand_ins(function, "", "images that `build` makes are shown as those of a repository");
    return fmt::format(
        "111122223333.dkr.ecr.{}.amazonaws.com/{}:{}",
        function.context().region(),
        stand_in_bucket,
        base::to_lower(text("DockerTag", function.logical_id())));
}

} // namespace samara::transform
