#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samara::model {

/// A Lambda runtime: a row of schemas/runtimes.json.
/// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
struct Runtime {
    std::string id;     ///< "python3.12"
    std::string family; ///< "python", "nodejs", "java", "dotnet", "ruby", "go", "provided"
    std::string image;  ///< below public.ecr.aws/lambda/: "python:3.12"
    std::vector<std::string> architectures;
    std::string deprecated; ///< the day support ended or ends, "2025-09-01"; empty: not announced
};

std::optional<Runtime> find_runtime(std::string_view id);

/// The runtime that `id` is most likely a misspelling of; empty when none is near.
std::string nearest_runtime(std::string_view id);

} // namespace samara::model
