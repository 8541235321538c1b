#include "app/cloud/artifacts.h"

#include "app/load/parameter_files.h"
#include "app/load/template_file.h"
#include "aws_client/credentials.h"
#include "base/strings.h"
#include "base/try.h"
#include "base/usage_error.h"
#include "cloud/package/artifact_rows.h"
#include "data/accessors.h"
#include "data/read.h"
#include "engine/docker/docker_engine.h"
#include "os/file.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace fs = std::filesystem;

namespace {

tl::unexpected<base::Error> usage(std::string message, std::string hint = {}) {
    return base::fail(base::usage_error(std::move(message), std::move(hint)));
}

/// Words between blanks; quotes hold one together and are taken away.
std::vector<std::string> words_in(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool begun = false;
    char quote = '\0';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\' && i + 1 < text.size() &&
            std::string_view("\\\"' ").find(text[i + 1]) != std::string_view::npos) {
            word += text[++i];
            begun = true;
        } else if (quote != '\0' ? c == quote : c == '"' || c == '\'') {
            quote = quote != '\0' ? '\0' : c;
            begun = true;
        } else if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) {
            if (begun) {
                words.push_back(std::exchange(word, {}));
            }
            begun = false;
        } else {
            word += c;
            begun = true;
        }
    }
    if (begun) {
        words.push_back(std::move(word));
    }
    return words;
}

base::Result<std::map<std::string, std::string>>
read_metadata(const std::vector<std::string>& given) {
    std::map<std::string, std::string> metadata;
    for (const std::string& text : given) {
        const std::string_view trimmed = base::trim(text);
        if (trimmed.starts_with('{')) {
            const auto object = data::read_json(trimmed, "--metadata");
            if (!object || !object->is_map()) {
                return usage("--metadata: that is no JSON object");
            }
            for (const data::Entry& entry : *object->as_map()) {
                if (!data::is_scalar(&entry.value)) {
                    return usage(
                        fmt::format("--metadata: the value of {} is no text", entry.key),
                        "write KEY=VALUE,KEY=VALUE or a JSON object without objects in it");
                }
                metadata[entry.key] = data::text_of(entry.value);
            }
            continue;
        }
        for (const std::string_view pair : base::split(trimmed, ',')) {
            const std::size_t equals = pair.find('=');
            if (equals == std::string_view::npos || equals == 0) {
                return usage(
                    fmt::format("--metadata: '{}' is not KEY=VALUE", pair),
                    "write KEY=VALUE,KEY=VALUE or a JSON object");
            }
            metadata[std::string(pair.substr(0, equals))] = pair.substr(equals + 1);
        }
    }
    return metadata;
}

base::Result<cloud::ImageRepositories> read_repositories(const ArtifactOptions& options) {
    cloud::ImageRepositories repositories;
    const auto check = [](const std::string& option, const std::string& uri) {
        return cloud::is_ecr_url(uri)
                   ? base::Result<void>()
                   : usage(
                         fmt::format(
                             "Invalid value for '{}': {} is not a valid ECR URI", option, uri),
                         "write ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME");
    };
    if (!options.image_repository.empty()) {
        TRY(check("--image-repository", options.image_repository));
        repositories.all = options.image_repository;
    }
    for (const std::string& word : split_words(options.image_repositories)) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos) {
            return usage(fmt::format(
                "Invalid value for '--image-repositories': '{}' is not Function=URI", word));
        }
        TRY(check("--image-repositories", word.substr(equals + 1)));
        repositories.by_id[word.substr(0, equals)] = word.substr(equals + 1);
    }
    return repositories;
}

base::Result<std::map<std::string, cloud::SigningProfile>>
read_signing(const std::vector<std::string>& given) {
    TRY_ASSIGN(const auto pairs, parse_pairs("--signing-profiles", given));
    std::map<std::string, cloud::SigningProfile> profiles;
    for (const auto& [resource, value] : pairs) {
        const std::size_t colon = value.find(':');
        profiles[resource] = {
            value.substr(0, colon),
            colon == std::string::npos ? std::string() : value.substr(colon + 1)};
    }
    return profiles;
}

