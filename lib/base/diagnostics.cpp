#include "base/diagnostics.h"

#include <algorithm>
#include <utility>

namespace samara::base {

Error first_error(const Diagnostics& diagnostics) {
    const auto found =
        std::find_if(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
            return diagnostic.severity == Severity::error;
        });
    return found == diagnostics.end() ? Error() : found->error;
}

void sort_by_place(Diagnostics& diagnostics) {
    std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const auto& a, const auto& b) {
        return std::pair(a.error.where.line, a.error.where.column) <
               std::pair(b.error.where.line, b.error.where.column);
    });
}

} // namespace samara::base
