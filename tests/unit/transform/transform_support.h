#pragma once

#include "data/read.h"
#include "data/write.h"
#include "transform/transform.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

/// Templates as text in, parts of the generated template as text out.
namespace samara::transform::test {

inline Output run(std::string_view yaml, const Options& options = {}) {
    auto document = data::read_yaml(yaml, "template.yaml");
    EXPECT_TRUE(document.has_value()) << base::to_string(document.error());
    return transform(std::move(*document), options);
}

/// The value at a path like "Resources.F.Properties.Code"; null when it is not there. A number is
/// an index.
inline data::Value at(const data::Value& document, std::string_view path) {
    const data::Value* value = &document;
    while (value != nullptr && !path.empty()) {
        const std::size_t dot = path.find('.');
        const std::string key(path.substr(0, dot));
        path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
        if (const data::List* list = value->as_list()) {
            const std::size_t index = std::stoul(key);
            value = index < list->size() ? &(*list)[index] : nullptr;
        } else {
            value = value->find(key);
        }
    }
    return value == nullptr ? data::Value() : *value;
}

/// Compact JSON of the part at `path`; fails the test when the template has errors.
inline std::string part(const Output& output, std::string_view path) {
    for (const base::Diagnostic& diagnostic : output.diagnostics) {
        EXPECT_EQ(diagnostic.severity, base::Severity::warning)
            << base::to_string(diagnostic.error);
    }
    return data::write_json(at(output.document, path));
}

/// "resource/event: message (hint)" of every error.
inline std::vector<std::string> errors(const Output& output) {
    std::vector<std::string> out;
    for (const base::Diagnostic& diagnostic : output.diagnostics) {
        const base::Error& error = diagnostic.error;
        out.push_back(
            error.resource + (error.event.empty() ? "" : "/" + error.event) + ": " + error.message +
            (error.hint.empty() ? "" : " (" + error.hint + ")"));
    }
    return out;
}

/// The logical ids of the generated template, sorted.
inline std::vector<std::string> ids(const Output& output) {
    std::vector<std::string> out;
    if (const data::Value* resources = output.document.find("Resources")) {
        for (const data::Entry& entry : *resources->as_map()) {
            out.push_back(entry.key);
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// A template with one function F whose Properties end with `properties` (six blanks deep), and
/// after it `rest`.
inline std::string with_function(std::string_view properties, std::string_view rest = {}) {
    std::string out = "Resources:\n"
                      "  F:\n"
                      "    Type: AWS::Serverless::Function\n"
                      "    Properties:\n"
                      "      Handler: app.handler\n"
                      "      Runtime: python3.12\n"
                      "      CodeUri: s3://bucket/key.zip\n";
    out += properties;
    out += rest;
    return out;
}

} // namespace samara::transform::test
