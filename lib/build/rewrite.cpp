#include "build/rewrite.h"

#include "archive/sniff.h"
#include "base/strings.h"
#include "data/embedded_table.h"
#include "model/assets.h"
#include "samara_build_files.h"

#include <algorithm>
#include <array>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view paths_file = "local_paths.json";

// Where a resource type keeps its artifact.
struct ArtifactProperty {
    std::string_view type;
    std::string_view folder;
    std::string_view image; ///< "Code.ImageUri" is ImageUri inside Code
};

constexpr std::array artifact_properties{
    ArtifactProperty{"AWS::Serverless::Function", "CodeUri", "ImageUri"},
    ArtifactProperty{"AWS::Lambda::Function", "Code", "Code.ImageUri"},
    ArtifactProperty{"AWS::Serverless::LayerVersion", "ContentUri", ""},
    ArtifactProperty{"AWS::Lambda::LayerVersion", "Content", ""},
    ArtifactProperty{"AWS::Serverless::Application", "Location", ""},
    ArtifactProperty{"AWS::CloudFormation::Stack", "TemplateURL", ""},
};

bool has_artifact(std::string_view type) {
    return std::any_of(
        artifact_properties.begin(), artifact_properties.end(), [&](const ArtifactProperty& row) {
            return row.type == type;
        });
}

// Of a folder, which may not be there yet.
fs::path real(const fs::path& folder) {
    std::error_code failed;
    const fs::path found = fs::weakly_canonical(folder, failed);
    return found.has_filename() ? found : found.parent_path();
}

class Rewriter {
public:
    Rewriter(
        const Artifacts& artifacts,
        const fs::path& from,
        const fs::path& to,
        std::vector<MissingFile>* missing)
        : artifacts_(artifacts), from_(from), to_(to), missing_(missing),
          local_paths_(data::embedded_table(embedded(paths_file), paths_file)) {}

    void rewrite(data::Value& document) {
        if (data::Value* globals = document.find("Globals"); globals && globals->is_map()) {
            for (data::Entry& section : *globals->as_map()) {
                rewrite_properties("AWS::Serverless::" + section.key, section.value);
            }
        }
        if (data::Value* metadata = document.find("Metadata")) {
            for (const std::string_view key : {"LicenseUrl", "ReadmeUrl"}) {
                if (data::Value* application = metadata->find("AWS::ServerlessRepo::Application")) {
                    move_path(application->find(key));
                }
            }
        }
        if (data::Value* resources = document.find("Resources"); resources && resources->is_map()) {
            for (data::Entry& resource : *resources->as_map()) {
                rewrite_resource(resource.key, resource.value);
            }
        }
        rewrite_includes(document);
    }

private:
    void rewrite_resource(const std::string& logical_id, data::Value& resource) {
        const data::Value* type = resource.find("Type");
        if (type == nullptr) {
            return;
        }
        checked_ = has_artifact(type->text()) ? std::string() : logical_id;
        if (data::Value* metadata = resource.find("Metadata")) {
            move_path(metadata->find("DockerContext"));
        }
        if (data::Value* properties = resource.find("Properties")) {
            rewrite_properties(type->text(), *properties);
        }
        const auto artifact = artifacts_.find(logical_id);
        if (artifact != artifacts_.end()) {
            place(artifact->second, type->text(), resource);
            if (!artifact->second.folder.empty() || !artifact->second.image.empty()) {
                model::name_resource(resource, logical_id);
            }
        }
        checked_.clear();
    }

    static void place(const Artifact& artifact, std::string_view type, data::Value& resource) {
        for (const ArtifactProperty& row : artifact_properties) {
            if (row.type != type || !resource.is_map()) {
                continue;
            }
            data::Value& properties = (*resource.as_map())["Properties"];
            if (!properties.is_map()) {
                properties = data::Map();
            }
            if (artifact.image.empty() && !artifact.folder.empty()) {
                properties.as_map()->set(row.folder, artifact.folder.generic_string());
            } else if (!artifact.image.empty() && row.image == "Code.ImageUri") {
                properties.as_map()->set("Code", data::Map{{"ImageUri", artifact.image}});
            } else if (!artifact.image.empty()) {
                properties.as_map()->set(row.image, artifact.image);
            }
            report_failure(artifact, *resource.as_map());
        }
    }

