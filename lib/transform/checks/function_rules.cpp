#include "transform/checks/function_rules.h"

#include "base/strings.h"
#include "data/write.h"
#include "model/layer.h"
#include "model/limits.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
constexpr std::size_t longest_name = 64;

enum class Kind : std::uint8_t { map, list, text };

struct Member {
    std::string_view path; ///< "*" is every member
    Kind kind;
};

constexpr std::array members{
    Member{"Environment", Kind::map},
    Member{"Environment.Variables", Kind::map},
    Member{"Environment.Variables.*", Kind::text},
    Member{"VpcConfig", Kind::map},
    Member{"ImageConfig", Kind::map},
    Member{"EphemeralStorage", Kind::map},
    Member{"SnapStart", Kind::map},
    Member{"TracingConfig", Kind::map},
    Member{"DeadLetterConfig", Kind::map},
    Member{"LoggingConfig", Kind::map},
    Member{"FunctionName", Kind::text},
    Member{"Handler", Kind::text},
    Member{"Runtime", Kind::text},
    Member{"Description", Kind::text},
    Member{"KmsKeyArn", Kind::text}};

bool is(const Value& value, Kind kind) {
    switch (kind) {
    case Kind::map:
        return value.is_map();
    case Kind::list:
        return value.is_list();
    case Kind::text:
        break;
    }
    return !value.is_map() && !value.is_list();
}

std::string_view name_of(Kind kind) {
    switch (kind) {
    case Kind::map:
        return "a map";
    case Kind::list:
        return "a list";
    case Kind::text:
        break;
    }
    return "a string";
}

// What only a deployment knows is right, as far as can be known.
bool is_written_out(const Value& value) {
    return !value.is_null() && !is_intrinsic(value);
}

class FunctionCheck {
public:
    FunctionCheck(const data::Entry& resource, const Value* globals, base::Diagnostics& found)
        : resource_(resource), properties_(resource.value.find("Properties")), globals_(globals),
          found_(found) {}

    void run() {
        static const Value none = Map();
        const Value& properties = properties_ == nullptr ? none : *properties_;
        if (!properties.is_map() && !properties.is_null()) {
            return; // reported by the transform
        }
        check_package();
        check_architectures();
        check_layers();
        check_name();
        check_environment_size();
        for (const Member& member : members) {
            const auto steps = base::split(member.path, '.');
            follow(properties, steps, 0, {}, member.kind);
        }
    }

private:
    [[nodiscard]] const Value* find(std::string_view name) const {
        const Value* own = properties_ == nullptr ? nullptr : properties_->find(name);
        return own != nullptr || globals_ == nullptr ? own : globals_->find(name);
    }

    void report(
        const base::Location& where,
        std::string_view property,
        std::string message,
        std::string hint) {
        base::Error error;
        error.where = where;
        error.resource = resource_.key;
        error.property = property;
        error.message = std::move(message);
        error.hint = std::move(hint);
        found_.push_back({base::Severity::error, std::move(error)});
    }

    // AWS's transform sees that they are there, Lambda that they are something.
    void check_package() {
        const Value* package = find("PackageType");
        if (package != nullptr && package->text() == "Image") {
            return check_image();
        }
        if (package != nullptr && package->text() != "Zip") {
            return; // reported by the transform, or not known
        }
        const Map* own = properties_ == nullptr ? nullptr : properties_->as_map();
        if (own != nullptr && std::any_of(own->begin(), own->end(), [](const data::Entry& each) {
                return each.key.starts_with("Fn::"); // brings members
            })) {
            return;
        }
        const auto require = [&](std::string_view name, std::string_view example) {
            const Value* value = find(name);
            const bool empty = value == nullptr || value->is_null() || is_no_value(*value) ||
                               (value->is_string() && value->text().empty());
            if (empty) {
                report(
                    value != nullptr && value->where().known() ? value->where()
                                                               : resource_.key_where.place,
                    name,
                    fmt::format("a function from a zip archive needs {}", name),
                    fmt::format("add for example {}: {}", name, example));
            }
        };
        require("Handler", "app.lambda_handler");
        require("Runtime", "python3.13");
    }

    // A build gives the URI to what says how it is built.
    void check_image() {
        const Value* code = find("Code");
        const Value* metadata = resource_.value.find("Metadata");
        const bool built = metadata != nullptr && (metadata->find("Dockerfile") != nullptr ||
                                                   metadata->find("DockerContext") != nullptr);
        if (find("ImageUri") == nullptr && code == nullptr && !built) {
            report(
                resource_.key_where.place,
                "ImageUri",
                "a function of PackageType Image needs ImageUri",
                "add ImageUri, or how its image is built: Metadata with Dockerfile and "
                "DockerContext");
        }
    }

