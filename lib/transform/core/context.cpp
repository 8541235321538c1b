#include "transform/core/context.h"

#include <algorithm>
#include <iterator>

namespace samara::transform {

using data::Map;
using data::Value;

Map* Context::find_resource(std::string_view logical_id, std::string_view type) {
    Value* found = resources().find(logical_id);
    Map* resource = found == nullptr ? nullptr : found->as_map();
    if (resource == nullptr || type.empty()) {
        return resource;
    }
    const Value* own = resource->find("Type");
    return own != nullptr && own->text() == type ? resource : nullptr;
}

Map& Context::conditions() {
    Value& section = document()["Conditions"];
    if (!section.is_map()) {
        section = Map{}; // absent or null: all else is an error before anything is expanded
    }
    // A new section may have moved the others.
    resources_ = document().find("Resources")->as_map();
    return *document().find("Conditions")->as_map();
}

void Context::error(std::string message, std::string hint, const base::Location& where) {
    base::Error error;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.where = where.known() ? where : document_.where();
    of_template_.push_back({base::Severity::error, std::move(error)});
    report(of_template_.back());
}

void Context::keep_what_aws_tells() {
    if (of_template_.empty()) {
        return;
    }
    base::Diagnostics kept = of_template_;
    std::copy_if(
        diagnostics_.begin(),
        diagnostics_.end(),
        std::back_inserter(kept),
        [](const base::Diagnostic& one) { return one.severity != base::Severity::error; });
    diagnostics_ = std::move(kept);
}

} // namespace samara::transform
