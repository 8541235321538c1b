#pragma once

#include "base/error.h"
#include "data/value.h"

#include <cstdint>
#include <memory>
#include <string_view>

/// Checks documents against JSON Schemas.
namespace samara::model {

/// A JSON Schema, compiled once and shared by its copies. Thread-safe.
class JsonSchema {
public:
    enum class Draft : std::uint8_t { v4, v7 };

    /// Fails when `schema` is none, or refers to what it does not contain.
    static base::Result<JsonSchema> compile(const data::Value& schema, Draft draft);

    /// What in `document`, which errors call `name`, does not match; each with its place, and the
    /// resource and property it concerns when the document is a template.
    [[nodiscard]] base::Diagnostics check(const data::Value& document, std::string_view name) const;

private:
    struct Compiled;

    explicit JsonSchema(std::shared_ptr<const Compiled> compiled)
        : compiled_(std::move(compiled)) {}

    std::shared_ptr<const Compiled> compiled_;
};

/// What in the template `document` does not match the JSON Schema (draft 7) `schema`. A schema that
/// cannot be used gives one error without a place.
base::Diagnostics check_schema(const data::Value& document, const data::Value& schema);

} // namespace samara::model
