#include "base/hash.h"
#include "transform/api/api_domain.h"
#include "transform/api/api_paths.h"
#include "transform/api/definition_history.h"
#include "transform/api/definition_text.h"
#include "transform/api/openapi.h"
#include "transform/api/rest_auth.h"
#include "transform/api/rest_definition.h"
#include "transform/api/usage_plan.h"
#include "transform/core/artifact.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/core/resource.h"
#include "transform/core/tags.h"

#include <algorithm>

#include <fmt/format.h>

// AWS::Serverless::Api to AWS::ApiGateway::RestApi, Deployment and Stage.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-api.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// False is written into the definition too.
constexpr std::string_view endpoint_switch = "DisableExecuteApiEndpoint";

/// What can only be added to a definition that is in the template.
constexpr std::string_view needs_definition[] = {
    "Cors", "Auth", "GatewayResponses", "Models", endpoint_switch};

/// Body or BodyS3Location of the RestApi.
struct ApiBody {
    Map properties;
    std::uint32_t copies = 0; ///< of the definition: see DefinitionHistory
};

/// What the API's properties put into its definition, each in an edit of its own. False after an
/// error.
bool edit_definition(const Resource& api, Value& body, DefinitionHistory& history) {
    const auto edit = [&](std::string_view property, auto&& change) {
        const bool given = property == endpoint_switch ? api.find(property) != nullptr
                                                       : api.given(property) != nullptr;
        if (!given) {
            return true;
        }
        if ((property == "Cors" && !check_cors(api)) ||
            (property == "Auth" && !check_api_auth(api)) || !check_document(api, property, body) ||
            !check_paths(api, *body.as_map())) {
            return false;
        }
        return history.edit([&] {
            const bool good = change(*body.as_map());
            close_edit(*body.as_map(), history.now());
            stamp(*body.as_map(), history.now());
            return good;
        });
    };
    // AWS's transform does this after Auth, after Models and at the end, and so wraps the types of
    // CORS headers more than once; deployed APIs have it so.
    const auto upgrade_with = [&](std::string_view property) {
        return (!property.empty() && api.given(property) == nullptr) ||
               upgrade_to_openapi_3(api, *body.as_map(), history.now());
    };
    return edit(
               "Cors", [&](Map& definition) { return add_cors(api, definition, history.now()); }) &&
           edit(
               "Auth",
               [&](Map& definition) { return apply_api_auth(api, definition, history.now()); }) &&
           upgrade_with("Auth") &&
           edit(
               "GatewayResponses",
               [&](Map& definition) { return add_gateway_responses(api, definition); }) &&
           edit(
               "BinaryMediaTypes",
               [&](Map& definition) {
                   add_binary_media_types(api, definition);
                   return true;
               }) &&
           edit("Models", [&](Map& definition) { return add_models(api, definition); }) &&
           upgrade_with("Models") &&
           edit(
               endpoint_switch,
               [&](Map& definition) { return disable_endpoint(api, definition); }) &&
           upgrade_with("");
}

/// Properties that exclude each other, and the form of OpenApiVersion. False after an error.
bool check_definition_properties(const Resource& api) {
    const bool from_s3 = api.given("DefinitionUri") != nullptr;
    if (from_s3 && api.given("DefinitionBody") != nullptr) {
        api.error(
            "DefinitionUri",
            "DefinitionUri and DefinitionBody exclude each other",
            "leave one of them out");
        return false;
    }
    if (from_s3 && api.given("MergeDefinitions") != nullptr) {
        api.error(
            "MergeDefinitions",
            "MergeDefinitions merges with a DefinitionBody, not with a definition in S3",
            "write the definition as DefinitionBody");
        return false;
    }
    if (const Value* version = api.given("OpenApiVersion")) {
        const std::string text = version_text(*version);
        const Value three = "3" + text.substr(text.empty() ? 0 : 1);
        if (!text.starts_with('2') && !text.starts_with('3')) {
            api.error("OpenApiVersion", "OpenApiVersion is 2.x or 3.x", "e.g. 3.0.1");
            return false;
        }
        if (!is_version_3(&three)) {
            api.error("OpenApiVersion", "OpenApiVersion must be of the form 3.0.0", "e.g. 3.0.1");
            return false;
        }
    }
    return true;
}

