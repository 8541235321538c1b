#include "transform/core/expanders.h"
#include "transform/core/intrinsic_checks.h"
#include "transform/core/intrinsics.h"
#include "transform/core/resource.h"
#include "transform/core/tags.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

/// AWS::Serverless::Application: a nested application from a template or from the AWS Serverless
/// Application Repository.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-application.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

struct RepositoryKey {
    std::string_view property;
    std::string_view tag;
};

constexpr std::array repository_keys{
    RepositoryKey{"ApplicationId", "serverlessrepo:applicationId"},
    RepositoryKey{"SemanticVersion", "serverlessrepo:semanticVersion"}};

/// The template's place for an application of the repository. Its URL is signed by AWS at
/// deployment, so a stand-in that names the application takes its place. Nothing after an error.
std::optional<Value> repository_url(const Resource& application, Map& tags) {
    auto location = application.below("Location");
    const bool of_repository =
        std::all_of(repository_keys.begin(), repository_keys.end(), [&](const RepositoryKey& key) {
            return location->find(key.property) != nullptr;
        });
    if (of_repository && !check_look_ups(application.context(), location->map())) {
        return std::nullopt;
    }
    for (const RepositoryKey& key : repository_keys) {
        if (Value* value = location->find(key.property)) {
            *value = application.context().parameters().resolve(*value);
        }
    }
    if (!location->check("Application/Location")) {
        return std::nullopt;
    }
    std::string url = "https://serverlessrepo.amazonaws.com/applications";
    for (const RepositoryKey& key : repository_keys) {
        const Value& value = (*location)[key.property];
        if (!value.is_string() || value.text().starts_with("{{resolve:")) {
            location->error(
                key.property,
                fmt::format("{} must be known before the deployment", key.property),
                "write the value, or a Ref to a parameter or an Fn::FindInMap that has it");
            return std::nullopt;
        }
        tags.set(key.tag, value);
        url += fmt::format("/{}", value.text());
    }
    application.warning(
        "Location",
        "only AWS can give the template URL of an application in the repository; a stand-in is "
        "used");
    return Value(std::move(url));
}

} // namespace

void expand_application(Resource& application) {
    if (!application.check("Application") || !check_lambda_tags(application)) {
        return;
    }
    Map tags;
    Value url = application["Location"];
    if (url.is_map()) { // an intrinsic function too: AWS asks it for an ApplicationId
        auto found = repository_url(application, tags);
        if (!found) {
            return;
        }
        url = std::move(*found);
    }
    if (const Map* own = application["Tags"].as_map()) {
        for (const data::Entry& tag : *own) {
            tags.set(tag);
        }
    }
    // A stack gets what other generated resources get, and no more.
    Map attributes = application.passed_on();
    if (const Value* value = application.attribute("DependsOn")) {
        attributes.set("DependsOn", *value);
    }
    application.emit(
        application.logical_id(),
        "AWS::CloudFormation::Stack",
        {{"TemplateURL", std::move(url)},
         {"Parameters", application["Parameters"]},
         {"NotificationARNs", application["NotificationARNs"]},
         {"Tags", tag_list_created_by("lambda", tags)},
         {"TimeoutInMinutes", application["TimeoutInMinutes"]}},
        std::move(attributes));
}

} // namespace samara::transform
