#pragma once

#include "vtl/json_path.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace samara::vtl {

struct PathFilter;

struct JsonPath::Step {
    enum class Kind : std::uint8_t { names, indexes, slice, every, filter, function };
    Kind kind = Kind::names;
    bool anywhere = false; ///< behind "..": at every depth
    std::vector<std::string> names;
    std::vector<std::int64_t> indexes;
    std::optional<std::int64_t> from;
    std::optional<std::int64_t> to;
    std::int64_t stride = 1;
    std::shared_ptr<const PathFilter> filter;

    [[nodiscard]] bool definite() const {
        return !anywhere &&
               ((kind == Kind::names && names.size() == 1) ||
                (kind == Kind::indexes && indexes.size() == 1) || kind == Kind::function);
    }
};

/// A path below the item (or the document) that is tested, or a constant.
struct PathOperand {
    bool is_path = false;
    bool of_document = false;
    std::vector<JsonPath::Step> path;
    data::Value constant;
};

struct PathFilter {
    enum class Kind : std::uint8_t { any_of, all_of, negation, test };
    Kind kind = Kind::test;
    std::vector<PathFilter> parts;
    PathOperand left;
    std::string operation; ///< "==", "in", "=~" ...; empty: the left is there
    PathOperand right;
};

} // namespace samara::vtl
