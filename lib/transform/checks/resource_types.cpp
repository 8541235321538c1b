#include "transform/checks/resource_types.h"

#include "base/strings.h"
#include "samara_transform_files.h"
#include "transform/core/expanders.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace samara::transform {
namespace {

// In alphabetical order, one a line.
std::string_view names() {
    return embedded("resource_types.txt").value_or("");
}

bool is_there(std::string_view type) {
    const std::string_view text = names();
    std::size_t begin = 0;
    std::size_t end = text.size();
    while (begin < end) {
        const std::size_t middle = begin + (end - begin) / 2;
        const std::size_t before =
            middle == 0 ? std::string_view::npos : text.rfind('\n', middle - 1);
        const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
        const std::size_t stop = std::min(text.find('\n', start), text.size());
        const std::string_view line = text.substr(start, stop - start);
        if (line == type) {
            return true;
        }
        if (line < type) {
            begin = stop + 1;
        } else {
            end = start;
        }
    }
    return false;
}

// "AWS::S3::Bukket", "AWS:S3:Bucket", "Aws::S3::Bucket"; others are of somebody's own.
bool is_meant_as_of_aws(std::string_view type) {
    return base::to_lower(type.substr(0, 4)) == "aws:";
}

} // namespace

std::optional<std::string> misspelt_type(std::string_view type) {
    if (!is_meant_as_of_aws(type) || type.starts_with("AWS::Serverless::") ||
        type.ends_with("::MODULE") || type == "AWS::CDK::Metadata" || type.size() < 6 ||
        is_there(type)) {
        return std::nullopt;
    }
    constexpr std::size_t prefix = 5; // "AWS::" is right in any case
    std::vector<std::string_view> candidates = base::split(names(), '\n');
    for (const std::string_view own : sam_types()) {
        candidates.push_back(own);
    }
    for (std::string_view& candidate : candidates) {
        candidate.remove_prefix(std::min(prefix, candidate.size()));
    }
    const std::string_view rest = type.substr(type.find_first_not_of(':', prefix - 2));
    const std::string_view near = base::nearest(rest, candidates);
    return near.empty() ? std::string() : fmt::format("AWS::{}", near);
}

} // namespace samara::transform
