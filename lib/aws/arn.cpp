#include "aws/arn.h"

#include "aws/account.h"
#include "aws/partition.h"

#include <array>

#include <fmt/format.h>

namespace samara::aws {

std::optional<Arn> parse_arn(std::string_view text) {
    constexpr std::string_view scheme = "arn:";
    if (!text.starts_with(scheme)) {
        return std::nullopt;
    }
    text.remove_prefix(scheme.size());
    std::array<std::string_view, 4> parts;
    for (std::string_view& part : parts) {
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos) {
            return std::nullopt;
        }
        part = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    return Arn{parts[0], parts[1], parts[2], parts[3], text};
}

std::string
local_arn(std::string_view service, std::string_view region, std::string_view resource) {
    return fmt::format(
        "arn:{}:{}:{}:{}:{}", partition_of(region), service, region, local_account, resource);
}

std::string
local_global_arn(std::string_view service, std::string_view region, std::string_view resource) {
    return fmt::format("arn:{}:{}::{}:{}", partition_of(region), service, local_account, resource);
}

} // namespace samara::aws
