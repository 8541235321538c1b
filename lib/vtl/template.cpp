#include "vtl/template.h"

#include "base/strings.h"
#include "vtl/evaluator.h"
#include "vtl/parser.h"

#include <algorithm>

namespace samara::vtl {

Template::Template(std::shared_ptr<const Tree> tree, std::string text, const std::string& name)
    : tree_(std::move(tree)), text_(std::move(text)),
      name_(std::make_shared<const std::string>(name)) {}

base::Location Template::place(std::size_t offset) const {
    const std::string_view before = std::string_view(text_).substr(0, offset);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t start = before.rfind('\n') + 1; // npos + 1 is 0
    return {
        name_, static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(offset - start + 1)};
}

base::Result<Template> Template::parse(std::string text, const std::string& name) {
    Parser parser(text);
    auto tree = std::make_shared<Tree>(parser.parse());
    Template made(std::move(tree), std::move(text), name);
    if (const auto& failure = parser.failure()) {
        return base::fail(failure->message, failure->hint, made.place(failure->offset));
    }
    return made;
}

base::Result<std::string> Template::render(const Variables& variables, Work& work) const {
    Evaluator evaluator(*tree_, variables, work);
    std::string output = evaluator.run();
    if (work.failed()) {
        return base::fail(work.reason(), {}, place(evaluator.offset()));
    }
    return output;
}

} // namespace samara::vtl