    void check_name() {
        const Value* name = find("FunctionName");
        if (name == nullptr || !name->is_string() ||
            name->text().find(':') != std::string_view::npos) {
            return; // an ARN or a dynamic reference
        }
        const std::string_view text = name->text();
        const bool good = !text.empty() && text.size() <= longest_name &&
                          std::all_of(text.begin(), text.end(), [](unsigned char c) {
                              return std::isalnum(c) != 0 || c == '-' || c == '_';
                          });
        if (!good) {
            report(
                name->where(),
                "FunctionName",
                fmt::format("'{}' is no name of a function", text),
                fmt::format("write up to {} letters, digits, - and _", longest_name));
        }
    }

    // Measured as Lambda does, as JSON; what only a deployment knows counts nothing.
    void check_environment_size() {
        const Value* environment = find("Environment");
        const Value* variables = environment == nullptr ? nullptr : environment->find("Variables");
        if (variables == nullptr || !variables->is_map()) {
            return;
        }
        Map known;
        for (const data::Entry& variable : *variables->as_map()) {
            known.set(
                variable.key,
                is_intrinsic(variable.value) ? std::string() : data::scalar_text(variable.value));
        }
        const std::size_t size = data::write_json(Value(std::move(known))).size();
        const std::size_t most = model::limits().environment_bytes;
        if (size > most) {
            report(
                variables->where(),
                "Environment",
                fmt::format("the environment variables have {} bytes, Lambda takes {}", size, most),
                "put what is large into a file of the function, a parameter or a secret");
        }
    }

    void check_architectures() {
        const Value* value = find("Architectures");
        if (value == nullptr || !is_written_out(*value)) {
            return;
        }
        const List* list = value->as_list();
        const bool good = list != nullptr && list->size() == 1 &&
                          (is_intrinsic(list->front()) || list->front().text() == "x86_64" ||
                           list->front().text() == "arm64");
        if (!good) {
            report(
                value->where(),
                "Architectures",
                "Lambda takes one architecture, x86_64 or arm64",
                "write Architectures: [x86_64] or [arm64]");
        }
    }

    void check_layers() {
        const Value* value = find("Layers");
        if (value == nullptr || !is_written_out(*value) || !value->is_list()) {
            return;
        }
        for (const Value& layer : *value->as_list()) {
            const std::string_view text = layer.text();
            if (layer.is_string() && text.find("{{resolve:") == std::string_view::npos &&
                !model::LayerVersionArn::parse(text)) {
                report(
                    layer.where(),
                    "Layers",
                    fmt::format("{} is not the ARN of a layer version", text),
                    "write !Ref of a layer of this template, or an ARN that ends with a version");
            }
        }
    }

    void follow(
        const Value& value,
        const std::vector<std::string_view>& steps,
        std::size_t depth,
        const std::string& path,
        Kind kind) {
        if (depth > 0 && !is_written_out(value)) {
            return;
        }
        if (depth == steps.size()) {
            if (!is(value, kind)) {
                report(
                    value.where(),
                    path,
                    fmt::format(
                        "{} must be {}, not {}",
                        path,
                        name_of(kind),
                        data::kind_name(value.kind())),
                    "CloudFormation takes nothing else there");
            }
            return;
        }
        const Map* map = value.as_map();
        if (map == nullptr) {
            return; // reported for the shorter path
        }
        for (const data::Entry& entry : *map) {
            if (steps[depth] == "*" || steps[depth] == entry.key) {
                const std::string below =
                    path.empty() ? entry.key : fmt::format("{}.{}", path, entry.key);
                follow(entry.value, steps, depth + 1, below, kind);
            }
        }
    }

    const data::Entry& resource_;
    const Value* properties_;
    const Value* globals_;
    base::Diagnostics& found_;
};

} // namespace

base::Diagnostics check_functions(const Value& document) {
    base::Diagnostics found;
    const Value* resources = document.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return found;
    }
    const Value* globals = document.find("Globals");
    const Value* of_functions = globals == nullptr ? nullptr : globals->find("Function");
    for (const data::Entry& resource : *resources->as_map()) {
        const Value* type = resource.value.find("Type");
        const std::string_view name = type == nullptr ? std::string_view() : type->text();
        if (name == "AWS::Serverless::Function") {
            FunctionCheck(resource, of_functions, found).run();
        } else if (name == "AWS::Lambda::Function") {
            FunctionCheck(resource, nullptr, found).run();
        }
    }
    return found;
}

} // namespace samara::transform
