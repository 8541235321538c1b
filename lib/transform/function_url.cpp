#include "transform/function_parts.h"
#include "transform/intrinsics.h"

#include <fmt/format.h>

/// FunctionUrlConfig
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-functionurlconfig.html
namespace samara::transform {
namespace {

using data::Value;

bool check_cors(const Properties& config) {
    const Value* cors = config.find("Cors");
    if (cors == nullptr || is_intrinsic(*cors)) {
        return true;
    }
    const auto properties = config.below("Cors");
    return properties && properties->check("FunctionUrlCors");
}

} // namespace

void emit_function_url(const Resource& function, const PublishedAlias* alias) {
    const Value* config_value = function.find("FunctionUrlConfig");
    if (config_value == nullptr || is_no_value(*config_value)) {
        return;
    }
    if (is_intrinsic(*config_value)) {
        function.error(
            "FunctionUrlConfig",
            "FunctionUrlConfig cannot be an intrinsic function",
            "its members may be");
        return;
    }
    const auto config = function.below("FunctionUrlConfig");
    if (!config || !config->check("FunctionUrlConfig") || !check_cors(*config)) {
        return;
    }
    const Value& auth_type = (*config)["AuthType"];
    if (auth_type.is_string() && auth_type.text() != "NONE" && auth_type.text() != "AWS_IAM") {
        config->error(
            "AuthType",
            fmt::format("there is no AuthType {}", auth_type.text()),
            "NONE or AWS_IAM");
        return;
    }
    const Value target = make_ref(alias == nullptr ? function.logical_id() : alias->alias_id);
    function.emit(
        function.logical_id() + "Url",
        "AWS::Lambda::Url",
        {{"TargetFunctionArn", target},
         {"AuthType", auth_type},
         {"Cors", (*config)["Cors"]},
         {"InvokeMode", (*config)["InvokeMode"]}});
    if (auth_type.text() != "NONE") {
        return;
    }
    function.emit(
        function.logical_id() + "UrlPublicPermissions",
        "AWS::Lambda::Permission",
        {{"Action", "lambda:InvokeFunctionUrl"},
         {"FunctionName", target},
         {"Principal", "*"},
         {"FunctionUrlAuthType", "NONE"}});
    function.emit(
        function.logical_id() + "URLInvokeAllowPublicAccess",
        "AWS::Lambda::Permission",
        {{"Action", "lambda:InvokeFunction"},
         {"FunctionName", target},
         {"Principal", "*"},
         {"InvokedViaFunctionUrl", true}});
}

} // namespace samara::transform
