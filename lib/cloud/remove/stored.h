#pragma once

#include "data/value.h"

#include <string>
#include <vector>

/// What a deployed template says of its artifacts.
namespace samara::cloud {

struct StoredObject {
    std::string bucket;
    std::string key;
};

struct StoredImage {
    std::string repository;
    std::string tag;
};

struct StoredRepository {
    std::string logical_id;
    std::string name;
};

/// Of resources that do not outlive their stack (DeletionPolicy: Retain). What an intrinsic
/// function decides is left out.
struct StoredArtifacts {
    std::vector<StoredObject> objects;
    std::vector<StoredImage> images;
    std::vector<StoredRepository> repositories;
};

StoredArtifacts find_stored(const data::Value& document);

/// The place of an object: "s3://bucket/key", the https URL of one, {S3Bucket, S3Key} or {Bucket,
/// Key}. An empty bucket when it is none.
StoredObject read_object(const data::Value& location);

} // namespace samara::cloud
