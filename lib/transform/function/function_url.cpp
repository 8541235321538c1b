#include "transform/core/intrinsics.h"
#include "transform/function/function_parts.h"

#include <fmt/format.h>

/// FunctionUrlConfig
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-functionurlconfig.html
namespace samara::transform {
namespace {

using data::Value;

bool check_cors(const Properties& config) {
    const Value* cors = config.given("Cors");
    if (cors == nullptr || is_intrinsic(*cors)) {
        return true;
    }
    const auto properties = config.below("Cors");
    return properties && properties->check("FunctionUrlCors");
}

} // namespace

void emit_function_url(const Resource& function, const PublishedAlias* alias) {
    const Value* config_value = function.given("FunctionUrlConfig");
    if (config_value == nullptr) {
        return;
    }
    const Value target = make_ref(alias == nullptr ? function.logical_id() : alias->alias_id);
    if (is_intrinsic(*config_value)) {
        function.warning(
            "FunctionUrlConfig",
            "nothing of a FunctionUrlConfig that is an intrinsic function reaches the URL",
            "write a map whose members are intrinsic functions");
        function.emit(
            function.logical_id() + "Url", "AWS::Lambda::Url", {{"TargetFunctionArn", target}});
        return;
    }
    const auto config = function.below("FunctionUrlConfig");
    if (!config || !config->check("FunctionUrlConfig") || !check_cors(*config)) {
        return;
    }
    const Value& auth_type = (*config)["AuthType"];
    if (!is_intrinsic(auth_type) && auth_type.text() != "NONE" && auth_type.text() != "AWS_IAM") {
        config->error(
            "AuthType",
            fmt::format("there is no AuthType {}", data::scalar_text(auth_type)),
            "NONE or AWS_IAM");
        return;
    }
    const Value* cors = config->given("Cors");
    function.emit(
        function.logical_id() + "Url",
        "AWS::Lambda::Url",
        {{"TargetFunctionArn", target},
         {"AuthType", auth_type},
         {"Cors", cors == nullptr ? Value() : *cors},
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
