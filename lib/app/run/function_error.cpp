#include "app/run/function_error.h"

#include <utility>

namespace samara::app {

base::Error
about_function(base::Error error, const model::Function& function, const base::Location& where) {
    if (!error.where.known()) {
        error.where = where;
        error.resource = function.logical_id;
    }
    return error;
}

base::Error function_error(
    const model::Function& function, base::Location where, std::string message, std::string hint) {
    base::Error error;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.where = std::move(where);
    error.resource = function.logical_id;
    return error;
}

} // namespace samara::app
