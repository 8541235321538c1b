#include "model/function.h"

#include "base/hint.h"
#include "base/strings.h"
#include "model/object_url.h"
#include "model/properties.h"
#include "model/runtimes.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::model {

namespace {

using data::Value;

// A place of code: a path, {ZipFile: ...}, {ImageUri: ...}, or {S3Bucket: ..., S3Key: ...}.
void read_code(Properties& properties, Function& function) {
    const Value* code = properties.find("Code");
    if (code == nullptr) {
        code = properties.find("CodeUri");
    }
    if (code != nullptr) {
        function.code_where = code->where();
        if (code->is_string()) {
            function.code = code->text();
        } else if (std::string object = object_url(*code); !object.empty()) {
            function.code = std::move(object);
        } else if (const Value* zip = code->find("ZipFile")) {
            function.inline_code = zip->text();
        } else if (const Value* image = code->find("ImageUri")) {
            // "." is that of a function whose image is not built: the transform writes it.
            function.image_uri = image->text() == "." ? std::string_view() : image->text();
        }
    }
    if (properties.find("InlineCode") != nullptr) {
        function.inline_code = properties.text("InlineCode");
    }
    if (properties.find("ImageUri") != nullptr) {
        function.image_uri = properties.text("ImageUri");
    }
}

void read_package(Properties& properties, Function& function) {
    const std::string type = properties.text("PackageType");
    if (!type.empty() && type != "Zip" && type != "Image") {
        properties.error(
            *properties.find("PackageType"),
            "PackageType",
            fmt::format("PackageType of '{}' is '{}'", function.logical_id, type),
            "write Zip or Image");
    }
    function.package_type = type == "Image" ? PackageType::image : PackageType::zip;
    read_code(properties, function);
    function.runtime = properties.text("Runtime");
    function.handler = properties.text("Handler");
    if (function.package_type == PackageType::image) {
        Properties config = properties.nested("ImageConfig");
        function.image_config = {
            config.texts("EntryPoint"), config.texts("Command"), config.text("WorkingDirectory")};
        return;
    }
    if (function.handler.empty()) {
        properties.missing(
            "Handler",
            "add for example Handler: app.lambda_handler, the file and the function in it");
    }
    if (function.runtime.empty()) {
        properties.missing("Runtime", "add for example Runtime: python3.12");
    } else if (!find_runtime(function.runtime)) {
        const std::string near = nearest_runtime(function.runtime);
        properties.error(
            *properties.find("Runtime"),
            "Runtime",
            fmt::format("Lambda has no runtime '{}'", function.runtime),
            base::did_you_mean(near, "write for example python3.12 or nodejs22.x"));
    }
}

void read_architecture(Properties& properties, Function& function) {
    const std::vector<std::string> architectures = properties.texts("Architectures");
    if (architectures.empty()) {
        return;
    }
    if (architectures.size() > 1 || (architectures[0] != "x86_64" && architectures[0] != "arm64")) {
        properties.error(
            *properties.find("Architectures"),
            "Architectures",
            fmt::format("Architectures of '{}' must be [x86_64] or [arm64]", function.logical_id));
    }
    if (architectures[0] == "x86_64" || architectures[0] == "arm64") {
        function.architecture = architectures[0]; // of several the first
    }
}

base::Location place_of(const Properties& properties, std::string_view name) {
    const Value* value = properties.find(name);
    return value == nullptr ? base::Location() : value->where();
}

// Only a warning: what runs in AWS goes on running there, and here.
std::optional<base::Diagnostic> retirement(const Function& function) {
    const auto runtime = find_runtime(function.runtime);
    if (function.package_type == PackageType::image || !runtime || !is_retired(*runtime, today())) {
        return std::nullopt;
    }
    base::Error error;
    error.resource = function.logical_id;
    error.property = "Runtime";
    error.message = fmt::format(
        "Lambda ended its support of runtime {} on {} and creates no function with it since {}",
        runtime->id,
        runtime->deprecated,
        runtime->blocked);
    error.hint =
        fmt::format("it runs on what is here; move to a newer {} runtime", runtime->family);
    return base::Diagnostic{base::Severity::warning, std::move(error)};
}

/// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html
void read_logging(Properties logging, Function& function) {
    if (std::string format = logging.text("LogFormat"); !format.empty()) {
        function.log_format = std::move(format);
    }
    function.log_group = logging.text("LogGroup");
    if (function.log_format == "JSON") {
        const std::string level = logging.text("ApplicationLogLevel");
        function.log_level = level.empty() ? "INFO" : level;
    }
}

} // namespace

std::optional<Function> read_function(
    const std::string& logical_id, const Value& resource, base::Diagnostics& diagnostics) {
    Properties properties(logical_id, resource);
    Function function;
    function.logical_id = logical_id;
    function.where = resource.where();
    read_package(properties, function);
    const bool understood = properties.errors().empty();
    function.name = properties.text("FunctionName");
    if (function.name.empty()) {
        function.name = logical_id;
    }
    function.memory_mb = properties.number("MemorySize").value_or(function.memory_mb);
    function.timeout_seconds = properties.number("Timeout").value_or(function.timeout_seconds);
    function.ephemeral_storage_mb = properties.nested("EphemeralStorage")
                                        .number("Size")
                                        .value_or(function.ephemeral_storage_mb);
    read_architecture(properties, function);
    function.environment = properties.nested("Environment").text_map("Variables");
    function.environment_where = place_of(properties, "Environment");
    function.timeout_where = place_of(properties, "Timeout");
    function.memory_where = place_of(properties, "MemorySize");
    function.storage_where = place_of(properties, "EphemeralStorage");
    function.layers = properties.texts("Layers");
    if (const Value* layers = properties.find("Layers")) {
        function.layers_where = layers->where();
    }
    function.reserved_concurrency = properties.number("ReservedConcurrentExecutions");
    function.dead_letter = properties.nested("DeadLetterConfig").text("TargetArn");
    read_logging(properties.nested("LoggingConfig"), function);
    function.durable = properties.find("DurableConfig") != nullptr;
    function.tenants =
        properties.nested("TenancyConfig").text("TenantIsolationMode") == "PER_TENANT";
    if (const Value* metadata = resource.find("Metadata")) {
        function.metadata = *metadata;
    }
    diagnostics.insert(diagnostics.end(), properties.errors().begin(), properties.errors().end());
    if (auto retired = retirement(function)) {
        retired->error.where = place_of(properties, "Runtime");
        diagnostics.push_back(std::move(*retired));
    }
    return understood ? std::optional(std::move(function)) : std::nullopt;
}

bool is_function_type(std::string_view type) {
    return type == "AWS::Lambda::Function" || type == "AWS::Serverless::Function";
}

bool is_layer_type(std::string_view type) {
    return type == "AWS::Lambda::LayerVersion" || type == "AWS::Serverless::LayerVersion";
}

bool is_published_type(std::string_view type) {
    return type == "AWS::Lambda::Alias" || type == "AWS::Lambda::Version";
}

} // namespace samara::model