    static void report_failure(const Artifact& artifact, data::Map& resource) {
        if (artifact.failed.empty()) {
            return;
        }
        data::Value& metadata = resource["Metadata"];
        if (!metadata.is_map()) {
            metadata = data::Map();
        }
        metadata.as_map()->set(failure_key, artifact.failed);
    }

    void rewrite_properties(std::string_view type, data::Value& properties) {
        const data::Value* paths = local_paths_.find(type);
        if (paths == nullptr || !paths->is_list()) {
            return;
        }
        for (const data::Value& path : *paths->as_list()) {
            const auto steps = base::split(path.text(), '.');
            follow(properties, {steps.data(), steps.size()});
        }
    }

    // Down the property path; "*" is every member. "ImageUri?" may be a path: of an archive.
    void follow(data::Value& value, std::span<const std::string_view> steps) {
        if (steps.empty()) {
            move_path(&value);
        } else if (steps.front().ends_with('?')) {
            data::Value* image = value.find(steps.front().substr(0, steps.front().size() - 1));
            if (image != nullptr && archive::is_tar(from_ / image->text())) {
                move_path(image);
            }
        } else if (steps.front() != "*") {
            if (data::Value* child = value.find(steps.front())) {
                follow(*child, steps.subspan(1));
            }
        } else if (value.is_map()) {
            for (data::Entry& entry : *value.as_map()) {
                follow(entry.value, steps.subspan(1));
            }
        }
    }

    void rewrite_includes(data::Value& value) {
        if (data::List* list = value.as_list()) {
            for (data::Value& item : *list) {
                rewrite_includes(item);
            }
        }
        if (data::Map* map = value.as_map()) {
            for (data::Entry& entry : *map) {
                const data::Value* name =
                    entry.key == "Fn::Transform" ? entry.value.find("Name") : nullptr;
                if (name != nullptr && name->text() == "AWS::Include") {
                    if (data::Value* parameters = entry.value.find("Parameters")) {
                        move_path(parameters->find("Location"));
                    }
                }
                rewrite_includes(entry.value);
            }
        }
    }

    void move_path(data::Value* value) {
        if (value == nullptr || !value->is_string()) {
            return;
        }
        const fs::path path(*value->as_string());
        const std::string& text = path.native();
        const bool remote = text.find("://") != std::string::npos || text.starts_with("arn:");
        if (text.empty() || remote || path.is_absolute()) {
            return;
        }
        const base::Location where = value->where();
        std::error_code ignored;
        if (missing_ != nullptr && !checked_.empty() && !fs::exists(from_ / path, ignored)) {
            missing_->push_back({checked_, (from_ / path).lexically_normal(), where});
        }
        fs::path moved = (from_ / path).lexically_normal();
        if (!moved.has_filename()) {
            moved = moved.parent_path(); // "src/" and "." end with a slash
        }
        *value = way_to(moved).generic_string();
        value->set_where(where);
    }

    // From the new place of the template. Where a link stands on the way up, names alone lead
    // elsewhere than the file system does; the whole path is the same for both.
    [[nodiscard]] fs::path way_to(const fs::path& file) const {
        const fs::path to = (to_ / "").lexically_normal().parent_path(); // no slash at its end
        fs::path way = file.lexically_relative(to);
        fs::path up = to_;
        fs::path by_name = to;
        for (auto part = way.begin(); part != way.end() && *part == ".."; ++part) {
            up /= "..";
            by_name = by_name.parent_path();
        }
        return real(up) == real(by_name) ? way : file;
    }

    const Artifacts& artifacts_;
    const fs::path& from_;
    const fs::path& to_;
    std::vector<MissingFile>* missing_;
    data::Value local_paths_;
    std::string checked_; // the resource whose files have to be there
};

} // namespace

data::Value rewrite_template(
    data::Value document,
    const Artifacts& artifacts,
    const fs::path& from,
    const fs::path& to,
    std::vector<MissingFile>* missing) {
    Rewriter(artifacts, from, to, missing).rewrite(document);
    return document;
}

} // namespace samara::build
