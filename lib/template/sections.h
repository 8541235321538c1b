#pragma once

#include "base/error.h"
#include "data/value.h"

/// The CloudFormation template as typed parts. `template` is a C++ keyword, so the namespace is
/// model.
namespace samara::model {

/// The top level of a template whose shape has been checked: every section that is there is a map,
/// and every resource is a map with a Type. Views into the document, which must outlive it.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
struct Sections {
    const data::Map* parameters = nullptr; ///< never null: an absent section is empty
    const data::Map* mappings = nullptr;
    const data::Map* conditions = nullptr;
    const data::Map* resources = nullptr;
    const data::Map* outputs = nullptr;
};

/// Fails with the first thing that keeps the document from being a template: empty text, no
/// Resources, a section or resource of the wrong kind, a Transform that is not known.
base::Result<Sections> sections_of(const data::Value& document);

} // namespace samara::model