/// Nothing after an error.
std::optional<ApiBody> api_body(const Resource& api) {
    if (!check_definition_properties(api)) {
        return std::nullopt;
    }
    if (api.given("DefinitionUri") != nullptr) {
        for (const std::string_view property : needs_definition) {
            if (property == endpoint_switch ? api.find(property) != nullptr
                                            : api.given(property) != nullptr) {
                api.error(
                    property,
                    fmt::format("{} cannot be added to a definition in S3", property),
                    "write the definition as DefinitionBody, e.g. with Fn::Transform AWS::Include");
                return std::nullopt;
            }
        }
        auto location = artifact_location(api, "DefinitionUri", {"Bucket", "Key", "Version"});
        return location ? std::optional(ApiBody{Map{{"BodyS3Location", std::move(*location)}}})
                        : std::nullopt;
    }
    const Value* body = api.find("DefinitionBody");
    if (body == nullptr || !body->is_map()) {
        api.wrong_kind("DefinitionBody", "a map");
        return std::nullopt;
    }
    Value definition = *body;
    DefinitionHistory history;
    AllApiPaths& managed = api.context().api_paths();
    if (const auto found = managed.apis.find(api.logical_id()); found != managed.apis.end()) {
        history = found->second.history;
    }
    stamp(*definition.as_map(), history.last_edit());
    if (!edit_definition(api, definition, history)) {
        return std::nullopt;
    }
    if (Value* paths = definition.find("paths"); paths != nullptr && paths->is_map()) {
        wrap_conditional_paths(api.context(), api.logical_id(), *paths->as_map());
    }
    return ApiBody{Map{{"Body", std::move(definition)}}, history.now()};
}

/// EndpointConfiguration, and the parameter that importing the definition needs with it.
bool add_endpoint(const Resource& api, Map& properties) {
    // Only the commercial partition has edge locations, which are the default.
    static const Value regional = "REGIONAL";
    const bool has_edges = api.context().partition() == "aws";
    const Value* given_endpoint = api.given("EndpointConfiguration");
    const Value* endpoint = given_endpoint == nullptr && !has_edges ? &regional : given_endpoint;
    if (endpoint == nullptr) {
        return true;
    }
    Map configuration;
    Value type = *endpoint;
    if (is_given(endpoint->find("Type"))) { // a map without Type goes through whole
        const auto given = api.below("EndpointConfiguration");
        type = (*given)["Type"];
        const Value* ids = given->find("VPCEndpointIds");
        const Value* same_ids = given->find("VpcEndpointIds");
        if (ids != nullptr && same_ids != nullptr) {
            given->error(
                "VpcEndpointIds",
                "VPCEndpointIds and VpcEndpointIds are the same property",
                "leave one of them out");
            return false;
        }
        ids = ids != nullptr ? ids : same_ids;
        if (ids != nullptr) {
            configuration.set("VpcEndpointIds", is_given(ids) ? *ids : Value());
        }
        if (const Value* addresses = given->find("IpAddressType")) {
            configuration.set("IpAddressType", *addresses);
        }
    }
    configuration.set("Types", List{type});
    properties.set("EndpointConfiguration", std::move(configuration));
    properties.set("Parameters", Map{{"endpointConfigurationTypes", type}});
    return true;
}

/// The Domain that Globals gives this API, or nullptr.
const Value* global_domain(const Resource& api) {
    const Value* ignored = api.attribute("IgnoreGlobals");
    const List* names = ignored == nullptr ? nullptr : ignored->as_list();
    if (names == nullptr
            ? ignored != nullptr && !ignored->is_null()
            : std::find(names->begin(), names->end(), Value("Domain")) != names->end()) {
        return nullptr;
    }
    const Value* globals = api.context().document().find("Globals");
    const Value* of_apis = globals == nullptr ? nullptr : globals->find("Api");
    return of_apis == nullptr ? nullptr : of_apis->find("Domain");
}

/// What the deployment's id is made of: whatever needs a new deployment when it changes.
std::string deployment_text(const Resource& api, const Map& rest_api, std::uint32_t copies) {
    if (api.given("AlwaysDeploy") != nullptr) {
        return std::to_string(api.context().options().now);
    }
    const Value* body = rest_api.find("Body");
    std::string text =
        definition_text(body != nullptr ? *body : *rest_api.find("BodyS3Location"), copies);
    constexpr std::string_view separator = "||";
    if (const Value* version = api.given("OpenApiVersion")) {
        text += separator;
        text += version_text(*version);
    }
    if (Value domain = effective_domain(api); domain.is_map()) {
        text += separator;
        const std::string id = domain_id(domain);
        const std::string_view endpoint = domain.find("EndpointConfiguration")->text();
        Value* route53 = domain.find("Route53");
        if (endpoint == "EDGE" && route53 != nullptr && route53->is_map() &&
            !route53->as_map()->contains("DistributionDomainName")) {
            route53->as_map()->set(data::Entry(
                "DistributionDomainName",
                make_get_att(id, "DistributionDomainName"),
                domain.where()));
        }
        if (endpoint != "PRIVATE") {
            domain.as_map()->set(data::Entry("ApiDomainName", id, domain.where()));
        }
        text += definition_json(domain, global_domain(api));
    }
    const AllApiPaths& managed = api.context().api_paths();
    if (const auto found = managed.function_names.find(api.logical_id());
        found != managed.function_names.end()) {
        text += separator;
        text += found->second;
    }
    return text;
}

