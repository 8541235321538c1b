#pragma once

#include "unit/transform/transform_support.h"

#include <fmt/format.h>

/// Templates of one resource, R, and whom the errors in a template blame.
namespace samara::transform::test {

inline std::string resource(std::string_view type, std::string_view properties) {
    return fmt::format(
        "Resources:\n  R:\n    Type: AWS::Serverless::{}\n    Properties: {{{}}}\n",
        type,
        properties);
}

inline std::string function_with(std::string_view properties) {
    return resource(
        "Function",
        fmt::format("Handler: a.b, Runtime: nodejs22.x, InlineCode: x, {}", properties));
}

/// A REST API of one operation, R, and what else `properties` say.
inline std::string api_with(std::string_view properties) {
    return resource(
        "Api",
        fmt::format(
            "StageName: v1, DefinitionBody: {{swagger: '2.0', paths: {{/a: {{get: {{}}}}}}}}, {}",
            properties));
}

/// The resources that errors are of, each once.
inline std::vector<std::string> blamed(std::string_view yaml) {
    std::vector<std::string> out;
    for (const base::Diagnostic& diagnostic : run(yaml).diagnostics) {
        if (diagnostic.severity == base::Severity::error) {
            out.push_back(diagnostic.error.resource);
        }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

using Ids = std::vector<std::string>;

} // namespace samara::transform::test
