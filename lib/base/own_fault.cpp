#include "base/own_fault.h"

#include <exception>

namespace samara::base {

std::string own_fault() {
    const std::string what = "a fault in samara itself: ";
    try {
        throw;
    } catch (const std::exception& error) {
        return what + error.what();
    } catch (...) {
        return what + "an exception of no known type";
    }
}

} // namespace samara::base
