#include "app/partial_transform.h"

#include "app/event_routes.h"
#include "app/fault_removal.h"

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

// What a later pass says of a part that was named before follows from what was taken out of it.
bool follows(const base::Error& error, const base::Diagnostics& known) {
    return std::any_of(known.begin(), known.end(), [&](const base::Diagnostic& other) {
        return other.severity == base::Severity::error &&
               ((!error.resource.empty() && error.resource == other.error.resource &&
                 error.event == other.error.event) ||
                (error.where.known() && error.where.line == other.error.where.line &&
                 error.where.column == other.error.where.column));
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

void sort_by_place(base::Diagnostics& diagnostics) {
    std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const auto& a, const auto& b) {
        return std::pair(a.error.where.line, a.error.where.column) <
               std::pair(b.error.where.line, b.error.where.column);
    });
}

} // namespace

PartialTemplate transform_in_part(data::Value document, const transform::Options& options) {
    PartialTemplate result;
    settle_event_routes(document, result.diagnostics);
    FaultRemoval faults(document, options);
    for (int pass = 0; pass < most_passes; ++pass) {
        transform::Output output = transform::transform(document, options);
        bool removed = false;
        base::Diagnostics fresh;
        for (const base::Diagnostic& found : output.diagnostics) {
            if (found.severity == base::Severity::warning) {
                if (pass == 0) {
                    fresh.push_back(found);
                }
                continue;
            }
            base::Diagnostic fault = found;
            fault.error.resource = faults.owner(found.error);
            const auto done = faults.remove(found.error);
            removed = removed || done;
            if (!follows(fault.error, result.diagnostics) &&
                (done || !follows(fault.error, fresh))) {
                fresh.push_back(told(std::move(fault), done));
            }
        }
        result.diagnostics.insert(result.diagnostics.end(), fresh.begin(), fresh.end());
        result.document = std::move(output.document);
        if (removed) {
            continue;
        }
        if (base::has_errors(output.diagnostics)) {
            close_all(document, result.document, faults.closed);
        }
        break;
    }
    sort_by_place(result.diagnostics);
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
