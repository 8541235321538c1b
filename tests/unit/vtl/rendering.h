#pragma once

#include "vtl/input.h"
#include "vtl/template.h"
#include "vtl/util.h"

#include <gtest/gtest.h>

namespace samara::vtl::test {

/// The output of a template for a request, or "error: ..." with the place.
inline std::string render(std::string text, std::string body = "{}", Limits limits = {}) {
    const auto parsed = Template::parse(std::move(text), "t");
    if (!parsed) {
        return "error: " + base::to_string(parsed.error());
    }
    Work work(limits);
    Input input(
        std::move(body),
        {{"id", "7"}},
        {{"q", "a b"}, {"id", "not this"}},
        {{"X-One", "1"}, {"Content-Type", "application/json"}});
    Util util;
    const auto output = parsed->render(
        [&](std::string_view name, Work& of) -> Variable {
            if (name == "input") {
                return {&input, true};
            }
            if (name == "util") {
                return {&util, false};
            }
            if (name == "host") {
                return {of.map(), true};
            }
            return {};
        },
        work);
    return output ? *output : "error: " + base::to_string(output.error());
}

} // namespace samara::vtl::test
