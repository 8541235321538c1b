// YAML bytes through the reader, the transform and the writer. Whatever comes in, there are errors
// with a message or a template that reads back as itself.

#include "data/read.h"
#include "data/write.h"
#include "transform/transform.h"

#include <cstdlib>

namespace {

using namespace samara;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    auto document = data::read_yaml(text, "template.yaml");
    if (!document) {
        require(!document.error().message.empty());
        return 0;
    }
    transform::Options options;
    options.local_artifacts = size % 2 == 0;
    options.parameter_overrides = {{"P", "value"}};
    const transform::Output output = transform::transform(std::move(*document), options);
    for (const base::Diagnostic& diagnostic : output.diagnostics) {
        require(!diagnostic.error.message.empty());
    }
    if (!base::has_errors(output.diagnostics)) {
        const auto back = data::read_json(data::write_json(output.document), "output");
        require(back.has_value() && *back == output.document);
    }
    return 0;
}
