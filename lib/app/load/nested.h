#pragma once

#include "app/load/application.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace samara::app {

/// The stacks nested in one application. Each is loaded when it is asked for: the parameters of one
/// may need the outputs of another.
class Nested {
public:
    /// What is wrong with a stack goes to `diagnostics`; both must outlive this or be released.
    Nested(Application& outer, base::Diagnostics& diagnostics);

    /// The stack, or nullptr: not a stack with a local template, not there in this run, or in
    /// diagnostics.
    Application* find(std::string_view logical_id);

    /// From here on nothing more is loaded.
    void release() { outer_ = nullptr; }

    std::optional<data::Value>
    output(std::string_view stack, std::string_view name, base::Diagnostics& diagnostics);

    [[nodiscard]] const std::map<std::string, std::unique_ptr<Application>, std::less<>>&
    stacks() const {
        return stacks_;
    }

private:
    std::unique_ptr<Application> load(const data::Entry& resource);

    Application* outer_;
    base::Diagnostics* diagnostics_;
    std::map<std::string, std::unique_ptr<Application>, std::less<>> stacks_; // null: has none
    std::set<std::string, std::less<>> opening_;
};

} // namespace samara::app
