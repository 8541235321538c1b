#pragma once

#include "base/error.h"
#include "data/value.h"

#include <memory>
#include <string_view>
#include <vector>

namespace samara::vtl {

/// A JSONPath expression as mapping templates use it: "$.items[?(@.price < 10)].name". Wildcards,
/// slices, unions, "..", filters and length(), size(), min(), max(), sum(), avg(), keys().
/// docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html
class JsonPath {
public:
    static base::Result<JsonPath> parse(std::string_view path);

    /// What the path selects. A definite path selects one value or none, and the result is it or
    /// null; any other selects a list, which may be empty. Fails beyond `steps` visited values.
    struct Selection {
        bool found = false;
        data::Value value;
    };

    [[nodiscard]] base::Result<Selection>
    select(const data::Value& document, std::size_t steps = 200'000) const;

    struct Step;

private:
    explicit JsonPath(std::shared_ptr<const std::vector<Step>> steps) : steps_(std::move(steps)) {}

    std::shared_ptr<const std::vector<Step>> steps_;
};

} // namespace samara::vtl
