// Renders templates: a JSON list of {"template", "variables"} on stdin becomes a list of texts,
// null for a template that fails. What the second opinion on mapping templates is compared with.

#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"
#include "vtl/template.h"

#include <iostream>
#include <iterator>

namespace {

using namespace samara;

data::Value rendered(const data::Value& row) {
    const auto parsed = vtl::Template::parse(data::text_of(row, "template"), "template");
    if (!parsed) {
        return {};
    }
    vtl::Work work;
    const data::Value* variables = row.find("variables");
    const auto output = parsed->render(
        [&](std::string_view name, vtl::Work& of) -> vtl::Variable {
            const data::Value* value = variables == nullptr ? nullptr : variables->find(name);
            return value == nullptr ? vtl::Variable{}
                                    : vtl::Variable{vtl::from_data(*value, of), false};
        },
        work);
    return output ? data::Value(*output) : data::Value();
}

} // namespace

int main() {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    const auto rows = data::read_json(text, "stdin");
    if (!rows || !rows->is_list()) {
        std::cerr << "stdin is no list\n";
        return 1;
    }
    data::List results;
    for (const data::Value& row : *rows->as_list()) {
        results.push_back(rendered(row));
    }
    std::cout << data::write_json(data::Value(std::move(results))) << '\n';
    return 0;
}
