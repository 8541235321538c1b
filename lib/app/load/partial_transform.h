#pragma once

#include "base/error.h"
#include "data/value.h"
#include "gateway/route/closed.h"
#include "transform/transform.h"

#include <map>
#include <string>

namespace samara::app {

/// A template as far as it can be transformed.
struct PartialTemplate {
    /// CloudFormation, of the template without the parts that AWS's transform refuses.
    data::Value document;

    /// What AWS says of the whole template: each error once, its hint telling what is left out.
    base::Diagnostics diagnostics;

    /// The resources that cannot be understood, functions and others, and why.
    std::map<std::string, base::Error, std::less<>> broken;

    gateway::Closed closed;
};

/// Transforms what can be transformed. The smallest part that an error names (a property, an event,
/// at last the resource) is taken out of the source and the rest transformed again, until there is
/// no error left: so nothing that comes out was expanded by half, and no protection is lost on the
/// way; a route, authorizer or API whose protection was taken out is in `closed`. Pure.
PartialTemplate transform_in_part(data::Value document, const transform::Options& options);

} // namespace samara::app