base::Result<void> check_images(
    const ArtifactOptions& options,
    const cloud::ImageRepositories& repositories,
    const cloud::ArtifactNeeds& needs,
    bool asks) {
    const int ways = (repositories.all.empty() ? 0 : 1) + (repositories.by_id.empty() ? 0 : 1) +
                     (options.resolve_image_repos ? 1 : 0);
    const bool both =
        !repositories.all.empty() && (options.resolve_image_repos || !repositories.by_id.empty());
    if (both) {
        return usage(
            "Only one of the following can be provided: '--image-repositories', "
            "'--image-repository', or '--resolve-image-repos'. Do you have multiple specified in "
            "the command or in a configuration file?");
    }
    if (asks || needs.images.empty()) {
        return {};
    }
    if (ways == 0) {
        return usage(
            "Missing option '--image-repositories', '--image-repository', or "
            "'--resolve-image-repos'",
            "the template has functions with PackageType Image: name the ECR repository of their "
            "images");
    }
    if (!repositories.by_id.empty() && !options.resolve_image_repos) {
        std::vector<std::string> named;
        for (const auto& [id, uri] : repositories.by_id) {
            named.push_back(id);
        }
        std::vector<std::string> wanted = needs.images;
        std::sort(wanted.begin(), wanted.end());
        if (named != wanted) {
            return usage(
                "Incomplete list of function logical ids specified for '--image-repositories'",
                fmt::format("the template's are {}", fmt::join(wanted, ", ")));
        }
    }
    return {};
}

} // namespace

std::vector<std::string> split_words(const std::vector<std::string>& texts) {
    std::vector<std::string> words;
    for (const std::string& text : texts) {
        for (std::string& word : words_in(text)) {
            words.push_back(std::move(word));
        }
    }
    return words;
}

base::Result<std::vector<std::pair<std::string, std::string>>>
parse_pairs(std::string_view option, const std::vector<std::string>& words) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const std::string& text : words) {
        // A word of the command line has lost its quotes: "K=a b" is one pair, "K=a L=b" two.
        std::vector<std::string> pieces = words_in(text);
        const bool all = std::all_of(pieces.begin(), pieces.end(), [](const std::string& piece) {
            return piece.find('=') != std::string::npos;
        });
        if (!all) {
            pieces = {text};
        }
        for (const std::string& piece : pieces) {
            const std::size_t equals = piece.find('=');
            if (equals == std::string::npos || equals == 0) {
                return usage(
                    fmt::format("Invalid value for '{}': '{}' is not KEY=VALUE", option, piece));
            }
            pairs.emplace_back(piece.substr(0, equals), piece.substr(equals + 1));
        }
    }
    return pairs;
}

base::Result<CloudTemplate> read_cloud_template(const std::string& given) {
    std::error_code failed;
    CloudTemplate file;
    TRY_ASSIGN(file.path, find_template(given, fs::current_path(failed), true));
    file.name = given.empty() ? fs::relative(file.path, failed).string() : given;
    TRY_ASSIGN(const auto text, os::read_file(file.path));
    TRY_ASSIGN(file.document, data::read_document(text, file.name, &file.warnings));
    if (file.document.is_null()) {
        return base::fail(empty_template(file.name));
    }
    if (!file.document.is_map()) {
        return base::fail(
            fmt::format("{} is no template", file.name),
            "a template is a map with a Resources section",
            file.document.where());
    }
    return file;
}

base::Result<ArtifactRules>
check_artifacts(const ArtifactOptions& options, const CloudTemplate& file, bool asks) {
    ArtifactRules rules;
    rules.upload.bucket = options.s3_bucket;
    rules.upload.prefix = options.s3_prefix;
    while (rules.upload.prefix.ends_with('/')) {
        rules.upload.prefix.pop_back();
    }
    rules.upload.force = options.force_upload;
    rules.upload.put.kms_key_id = options.kms_key_id;
    TRY_ASSIGN(rules.upload.put.metadata, read_metadata(options.metadata));
    TRY_ASSIGN(rules.repositories, read_repositories(options));
    TRY_ASSIGN(rules.package.signing, read_signing(options.signing_profiles));
    TRY_ASSIGN(
        rules.package.loops.parameters, read_parameter_overrides(options.parameter_overrides));
    rules.package.loops.region = aws_client::find_region(options.region, options.profile);
    rules.package.loops.written_out = options.language_extensions.value_or(true);
    rules.needs = cloud::find_needs(file.document, file.path, rules.package.loops);
    TRY(check_images(options, rules.repositories, rules.needs, asks));
    return rules;
}

cloud::FindImages local_images(const os::Cancellation& cancel) {
    return [cancel] {
        return engine::docker::connect_images(engine::docker::current_lookup(), cancel);
    };
}

} // namespace samara::app
