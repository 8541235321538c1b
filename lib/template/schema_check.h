#pragma once

#include "base/error.h"
#include "data/value.h"

/// Checks a document against a JSON Schema.
namespace samara::model {

/// What in `document` does not match the JSON Schema (draft 7) `schema`, each with its place; the
/// resource and property it concerns when the document is a template. A schema that cannot be read
/// gives one error without a place.
base::Diagnostics check_schema(const data::Value& document, const data::Value& schema);

} // namespace samara::model
