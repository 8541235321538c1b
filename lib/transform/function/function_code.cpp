#include "transform/core/artifact.h"
#include "transform/core/intrinsics.h"
#include "transform/function/function_parts.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Map;
using data::Value;

constexpr ArtifactNames code_names{"S3Bucket", "S3Key", "S3ObjectVersion"};

std::optional<Value> zip_code(const Resource& function) {
    const Value* inline_code = function.find("InlineCode");
    if (inline_code != nullptr) {
        return Value(Map{{"ZipFile", *inline_code}});
    }
    const Value* uri = function.find("CodeUri");
    if (uri == nullptr) {
        if (function.context().options().local_artifacts) {
            return Value(".");
        }
        function.error(
            "", "the function has no code", "add CodeUri: s3://bucket/key, or InlineCode");
        return std::nullopt;
    }
    if (is_intrinsic(*uri)) {
        function.error(
            "CodeUri",
            "CodeUri cannot be an intrinsic function",
            "write a map with Bucket and Key, whose values may be intrinsic functions");
        return std::nullopt;
    }
    return artifact_location(function, "CodeUri", code_names);
}

std::optional<Value> image_code(const Resource& function) {
    const Value* uri = function.given("ImageUri");
    if (uri == nullptr) {
        if (function.context().options().local_artifacts && function.attribute("Metadata")) {
            return Value(Map{{"ImageUri", "."}});
        }
        if (auto stand_in = packaged_image(function)) {
            return Value(Map{{"ImageUri", std::move(*stand_in)}});
        }
        function.error(
            "",
            "a function of PackageType Image needs ImageUri",
            "add ImageUri: the URI of an image in Amazon ECR");
        return std::nullopt;
    }
    return Value(Map{{"ImageUri", *uri}});
}

} // namespace

bool is_image(const Resource& function) {
    return function["PackageType"].text() == "Image";
}

std::optional<Value> function_code(const Resource& function) {
    const Value& package_type = function["PackageType"];
    const bool image = is_image(function);
    if (is_given(&package_type) && !image && package_type.text() != "Zip") {
        function.error(
            "PackageType",
            package_type.is_string()
                ? fmt::format("there is no PackageType {}", package_type.text())
                : "PackageType must be known before the deployment",
            "Zip or Image");
        return std::nullopt;
    }
    if (image) {
        for (const std::string_view name : {"Handler", "Runtime", "Layers"}) {
            if (function.given(name) != nullptr) {
                function.error(
                    name,
                    fmt::format("{} has no meaning for a function of PackageType Image", name),
                    fmt::format("remove {}, or set it in the image", name));
                return std::nullopt;
            }
        }
        return image_code(function);
    }
    bool good = true;
    for (const std::string_view name : {"Runtime", "Handler"}) {
        if (function.given(name) == nullptr) {
            good = false;
            function.error(
                function.find(name) == nullptr ? "" : name,
                fmt::format("a function of PackageType Zip needs {}", name),
                fmt::format("add {}, or PackageType: Image with ImageUri", name));
        }
    }
    if (function.given("ImageConfig") != nullptr) {
        good = false;
        function.error(
            "ImageConfig",
            "ImageConfig has no meaning for a function of PackageType Zip",
            "remove it, or add PackageType: Image and ImageUri");
    }
    return good ? zip_code(function) : std::nullopt;
}

} // namespace samara::transform
