#include "cloud/package/package_walk.h"

#include "base/try.h"
#include "data/accessors.h"
#include "data/read.h"
#include "model/assets.h"
#include "os/file.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::cloud {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t deepest = 16; // nested stacks: a template that names itself ends somewhere

bool is_foreach(std::string_view key) {
    return key.starts_with("Fn::ForEach");
}

/// The text of Fn::Sub where nothing is left to put in, as loops leave it.
const std::string* substituted(const data::Value& value) {
    const data::Value* text =
        value.is_map() && value.as_map()->size() == 1 ? value.find("Fn::Sub") : nullptr;
    const bool whole =
        text != nullptr && text->is_string() && text->text().find("${") == std::string_view::npos;
    return whole ? text->as_string() : nullptr;
}

class Walker {
public:
    Walker(
        TemplateArtifacts& found,
        const LoopRules& loops,
        base::Diagnostics& warnings,
        std::size_t depth)
        : found_(found), loops_(loops), warnings_(warnings), depth_(depth) {}

    base::Result<void> walk();

private:
    base::Result<void> application_files();
    base::Result<void> includes(data::Value& value);
    base::Result<void> resource(const std::string& id, data::Value& content);
    base::Result<void>
    property(const ArtifactRow& row, data::Value& at, const std::string& id, bool missing_too);
    base::Result<void> below(const ArtifactRow& row, data::Value& value, const std::string& id);
    base::Result<void> take(
        const ArtifactRow& row, data::Value& value, const std::string& text, const std::string& id);
    base::Result<void> nested(
        data::Value& value, const fs::path& path, const std::string& id, const std::string& name);
    [[nodiscard]] LoopRules loops_of_nested() const;

    [[nodiscard]] fs::path path_of(std::string_view text) const {
        return (found_.file.parent_path() / text).lexically_normal();
    }

    TemplateArtifacts& found_;
    const LoopRules& loops_;
    base::Diagnostics& warnings_;
    std::size_t depth_;
    const data::Value* resource_ = nullptr; ///< that is looked at
};

// A function takes the CodeUri of Globals when it has none; no other global names a file.
void apply_globals(data::Value& document) {
    data::Value* globals = document.find("Globals");
    data::Value* function = globals == nullptr ? nullptr : globals->find("Function");
    const data::Value* code = function == nullptr ? nullptr : function->find("CodeUri");
    data::Value* resources = document.find("Resources");
    if (code == nullptr || resources == nullptr || !resources->is_map()) {
        return;
    }
    for (data::Entry& entry : *resources->as_map()) {
        data::Value* properties = entry.value.find("Properties");
        if (data::text_of(entry.value.find("Type")) == "AWS::Serverless::Function" &&
            properties != nullptr && properties->is_map() &&
            properties->find("CodeUri") == nullptr && properties->find("InlineCode") == nullptr &&
            data::text_of(properties->find("PackageType")) != "Image") {
            properties->as_map()->set("CodeUri", *code);
        }
    }
}

} // namespace

base::Error cannot_upload(
    const std::string& value,
    const std::string& property,
    const std::string& resource,
    const std::string& reason) {
    base::Error error;
    error.message = fmt::format(
        "Unable to upload artifact {} referenced by {} parameter of {} resource.\n{}",
        value,
        property,
        resource,
        reason);
    return error;
}

base::Result<void> Walker::walk() {
    TRY(application_files());
    apply_globals(found_.document);
    TRY(includes(found_.document));
    data::Value* resources = found_.document.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return {};
    }
    for (data::Entry& entry : *resources->as_map()) {
        if (!is_foreach(entry.key) && entry.value.is_map()) {
            model::name_resource(entry.value, entry.key);
            TRY(resource(entry.key, entry.value));
        }
    }
    return {};
}

