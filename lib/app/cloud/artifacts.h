#pragma once

#include "cloud/package/package.h"
#include "data/value.h"
#include "model/parameters.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What `package` and `deploy` have in common: where artifacts go, as it is typed.
namespace samara::app {

struct ArtifactOptions {
    std::string template_file; ///< empty: the built one, else the default ones
    std::string s3_bucket;
    std::string s3_prefix;
    std::string kms_key_id;
    bool resolve_s3 = false;
    bool resolve_image_repos = false;
    bool force_upload = false;
    std::string image_repository;
    std::vector<std::string> image_repositories; ///< "Function=URI"
    std::vector<std::string> metadata;           ///< "K=V,K2=V2", or a JSON object
    std::vector<std::string> signing_profiles;   ///< "Resource=Profile:Owner"
    std::vector<std::string> parameter_overrides;
    std::optional<bool> language_extensions; ///< loops with artifacts are written out; default: yes
    std::string region;
    std::string profile;
    std::string version; ///< of the program
};

/// The template of a command for AWS.
struct CloudTemplate {
    std::filesystem::path path;
    std::string name; ///< as it is told
    data::Value document;
    base::Diagnostics warnings;
};

base::Result<CloudTemplate> read_cloud_template(const std::string& given);

/// The options, understood. Fails (usage) on what is none of their syntax.
struct ArtifactRules {
    cloud::UploadRules upload;
    cloud::ImageRepositories repositories;
    cloud::PackageRules package;
    cloud::ArtifactNeeds needs;
};

/// `asks`: what is missing is asked for later (--guided).
base::Result<ArtifactRules>
check_artifacts(const ArtifactOptions& options, const CloudTemplate& file, bool asks);

/// "K=V" words; values may be quoted, and several may stand in one text.
base::Result<std::vector<std::pair<std::string, std::string>>>
parse_pairs(std::string_view option, const std::vector<std::string>& words);

/// Words that may stand in one text: "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND".
std::vector<std::string> split_words(const std::vector<std::string>& texts);

/// The images of this machine's engine.
cloud::FindImages local_images(const os::Cancellation& cancel);

} // namespace samara::app
