// Bytes as a mapping template, and behind the first NUL as the payload it is rendered for. Whatever
// comes in, it ends within its limits, and what failed says where.

#include "vtl/input.h"
#include "vtl/template.h"
#include "vtl/util.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace samara;
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    const std::size_t end = std::min(input.find('\0'), input.size());
    const auto parsed = vtl::Template::parse(std::string(input.substr(0, end)), "fuzz");
    if (!parsed) {
        if (!parsed.error().where.known()) {
            std::abort();
        }
        return 0;
    }
    vtl::Limits limits;
    limits.steps = 20'000;
    limits.output = 1 << 20;
    vtl::Work work(limits);
    vtl::Input payload(
        std::string(input.substr(std::min(end + 1, input.size()))),
        {{"id", "7"}},
        {{"q", "a b"}},
        {{"X-One", "1"}});
    vtl::Util util;
    vtl::Map* context = nullptr;
    const auto output = parsed->render(
        [&](std::string_view name, vtl::Work& of) -> vtl::Variable {
            if (name == "input") {
                return {&payload, true};
            }
            if (name == "util") {
                return {&util, false};
            }
            if (name == "context") {
                context = context == nullptr ? of.map() : context;
                return {context, true};
            }
            return {};
        },
        work);
    if (output ? output->size() > limits.output : !output.error().where.known()) {
        std::abort();
    }
    return 0;
}