base::Result<void> Walker::application_files() {
    data::Value* metadata = found_.document.find("Metadata");
    data::Value* about =
        metadata == nullptr ? nullptr : metadata->find("AWS::ServerlessRepo::Application");
    for (const char* name : {"LicenseUrl", "ReadmeUrl"}) {
        data::Value* value = about == nullptr ? nullptr : about->find(name);
        if (value == nullptr || value->text().empty() || is_s3_url(value->text())) {
            continue;
        }
        const std::string text(value->text());
        found_.artifacts.push_back(
            {value,
             text,
             path_of(text),
             Form::url,
             false,
             true,
             name,
             "AWS::ServerlessRepo::Application",
             {}});
    }
    return {};
}

base::Result<void> Walker::includes(data::Value& value) {
    if (data::List* list = value.as_list()) {
        for (data::Value& item : *list) {
            TRY(includes(item));
        }
        return {};
    }
    if (!value.is_map()) {
        return {};
    }
    for (data::Entry& entry : *value.as_map()) {
        data::Value* location = nullptr;
        if (entry.key == "Fn::Transform" &&
            data::text_of(entry.value.find("Name")) == "AWS::Include") {
            data::Value* parameters = entry.value.find("Parameters");
            location = parameters == nullptr ? nullptr : parameters->find("Location");
        }
        if (location != nullptr && location->is_string() && !is_s3_url(location->text())) {
            const std::string text(location->text());
            found_.artifacts.push_back(
                {location,
                 text,
                 path_of(text),
                 Form::url,
                 false,
                 true,
                 "Location",
                 "AWS::Include",
                 {}});
        }
        TRY(includes(entry.value));
    }
    return {};
}

base::Result<void> Walker::resource(const std::string& id, data::Value& content) {
    resource_ = &content;
    data::Map& map = *content.as_map();
    const std::string type = data::text_of(map.find("Type"));
    if (map.find("Properties") == nullptr) {
        return {};
    }
    data::Value& properties = *map.find("Properties");
    if (!properties.is_map()) {
        return {};
    }
    std::string package_type = data::text_of(properties.find("PackageType"));
    package_type = package_type.empty() ? "Zip" : package_type;
    const std::string path =
        found_.prefix + data::text_of(map.find("Metadata")->find("SamResourceId"));
    for (const ArtifactRow& row : artifact_rows()) {
        if (row.type != type || (!row.package_type.empty() && row.package_type != package_type)) {
            continue;
        }
        if (!row.below.empty()) {
            if (data::Value* parent = properties.find(row.below)) {
                TRY(below(row, *parent, path.empty() ? id : path));
            }
        } else {
            const bool inline_code = row.lambda && properties.find("InlineCode") != nullptr;
            TRY(property(row, properties, path.empty() ? id : path, !inline_code));
        }
    }
    return {};
}

base::Result<void>
Walker::below(const ArtifactRow& row, data::Value& value, const std::string& id) {
    if (!value.is_map()) {
        return {};
    }
    TRY(property(row, value, id, false));
    for (data::Entry& entry : *value.as_map()) {
        TRY(below(row, entry.value, id));
    }
    return {};
}

base::Result<void>
Walker::property(const ArtifactRow& row, data::Value& at, const std::string& id, bool missing_too) {
    data::Value* value = &at;
    for (std::size_t i = 0; i < row.property.size(); ++i) {
        data::Value* member = value->find(row.property[i]);
        const bool missing = member == nullptr || member->is_null() ||
                             (member->is_string() && member->text().empty());
        if (missing && (!row.own_folder || !missing_too || !value->is_map())) {
            return {};
        }
        if (missing) {
            member = &value->as_map()->set(
                row.property[i],
                i + 1 == row.property.size() ? data::Value(".") : data::Value(data::Map()));
            if (i + 1 == row.property.size()) {
                base::Error error;
                error.message = fmt::format(
                    "{} has no {}: the template's folder is uploaded as its content",
                    id,
                    fmt::join(row.property, "."));
                warnings_.push_back({base::Severity::warning, std::move(error)});
            }
        }
        value = member;
    }
    if (const std::string* text = substituted(*value)) {
        data::Value plain(*text);
        plain.set_where(value->where());
        *value = std::move(plain);
    }
    if (!value->is_string()) { // a map: an intrinsic function, or an object in S3
        return {};
    }
    const std::string text(value->text());
    return take(row, *value, text, id);
}

