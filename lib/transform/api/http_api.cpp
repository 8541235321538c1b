#include "transform/api/api_domain.h"
#include "transform/api/http_api_auth.h"
#include "transform/api/http_definition.h"
#include "transform/api/openapi.h"
#include "transform/core/artifact.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/core/resource.h"

#include <fmt/format.h>

// AWS::Serverless::HttpApi to AWS::ApiGatewayV2::Api and AWS::ApiGatewayV2::Stage.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-httpapi.html
namespace samara::transform {
namespace {

using data::Map;
using data::Value;

void add_authorizer_permissions(const Resource& api, const HttpAuth& auth) {
    for (const auto& [name, authorizer] : auth.authorizers) {
        if (!authorizer.needs_permission) {
            continue;
        }
        api.emit(
            fmt::format("{}{}AuthorizerPermission", api.logical_id(), name),
            "AWS::Lambda::Permission",
            Map{{"Action", "lambda:InvokeFunction"},
                {"FunctionName", *authorizer.function_arn},
                {"Principal", "apigateway.amazonaws.com"},
                {"SourceArn",
                 make_sub(
                     "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId_"
                     "_}/authorizers/*",
                     Map{{"__ApiId__", make_ref(api.logical_id())}})}});
    }
}

std::string emit_stage(const Resource& api, const std::optional<Map>& tags) {
    static const Value default_stage = default_path;
    const Value* given = api.given("StageName");
    const Value& name = given == nullptr ? default_stage : *given;
    Map stage{{"ApiId", make_ref(api.logical_id())}, {"StageName", name}};
    for (const std::string_view property :
         {"AccessLogSettings", "RouteSettings", "StageVariables", "DefaultRouteSettings"}) {
        if (const Value* value = api.find(property)) {
            stage.set(property, *value);
        }
    }
    if (tags) {
        stage.set("Tags", *tags);
    }
    stage.set("AutoDeploy", true);
    std::string id;
    if (name.text() == default_path) {
        id = api.logical_id() + "ApiGatewayDefaultStage";
    } else if (name.is_string() && alphanumeric(name.text()) != name.text()) {
        id = hashed_id(api.logical_id() + "Stage", name);
    } else {
        id = fmt::format("{}{}Stage", api.logical_id(), name.text());
    }
    api.context().refer(api.logical_id(), "Stage", id);
    api.emit(id, "AWS::ApiGatewayV2::Stage", std::move(stage));
    return id;
}

/// Body or BodyS3Location; nothing after an error.
std::optional<Map> definition_of(const Resource& api, std::optional<Map>& tags, HttpAuth& auth) {
    const bool from_s3 = api.given("DefinitionUri") != nullptr;
    const bool has_body = api.given("DefinitionBody") != nullptr;
    if (from_s3 && has_body) {
        api.error(
            "DefinitionUri",
            "DefinitionUri and DefinitionBody exclude each other",
            "leave one of them out");
        return std::nullopt;
    }
    if (has_body) {
        auto body = http_definition(api, tags, auth);
        return body ? std::optional(Map{{"Body", std::move(*body)}}) : std::nullopt;
    }
    for (const std::string_view property :
         {"CorsConfiguration",
          "Auth",
          "Tags",
          "DisableExecuteApiEndpoint",
          "Name",
          "Description"}) {
        const bool counts = property == "DisableExecuteApiEndpoint"
                                ? api.find(property) != nullptr
                                : api.given(property) != nullptr;
        if (counts && !check_http_document(api, property)) {
            return std::nullopt;
        }
    }
    auto location = artifact_location(api, "DefinitionUri", {"Bucket", "Key", "Version"});
    return location ? std::optional(Map{{"BodyS3Location", std::move(*location)}}) : std::nullopt;
}

} // namespace

void expand_http_api(Resource& api) {
    if (!api.check("HttpApi")) {
        return;
    }
    if (Value* cors = api.find("CorsConfiguration")) {
        *cors = api.context().parameters().resolve_references(*cors);
    }
    const Map* own_tags = api["Tags"].as_map();
    std::optional<Map> tags = own_tags == nullptr ? std::nullopt : std::optional(*own_tags);
    HttpAuth auth;
    auto properties = definition_of(api, tags, auth);
    if (!properties) {
        return;
    }
    if (const Value* strict = api.given("FailOnWarnings")) {
        properties->set("FailOnWarnings", *strict);
    }
    api.emit_main(api.logical_id(), "AWS::ApiGatewayV2::Api", std::move(*properties));
    const std::string stage = emit_stage(api, tags);
    add_authorizer_permissions(api, auth);
    Map domain_tags = tags.value_or(Map{});
    domain_tags.set(http_api_tag, "SAM");
    emit_domain_v2(api, stage, {std::move(domain_tags), true, true});
}

} // namespace samara::transform
