#pragma once

#include <array>
#include <string_view>

/// What Lambda sets in every environment, whatever the function says.
/// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
namespace samara::aws {

struct LambdaVariable {
    std::string_view name;
    std::string_view value;
};

/// For a runtime that the function brings.
inline constexpr std::array<LambdaVariable, 6> lambda_variables{
    {{"LAMBDA_RUNTIME_DIR", "/var/runtime"},
     {"LAMBDA_TASK_ROOT", "/var/task"},
     {"LANG", "en_US.UTF-8"},
     {"LD_LIBRARY_PATH",
      "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"},
     {"PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"},
     {"TZ", ":UTC"}}};

/// Where AWS's base images have their language: before the others in PATH and LD_LIBRARY_PATH.
inline constexpr std::string_view language_programs = "/var/lang/bin";
inline constexpr std::string_view language_libraries = "/var/lang/lib";

} // namespace samara::aws