base::Result<void> Walker::take(
    const ArtifactRow& row, data::Value& value, const std::string& text, const std::string& id) {
    const std::string name = fmt::format("{}", fmt::join(row.property, "."));
    if (row.form == Form::image ? is_ecr_url(text) : is_s3_url(text)) {
        return {};
    }
    const bool is_template = row.form == Form::packaged || row.form == Form::https;
    if (is_template && (text.starts_with("https://") || text.starts_with("http://"))) {
        return {}; // an object, whatever its host is called
    }
    const fs::path path = path_of(text);
    std::error_code ignored;
    if (row.form == Form::image) {
        found_.artifacts.push_back(
            {&value, text, path, row.form, false, false, name, id, row.type});
        return {};
    }
    if (!(is_template ? fs::is_regular_file(path, ignored) : fs::exists(path, ignored))) {
        return base::fail(cannot_upload(
            text,
            name,
            id,
            fmt::format(
                "Parameter {} of resource {} refers to a {} that does not exist {}",
                name,
                id,
                is_template ? "file" : "file or folder",
                fs::absolute(path, ignored).string())));
    }
    if (row.form == Form::packaged) {
        return nested(value, path, id, name);
    }
    const bool as_is = row.form == Form::https;
    found_.artifacts.push_back(
        {&value, text, path, row.form, row.lambda, as_is, name, id, row.type});
    return {};
}

base::Result<void> Walker::nested(
    data::Value& value, const fs::path& path, const std::string& id, const std::string& name) {
    if (depth_ >= deepest) {
        return base::fail(
            fmt::format("{}: stacks are nested deeper than {}", id, deepest),
            "a template must not name itself");
    }
    const std::string written(value.text());
    TRY_ASSIGN(const auto text, os::read_file(path));
    TRY_ASSIGN(auto document, data::read_document(text, path.string(), &warnings_));
    auto content = std::make_unique<TemplateArtifacts>();
    content->document = std::move(document);
    content->file = path;
    content->prefix = id + "/";
    model::apply_assets(content->document);
    const LoopRules loops = loops_of_nested();
    if (auto loop = write_out_loops(content->document, path, loops); !loop) {
        warnings_.push_back({base::Severity::warning, std::move(loop).error()});
    }
    TRY(Walker(*content, loops, warnings_, depth_ + 1).walk());
    found_.nested.push_back({&value, id, name, written, std::move(content)});
    return {};
}

// What the stack around it gives it, as far as that is written there.
LoopRules Walker::loops_of_nested() const {
    LoopRules loops{loops_.written_out, {}, loops_.region};
    const data::Value* properties = resource_ == nullptr ? nullptr : resource_->find("Properties");
    const data::Value* given = properties == nullptr ? nullptr : properties->find("Parameters");
    for (const data::Entry& entry : data::members_of(given)) {
        if (data::is_scalar(&entry.value)) {
            loops.parameters[entry.key] = data::text_of(entry.value);
        }
    }
    return loops;
}

base::Result<std::unique_ptr<TemplateArtifacts>> find_artifacts(
    data::Value document,
    const fs::path& file,
    std::string prefix,
    const LoopRules& loops,
    base::Diagnostics& warnings) {
    auto found = std::make_unique<TemplateArtifacts>();
    found->document = std::move(document);
    found->file = file;
    found->prefix = std::move(prefix);
    model::apply_assets(found->document);
    TRY(write_out_loops(found->document, file, loops));
    TRY(Walker(*found, loops, warnings, 0).walk());
    return found;
}

} // namespace samara::cloud
