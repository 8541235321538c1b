#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/lambda_role.h"
#include "transform/core/resource.h"

#include <array>

#include <fmt/format.h>

/// AWS::Serverless::MicrovmImage: what microVMs are started from.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// The properties that CloudFormation wants even when they are empty.
constexpr std::array lists{
    "EgressNetworkConnectors", "CpuConfigurations", "Resources", "AdditionalOsCapabilities"};
constexpr std::array maps{"Logging", "Hooks"};

bool check_below(const Properties& properties, const char* name) {
    if (!properties[name].is_map()) {
        return true;
    }
    return properties.below(name)->check(fmt::format("MicrovmImage/{}", name));
}

bool check_items(const Resource& image, const char* name) {
    const List* items = image[name].as_list();
    bool good = true;
    for (const Value& item : items == nullptr ? List{} : *items) {
        if (const Map* map = item.as_map()) {
            Map copy = *map;
            good = image.beside(name, copy).check(fmt::format("MicrovmImage/{}", name)) && good;
        } else {
            image.error_at(item, name, "an item is no map");
            good = false;
        }
    }
    return good;
}

bool check(const Resource& image) {
    bool good = image.check("MicrovmImage");
    good = check_below(image, "Logging") && good;
    good = check_below(image, "Hooks") && good;
    if (image["Hooks"].is_map()) {
        const auto hooks = image.below("Hooks");
        good = check_below(*hooks, "MicrovmHooks") && good;
        good = check_below(*hooks, "MicrovmImageHooks") && good;
    }
    good = check_items(image, "CpuConfigurations") && good;
    return check_items(image, "Resources") && good;
}

/// The ARN of every object of the bucket that holds the code. Nothing, after an error, when the URI
/// names no bucket.
std::optional<Value> code_objects(const Resource& image) {
    constexpr std::string_view scheme = "s3://";
    const Value uri = image.context().parameters().resolve_references(image["CodeUri"]);
    if (!uri.is_string() || !uri.text().starts_with(scheme)) {
        return Map{
            {"Fn::Sub",
             List{
                 "arn:${AWS::Partition}:s3:::${Bucket}/*",
                 Map{
                     {"Bucket",
                      Map{
                          {"Fn::Select",
                           List{2, Map{{"Fn::Split", List{"/", image["CodeUri"]}}}}}}}}}}};
    }
    const std::string_view path = uri.text().substr(scheme.size());
    const std::string_view bucket = path.substr(0, path.find('/'));
    if (bucket.empty()) {
        image.error("CodeUri", "the URI names no bucket", "s3://bucket/key.zip");
        return std::nullopt;
    }
    return Map{{"Fn::Sub", fmt::format("arn:${{AWS::Partition}}:s3:::{}/*", bucket)}};
}

/// The role that builds the image; adds it unless the template names one.
std::optional<Value> build_role(const Resource& image) {
    if (const Value* role = image.given("BuildRoleArn")) {
        return *role;
    }
    auto objects = code_objects(image);
    if (!objects) {
        return std::nullopt;
    }
    Map read{
        {"Effect", "Allow"}, {"Action", List{"s3:GetObject"}}, {"Resource", std::move(*objects)}};
    Map log{
        {"Effect", "Allow"},
        {"Action", List{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}},
        {"Resource", "*"}};
    Map policy{
        {"PolicyName", "MicrovmImageBuildPolicy"},
        {"PolicyDocument",
         Map{{"Version", "2012-10-17"}, {"Statement", List{std::move(read), std::move(log)}}}}};
    return emit_lambda_role(image, "BuildRole", {{"Policies", List{std::move(policy)}}});
}

List environment(const Resource& image) {
    List out;
    const Map* variables = image["EnvironmentVariables"].as_map();
    for (const data::Entry& entry : variables == nullptr ? Map{} : *variables) {
        out.push_back(Map{{"Key", entry.key}, {"Value", entry.value}});
    }
    return out;
}

} // namespace

void expand_microvm_image(Resource& image) {
    if (!check(image)) {
        return;
    }
    auto role = build_role(image);
    if (!role) {
        return;
    }
    const Value* description = image.given("Description");
    Map out{
        {"Name", image["Name"]},
        {"CodeArtifact", Map{{"Uri", image["CodeUri"]}}},
        {"BaseImageArn", image["BaseImageArn"]},
        {"BaseImageVersion", image["BaseImageVersion"]},
        {"BuildRoleArn", std::move(*role)},
        {"Description", description == nullptr ? Value("") : *description},
        {"EnvironmentVariables", environment(image)},
        {"Tags", lambda_tags(image)}};
    for (const char* name : lists) {
        out.set(name, image.given(name) == nullptr ? Value(List{}) : image[name]);
    }
    for (const char* name : maps) {
        out.set(name, image.given(name) == nullptr ? Value(Map{}) : image[name]);
    }
    image.emit_main(image.logical_id(), "AWS::Lambda::MicrovmImage", std::move(out));
}

} // namespace samara::transform
