#pragma once

#include "base/error.h"
#include "data/value.h"

/// The CloudFormation template as typed parts. `template` is a C++ keyword, so the namespace is
/// model.
namespace samara::model {

/// The top level of a template: its sections, each a map. Views into the document, which must
/// outlive it.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
struct Sections {
    const data::Map* parameters = nullptr; ///< never null: an absent section is empty
    const data::Map* mappings = nullptr;
    const data::Map* conditions = nullptr;
    const data::Map* resources = nullptr;
    const data::Map* outputs = nullptr;
};

/// Fails when the document is no template at all: empty text, no Resources. What is wrong with a
/// part of it goes to `diagnostics`: a section that is no map (empty in the result), a resource
/// that is no map or has no Type, a Transform that is not known.
base::Result<Sections> sections_of(const data::Value& document, base::Diagnostics& diagnostics);

/// As above; fails with the first diagnostic, too.
base::Result<Sections> sections_of(const data::Value& document);

} // namespace samara::model
