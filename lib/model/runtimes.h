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
    int glibc_minor = 0;    ///< 34: its C library is glibc 2.34
    std::string deprecated; ///< the day support ended or ends, "2025-09-01"; empty: not announced
    std::string blocked;    ///< the day from which no function can be created with it; empty: none
};

/// The whole table, the newest of a family first.
const std::vector<Runtime>& runtimes();

std::optional<Runtime> find_runtime(std::string_view id);

/// The family of a runtime: of one that the table does not have yet, by the beginning of its name.
/// Empty where that tells nothing.
std::string runtime_family(std::string_view id);

/// Its C library; of a runtime that the table does not have yet, the newest.
int glibc_minor_of(std::string_view runtime);

/// The runtime that `id` is most likely a misspelling of; empty when none is near.
std::string nearest_runtime(std::string_view id);

/// This day, as the table writes days.
std::string today();

/// Whether Lambda no longer creates functions with the runtime.
bool is_retired(const Runtime& runtime, std::string_view day);

} // namespace samara::model