/// The logical id of the stage.
std::string stage_id(const Resource& api) {
    const Value& name = api["StageName"];
    if (name.is_string() && alphanumeric(name.text()) != name.text()) {
        return hashed_id(api.logical_id() + "Stage", name);
    }
    return fmt::format("{}{}Stage", api.logical_id(), name.text());
}

std::string emit_stage(const Resource& api, const std::string& deployment, const Map* tags) {
    Map stage{
        {"DeploymentId", make_ref(deployment)},
        {"RestApiId", make_ref(api.logical_id())},
        {"StageName", api["StageName"]}};
    api.copy_to(stage, "CacheClusterEnabled");
    api.copy_to(stage, "CacheClusterSize");
    api.copy_to(stage, "Variables");
    api.copy_to(stage, "MethodSettings");
    api.copy_to(stage, "AccessLogSetting");
    api.copy_to(stage, "CanarySetting");
    api.copy_to(stage, "TracingEnabled");
    if (tags != nullptr) {
        stage.set("Tags", tag_list(*tags));
    }
    const std::string id = stage_id(api);
    api.emit(id, "AWS::ApiGateway::Stage", std::move(stage));
    api.context().refer(api.logical_id(), "Stage", id);
    return id;
}

} // namespace

void expand_api(Resource& api) {
    if (!api.check("Api")) {
        return;
    }
    if (api["StageName"].text().empty() && api["StageName"].is_string()) {
        api.error("StageName", "StageName must not be empty", "e.g. StageName: Prod");
        return;
    }
    if (const Value& version = api["OpenApiVersion"]; version.is_numeric()) {
        // Of a definition that SAM writes, 3.0 is a version too.
        const auto found = api.context().api_paths().apis.find(api.logical_id());
        const bool managed =
            found != api.context().api_paths().apis.end() && found->second.written_by_sam;
        if (version.is_integer() || !managed || !is_version_3(&version)) {
            api.error(
                "OpenApiVersion", "OpenApiVersion must be a text", "e.g. OpenApiVersion: 3.0.1");
            return;
        }
    }
    if (Value* auth = api.find("Auth")) {
        *auth = api.context().parameters().resolve_references(*auth);
    }
    auto body = api_body(api);
    if (!body || !add_endpoint(api, body->properties)) {
        return;
    }
    Map& rest_api = body->properties;
    if (const Value* types = api.find("BinaryMediaTypes")) {
        rest_api.set("BinaryMediaTypes", api.context().parameters().resolve_references(*types));
    }
    api.copy_to(rest_api, "MinimumCompressionSize");
    for (const char* name :
         {"Name",
          "Description",
          "ApiKeySourceType",
          "FailOnWarnings",
          "Mode",
          "Policy",
          "SecurityPolicy",
          "EndpointAccessMode"}) {
        if (const Value* value = api.given(name)) {
            rest_api.set(name, *value);
        }
    }
    const Map* tags = api["Tags"].as_map();
    if (api.given("PropagateTags") != nullptr && tags != nullptr) {
        api.pass_on_tags(*tags);
    }
    const std::string digest = base::sha1_hex(deployment_text(api, rest_api, body->copies));
    if (Value* definition = rest_api.find("Body")) {
        drop_removed_members(*definition);
    }
    const std::string deployment =
        fmt::format("{}Deployment{}", api.logical_id(), digest.substr(0, 10));
    Map deployed{
        {"Description", fmt::format("RestApi deployment id: {}", digest)},
        {"RestApiId", make_ref(api.logical_id())}};
    if (api.given("OpenApiVersion") == nullptr) {
        deployed.set("StageName", "Stage");
    }
    api.emit_main(api.logical_id(), "AWS::ApiGateway::RestApi", std::move(rest_api));
    api.emit(deployment, "AWS::ApiGateway::Deployment", std::move(deployed));
    api.context().refer(api.logical_id(), "Deployment", deployment);
    const std::string stage = emit_stage(api, deployment, tags);
    emit_authorizer_permissions(api);
    if (emit_rest_domain(api, stage)) {
        emit_usage_plan(api, stage);
    }
}

} // namespace samara::transform
