#include "app/load/local_files.h"

#include "data/read.h"
#include "os/file.h"

#include <optional>

#include <fmt/format.h>

namespace samara::app {

namespace {

using data::Entry;
using data::List;
using data::Map;
using data::Value;

bool is_remote(std::string_view location) {
    return location.starts_with("s3://") || location.starts_with("http://") ||
           location.starts_with("https://");
}

class Includer {
public:
    Includer(
        const std::filesystem::path& folder,
        const KnownValue& known,
        base::Diagnostics& diagnostics)
        : folder_(folder), known_(known), diagnostics_(diagnostics) {}

    std::vector<std::filesystem::path> take_files() { return std::move(files_); }

    [[nodiscard]] bool complete() const { return complete_; }

    void include(Value& value) {
        if (List* list = value.as_list()) {
            for (Value& item : *list) {
                include(item);
            }
            return;
        }
        Map* map = value.as_map();
        if (map == nullptr) {
            return;
        }
        if (const auto location = include_location(*map)) {
            replace_include(value, *location);
            return;
        }
        for (Entry& entry : *map) {
            include(entry.value);
        }
    }

    // DefinitionUri: file becomes DefinitionBody (Definition for a state machine).
    void include_definition(const std::string& logical_id, Value& resource) {
        const Value* type = resource.find("Type");
        Value* properties = resource.find("Properties");
        const Value* uri = properties == nullptr ? nullptr : properties->find("DefinitionUri");
        if (type == nullptr || uri == nullptr || !uri->is_string() || is_remote(uri->text())) {
            return;
        }
        const bool state_machine = type->text() == "AWS::Serverless::StateMachine";
        if (!state_machine && type->text() != "AWS::Serverless::Api" &&
            type->text() != "AWS::Serverless::HttpApi") {
            return;
        }
        const std::size_t before = diagnostics_.size();
        auto content = read(*uri);
        if (!content) {
            for (std::size_t i = before; i < diagnostics_.size(); ++i) {
                diagnostics_[i].error.resource = logical_id;
                diagnostics_[i].error.property = "DefinitionUri";
            }
            return;
        }
        Map& map = *properties->as_map();
        map.erase("DefinitionUri");
        map.set(state_machine ? "Definition" : "DefinitionBody", std::move(*content));
    }

private:
    std::optional<Value> include_location(const Map& map) const {
        const Value* transform = map.find("Fn::Transform");
        const Value* name = transform == nullptr ? nullptr : transform->find("Name");
        const Value* parameters = transform == nullptr ? nullptr : transform->find("Parameters");
        const Value* location = parameters == nullptr ? nullptr : parameters->find("Location");
        if (name == nullptr || name->text() != "AWS::Include" || location == nullptr) {
            return std::nullopt;
        }
        const auto value = location->is_map() ? known_(*location) : std::optional(*location);
        return value && value->is_string() && !is_remote(value->text()) ? value : std::nullopt;
    }

    // The file's members stand in the place of Fn::Transform, beside those that are there.
    void replace_include(Value& value, const Value& location) {
        auto content = read(location);
        if (!content) {
            return;
        }
        Map& map = *value.as_map();
        if (map.size() == 1 || !content->is_map()) {
            value = std::move(*content);
            return;
        }
        map.erase("Fn::Transform");
        for (Entry& entry : *content->as_map()) {
            map.set(std::move(entry));
        }
    }

    std::optional<Value> read(const Value& location) {
        const std::filesystem::path path = (folder_ / location.text()).lexically_normal();
        files_.push_back(path);
        const base::Result<std::string> text = os::read_file(path);
        base::Result<Value> content =
            text ? data::read_document(*text, location.text(), &diagnostics_)
                 : base::fail(text.error());
        if (content) {
            return std::move(*content);
        }
        base::Diagnostic diagnostic;
        diagnostic.error = std::move(content).error();
        if (!diagnostic.error.where.known()) {
            diagnostic.error.where = location.where();
        }
        diagnostics_.push_back(std::move(diagnostic));
        complete_ = false;
        return std::nullopt;
    }

    const std::filesystem::path& folder_;
    const KnownValue& known_;
    std::vector<std::filesystem::path> files_;
    base::Diagnostics& diagnostics_;
    bool complete_ = true;
};

} // namespace

Included include_local_files(
    const Value& document,
    const std::filesystem::path& folder,
    const KnownValue& known,
    base::Diagnostics& diagnostics) {
    Value result = document;
    Includer includer(folder, known, diagnostics);
    includer.include(result);
    Value* resources = result.find("Resources");
    if (resources != nullptr && resources->is_map()) {
        for (Entry& resource : *resources->as_map()) {
            includer.include_definition(resource.key, resource.value);
        }
    }
    return {std::move(result), includer.take_files(), includer.complete()};
}

} // namespace samara::app
