#include "cloud/package/package.h"

#include "archive/sniff.h"
#include "base/strings.h"
#include "cloud/package/package_walk.h"
#include "cloud/package/signing.h"
#include "data/accessors.h"
#include "data/write.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include <fmt/format.h>

namespace samara::cloud {

namespace fs = std::filesystem;

using aws_client::AwsError;
using aws_client::AwsFailure;
using aws_client::AwsResult;
using aws_client::S3Place;

namespace {

using Task = std::function<AwsResult<void>()>;

bool is_zip(const fs::path& file) {
    constexpr std::string_view entry = "PK\x03\x04";
    constexpr std::string_view empty = "PK\x05\x06";
    std::array<char, 4> head{};
    std::ifstream(file, std::ios::binary).read(head.data(), head.size());
    const std::string_view begin(head.data(), head.size());
    return begin == entry || begin == empty;
}

AwsResult<S3Place>
upload(const Artifact& artifact, Uploader& uploader, std::string_view extension) {
    std::error_code ignored;
    if (!fs::exists(artifact.path, ignored)) {
        return aws_client::aws_fail(
            AwsFailure::other,
            fmt::format(
                "Parameter {} of resource {} refers to a file or folder that does not exist {}",
                artifact.property,
                artifact.resource,
                fs::absolute(artifact.path, ignored).string()));
    }
    if (fs::is_directory(artifact.path, ignored)) {
        return uploader.put_folder(artifact.path, artifact.lambda, extension);
    }
    if (artifact.lambda && !artifact.exactly && !is_zip(artifact.path)) {
        return uploader.put_zipped(artifact.path, true, extension);
    }
    return uploader.put_file(artifact.path, extension);
}

data::Value in_form(Form form, const S3Place& place, const std::string& url) {
    data::Map map;
    switch (form) {
    case Form::code:
        map.set("S3Bucket", place.bucket);
        map.set("S3Key", place.key);
        return map;
    case Form::object:
        map.set("Bucket", place.bucket);
        map.set("Key", place.key);
        return map;
    case Form::https:
        return url;
    default:
        return fmt::format("s3://{}/{}", place.bucket, place.key);
    }
}

class Packager {
public:
    Packager(Uploader& uploader, ImagePusher* images, const PackageRules& rules)
        : uploader_(uploader), images_(images), rules_(rules) {}

    AwsResult<void> run(TemplateArtifacts& found) {
        std::vector<Task> tasks;
        collect(found, tasks);
        AWS_TRY(Uploader::run_all(std::move(tasks)));
        AWS_TRY(push_images(found));
        return finish(found);
    }

private:
    void collect(TemplateArtifacts& found, std::vector<Task>& tasks) {
        for (Artifact& artifact : found.artifacts) {
            if (artifact.form != Form::image) {
                tasks.emplace_back([this, &artifact] { return put(artifact); });
            }
        }
        for (TemplateArtifacts::Nested& nested : found.nested) {
            collect(*nested.content, tasks);
        }
    }

    static tl::unexpected<AwsError> failed(const Artifact& artifact, AwsError error) {
        if (error.failure == AwsFailure::cancelled || error.failure == AwsFailure::credentials) {
            return tl::unexpected(std::move(error));
        }
        const base::Error said =
            cannot_upload(artifact.text, artifact.property, artifact.resource, error.message);
        error.message = said.message;
        return tl::unexpected(std::move(error));
    }

    AwsResult<void> put(Artifact& artifact) {
        const auto signing = rules_.signing.find(artifact.resource);
        const bool is_signed = signing != rules_.signing.end() && artifact.form == Form::url;
        auto place = upload(artifact, uploader_, is_signed ? "zip" : "");
        if (place && is_signed) {
            place = sign_artifact(uploader_.session(), *place, signing->second);
        }
        if (!place) {
            return failed(artifact, std::move(place).error());
        }
        std::string url;
        if (artifact.form == Form::https) {
            AWS_TRY_ASSIGN(url, aws_client::path_style_url(uploader_.session(), *place));
        }
        artifact.location = fmt::format("s3://{}/{}", place->bucket, place->key);
        *artifact.value = in_form(artifact.form, *place, url);
        return {};
    }

    AwsResult<void> push_images(TemplateArtifacts& found) {
        for (Artifact& artifact : found.artifacts) {
            if (artifact.form != Form::image || images_ == nullptr) {
                continue;
            }
            auto uri = images_->push(artifact.text, found.file.parent_path(), artifact.resource);
            if (!uri) {
                return failed(artifact, std::move(uri).error());
            }
            artifact.location = *uri;
            *artifact.value = std::move(*uri);
        }
        for (TemplateArtifacts::Nested& nested : found.nested) {
            AWS_TRY(push_images(*nested.content));
        }
        return {};
    }

    // From the inside out: a template is named after its content.
    AwsResult<void> finish(TemplateArtifacts& found) {
        for (TemplateArtifacts::Nested& nested : found.nested) {
            AWS_TRY(finish(*nested.content));
            const std::string text = data::write_yaml(nested.content->document);
            auto place = uploader_.put_text(text, "template");
            if (!place) {
                Artifact about;
                about.text = nested.content->file.string();
                about.property = nested.property;
                about.resource = nested.resource;
                return failed(about, std::move(place).error());
            }
            AWS_TRY_ASSIGN(auto url, aws_client::path_style_url(uploader_.session(), *place));
            *nested.value = std::move(url);
        }
        return {};
    }

    Uploader& uploader_;
    ImagePusher* images_;
    const PackageRules& rules_;
};

void add_packaged(const TemplateArtifacts& found, std::vector<PackagedArtifact>& out) {
    for (const Artifact& artifact : found.artifacts) {
        out.push_back({artifact.resource, artifact.property, artifact.text, artifact.location});
    }
    for (const TemplateArtifacts::Nested& nested : found.nested) {
        add_packaged(*nested.content, out);
        const std::string url(nested.value->text());
        out.push_back({nested.resource, nested.property, nested.text, url});
    }
}

void add_needs(const TemplateArtifacts& found, ArtifactNeeds& needs) {
    for (const Artifact& artifact : found.artifacts) {
        if (artifact.form == Form::image) {
            needs.images.push_back(artifact.resource);
        } else {
            needs.files = true;
        }
    }
    for (const TemplateArtifacts::Nested& nested : found.nested) {
        needs.files = true;
        add_needs(*nested.content, needs);
    }
}

} // namespace

AwsResult<Packaged> package_template(
    data::Value document,
    const fs::path& file,
    Uploader& uploader,
    ImagePusher* images,
    const PackageRules& rules) {
    Packaged packaged;
    AWS_TRY_ASSIGN(
        auto found, find_artifacts(std::move(document), file, {}, rules.loops, packaged.warnings));
    AWS_TRY(Packager(uploader, images, rules).run(*found));
    add_packaged(*found, packaged.artifacts);
    packaged.document = std::move(found->document);
    return packaged;
}

ArtifactNeeds
find_needs(const data::Value& document, const fs::path& file, const LoopRules& loops) {
    ArtifactNeeds needs;
    base::Diagnostics ignored;
    const auto found = find_artifacts(document, file, {}, loops, ignored);
    if (found) {
        add_needs(**found, needs);
    }
    return needs;
}

} // namespace samara::cloud
