#pragma once

#include "base/error.h"
#include "vtl/work.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace samara::vtl {

struct Tree;

/// A variable that the program gives. What is missing in a quiet one prints nothing; else a
/// reference without value is printed as it was written.
struct Variable {
    Value value;
    bool quiet = false;
};

/// The program's variables by name, asked for when a template first names them.
using Variables = std::function<Variable(std::string_view name, Work& work)>;

/// A mapping template as Apache Velocity 1.7 reads it: parsed once, rendered for each request.
/// velocity.apache.org/engine/1.7/vtl-reference.html. Thread-safe.
class Template {
public:
    /// Fails with line and column of what is no template. `name` stands for the file.
    static base::Result<Template> parse(std::string text, const std::string& name);

    /// The output; fails with the place of the directive or reference that could not be evaluated,
    /// or that went beyond the limits of `work`.
    base::Result<std::string> render(const Variables& variables, Work& work) const;

private:
    Template(std::shared_ptr<const Tree> tree, std::string text, const std::string& name);

    [[nodiscard]] base::Location place(std::size_t offset) const;

    std::shared_ptr<const Tree> tree_;
    std::string text_;
    std::shared_ptr<const std::string> name_;
};

} // namespace samara::vtl
