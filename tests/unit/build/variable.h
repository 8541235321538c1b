#pragma once

#include "os/environment.h"

#include <optional>
#include <string>
#include <utility>

#include <stdlib.h>

namespace samara::build {

/// An environment variable that has its value while this exists.
class Variable {
public:
    Variable(std::string name, const std::string& value)
        : name_(std::move(name)), old_(os::variable(name_)) {
        ::setenv(name_.c_str(), value.c_str(), 1);
    }

    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    Variable(Variable&&) = delete;
    Variable& operator=(Variable&&) = delete;

    ~Variable() {
        if (old_) {
            ::setenv(name_.c_str(), old_->c_str(), 1);
        } else {
            ::unsetenv(name_.c_str());
        }
    }

private:
    std::string name_;
    std::optional<std::string> old_;
};

} // namespace samara::build
