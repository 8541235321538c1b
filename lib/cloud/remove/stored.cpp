#include "cloud/remove/stored.h"

#include "cloud/package/artifact_rows.h"
#include "data/accessors.h"

namespace samara::cloud {

namespace {

constexpr std::string_view repository_type = "AWS::ECR::Repository";

/// "bucket/key" behind the prefix.
StoredObject split_place(std::string_view place) {
    const std::size_t slash = place.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == place.size()) {
        return {};
    }
    return {std::string(place.substr(0, slash)), std::string(place.substr(slash + 1))};
}

/// "https://s3.eu-west-1.amazonaws.com/bucket/key", or at an endpoint of one's own; host names that
/// begin with the bucket as well.
StoredObject read_url(std::string_view url) {
    const std::size_t begin = url.find("://");
    const std::size_t slash = begin == std::string_view::npos ? begin : url.find('/', begin + 3);
    if (slash == std::string_view::npos) {
        return {};
    }
    const std::string_view host = url.substr(begin + 3, slash - begin - 3);
    const std::string_view path = url.substr(slash + 1);
    const std::size_t service = host.find(".s3");
    if (service != std::string_view::npos && service > 0) {
        return path.empty() ? StoredObject{}
                            : StoredObject{std::string(host.substr(0, service)), std::string(path)};
    }
    return split_place(path);
}

/// "HOST/repository:tag"; without a tag it is a digest or no image of ours.
StoredImage read_image(std::string_view uri) {
    const std::size_t slash = uri.find('/');
    const std::size_t colon = uri.rfind(':');
    if (slash == std::string_view::npos || colon == std::string_view::npos || colon < slash ||
        uri.find('@') != std::string_view::npos) {
        return {};
    }
    return {
        std::string(uri.substr(slash + 1, colon - slash - 1)), std::string(uri.substr(colon + 1))};
}

const data::Value* member_at(const data::Value* node, const std::vector<std::string>& path) {
    for (const std::string& member : path) {
        node = node == nullptr ? nullptr : node->find(member);
    }
    return node;
}

void add(StoredArtifacts& found, const ArtifactRow& row, const data::Value* value) {
    if (value == nullptr) {
        return;
    }
    if (row.form == Form::image) {
        StoredImage image = is_ecr_url(value->text()) ? read_image(value->text()) : StoredImage();
        if (!image.repository.empty()) {
            found.images.push_back(std::move(image));
        }
        return;
    }
    StoredObject object = read_object(*value);
    if (!object.bucket.empty()) {
        found.objects.push_back(std::move(object));
    }
}

/// At any depth, as it is uploaded from: resolvers are grouped by their types.
void add_below(StoredArtifacts& found, const ArtifactRow& row, const data::Value* at) {
    if (at == nullptr || !at->is_map()) {
        return;
    }
    add(found, row, member_at(at, row.property));
    for (const data::Entry& one : data::members_of(at)) {
        add_below(found, row, &one.value);
    }
}

} // namespace

StoredObject read_object(const data::Value& location) {
    if (location.as_map() != nullptr) {
        const std::string bucket = data::text_of(location, "S3Bucket");
        return bucket.empty()
                   ? StoredObject{data::text_of(location, "Bucket"), data::text_of(location, "Key")}
                   : StoredObject{bucket, data::text_of(location, "S3Key")};
    }
    constexpr std::string_view scheme = "s3://";
    const std::string_view text = location.text();
    return text.starts_with(scheme) ? split_place(text.substr(scheme.size())) : read_url(text);
}

StoredArtifacts find_stored(const data::Value& document) {
    StoredArtifacts found;
    for (const data::Entry& resource : data::members_of(document.find("Resources"))) {
        if (data::text_of(resource.value, "DeletionPolicy") == "Retain") {
            continue;
        }
        const std::string type = data::text_of(resource.value, "Type");
        const data::Value* properties = resource.value.find("Properties");
        if (type == repository_type) {
            const std::string name = data::text_of(properties, "RepositoryName");
            if (!name.empty()) {
                found.repositories.push_back({resource.key, name});
            }
            continue;
        }
        for (const ArtifactRow& row : artifact_rows()) {
            if (row.type != type) {
                continue;
            }
            if (row.below.empty()) {
                add(found, row, member_at(properties, row.property));
                continue;
            }
            add_below(found, row, properties == nullptr ? nullptr : properties->find(row.below));
        }
    }
    return found;
}

} // namespace samara::cloud
