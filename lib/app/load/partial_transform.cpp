#include "app/load/partial_transform.h"

#include "app/load/event_routes.h"
#include "app/load/fault_removal.h"
#include "base/diagnostics.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

// Far more than a template has parts that can be wrong one after the other.
constexpr int most_passes = 100;

bool same_fault(const base::Error& a, const base::Error& b) {
    return a.resource == b.resource && a.event == b.event && a.message == b.message &&
           a.where.line == b.where.line && a.where.column == b.where.column;
}

bool same_as_any(const base::Error& error, const base::Diagnostics& known) {
    return std::any_of(known.begin(), known.end(), [&](const base::Diagnostic& other) {
        return same_fault(error, other.error);
    });
}

std::string_view first_name(std::string_view property) {
    return property.substr(0, property.find('.'));
}

// What a later pass says of a part that was named before follows from what was taken out of it: of
// the same event, or of a property that is missed now.
bool follows(const base::Error& error, const base::Diagnostics& known) {
    return std::any_of(known.begin(), known.end(), [&](const base::Diagnostic& diagnostic) {
        const base::Error& other = diagnostic.error;
        if (diagnostic.severity != base::Severity::error) {
            return false;
        }
        const bool same_place = error.where.known() && error.where.line == other.where.line &&
                                error.where.column == other.where.column;
        if (error.resource.empty() || error.resource != other.resource ||
            error.event != other.event) {
            return same_place && error.resource.empty();
        }
        const std::string_view gone = first_name(other.property);
        return !error.event.empty() || same_fault(error, other) ||
               (!gone.empty() && (first_name(error.property) == gone ||
                                  error.message.find(gone) != std::string::npos));
    });
}

base::Diagnostic told(base::Diagnostic diagnostic, const std::optional<std::string>& done) {
    std::string& hint = diagnostic.error.hint;
    hint += hint.empty() ? "" : "; ";
    hint += done ? fmt::format("AWS refuses this at deployment, here {}", *done)
                 : std::string("AWS refuses this at deployment");
    return diagnostic;
}

// Errors that name nothing: what the transform gave beside them may have lost its protection.
void close_all(const data::Value& source, const data::Value& made, gateway::Closed& closed) {
    for (const data::Value* document : {&source, &made}) {
        const data::Value* resources = document->find("Resources");
        if (resources == nullptr || !resources->is_map()) {
            continue;
        }
        for (const data::Entry& resource : *resources->as_map()) {
            const data::Value* type = resource.value.find("Type");
            if (type != nullptr && type->text().find("Api") != std::string_view::npos) {
                closed.apis.emplace(resource.key, "the template cannot be understood as a whole");
            }
        }
    }
}

} // namespace

PartialTemplate transform_in_part(data::Value document, const transform::Options& options) {
    PartialTemplate result;
    settle_event_routes(document, result.diagnostics);
    FaultRemoval faults(document, options);
    bool settled = false;
    for (int pass = 0; pass < most_passes; ++pass) {
        transform::Output output = transform::transform(document, options);
        const bool globals = std::any_of(
            output.diagnostics.begin(), output.diagnostics.end(), [&](const auto& diagnostic) {
                return diagnostic.severity == base::Severity::error &&
                       faults.concerns_globals(diagnostic.error);
            });
        bool removed = false;
        base::Diagnostics fresh;
        for (const base::Diagnostic& found : output.diagnostics) {
            if (globals && !faults.concerns_globals(found.error)) {
                continue; // the next pass finds it, if it is one
            }
            if (found.severity == base::Severity::warning) {
                if (!same_as_any(found.error, result.diagnostics)) {
                    fresh.push_back(found);
                }
                continue;
            }
            base::Diagnostic fault = found;
            fault.error.resource = owner_of(document, found.error);
            const bool given_up = faults.broken.contains(fault.error.resource) && pass > 0;
            const auto done = faults.remove(found.error);
            removed = removed || done;
            if (!given_up && !follows(fault.error, result.diagnostics) &&
                (done || !follows(fault.error, fresh))) {
                fresh.push_back(told(std::move(fault), done));
            }
        }
        result.diagnostics.insert(result.diagnostics.end(), fresh.begin(), fresh.end());
        result.document = std::move(output.document);
        if (!removed) {
            settled = !base::has_errors(output.diagnostics);
            break;
        }
    }
    if (!settled) {
        close_all(document, result.document, faults.closed);
    }
    base::sort_by_place(result.diagnostics);
    result.diagnostics.erase(
        std::unique(
            result.diagnostics.begin(),
            result.diagnostics.end(),
            [](const auto& a, const auto& b) { return same_fault(a.error, b.error); }),
        result.diagnostics.end());
    result.closed = std::move(faults.closed);
    result.broken = std::move(faults.broken);
    return result;
}

} // namespace samara::app
