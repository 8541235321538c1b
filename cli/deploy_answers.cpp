#include "data/accessors.h"
#include "deploy_options.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::cli {

std::vector<std::pair<std::string, bool>> resources_to_sign(const data::Value& document) {
    std::vector<std::pair<std::string, bool>> found; // whether it is a function
    std::vector<std::string> layers;
    const data::Value* resources = document.find("Resources");
    for (const data::Entry& entry : data::members_of(resources)) {
        const data::Value* properties = entry.value.find("Properties");
        if (properties == nullptr || properties->find("CodeSigningConfigArn") == nullptr) {
            continue;
        }
        found.emplace_back(entry.key, true);
        const data::Value* used = properties->find("Layers");
        for (const data::Value& layer :
             used != nullptr && used->is_list() ? *used->as_list() : data::List()) {
            std::string id = data::text_of(layer.is_map() ? layer.find("Ref") : nullptr);
            if (!id.empty() && resources->find(id) != nullptr &&
                std::find(layers.begin(), layers.end(), id) == layers.end()) {
                layers.push_back(std::move(id));
            }
        }
    }
    for (std::string& layer : layers) {
        found.emplace_back(std::move(layer), false);
    }
    return found;
}

config::Parameters values_to_keep(const DeployArguments& given) {
    config::Parameters kept;
    const auto text = [&](const char* key, const std::string& value) {
        if (!value.empty()) {
            kept[key] = value;
        }
    };
    const auto yes = [&](const char* key, bool value) {
        if (value) {
            kept[key] = true;
        }
    };
    text("stack_name", given.deploy.stack_name);
    yes("resolve_s3", true);
    text("s3_prefix", given.deploy.stack_name);
    yes("resolve_image_repos", given.upload.artifacts.resolve_image_repos);
    text("region", given.common.region);
    text("profile", given.common.profile);
    yes("confirm_changeset", given.confirm.value_or(false));
    text("capabilities", fmt::format("{}", fmt::join(given.deploy.capabilities, " ")));
    yes("disable_rollback", given.disable_rollback.value_or(false));
    std::vector<std::string> shown;
    for (const std::string& assigned : given.common.parameter_overrides) {
        const std::string key = assigned.substr(0, assigned.find('='));
        const auto& hidden = given.deploy.hidden;
        if (std::find(hidden.begin(), hidden.end(), key) == hidden.end()) {
            shown.push_back(assigned);
        }
    }
    text("parameter_overrides", fmt::format("{}", fmt::join(shown, " ")));
    text(
        "signing_profiles",
        fmt::format("{}", fmt::join(given.upload.artifacts.signing_profiles, " ")));
    if (!given.upload.artifacts.resolve_image_repos) {
        data::List repositories;
        for (const std::string& one : given.upload.artifacts.image_repositories) {
            repositories.emplace_back(one);
        }
        kept["image_repositories"] = std::move(repositories);
    }
    return kept;
}

} // namespace samara::cli
