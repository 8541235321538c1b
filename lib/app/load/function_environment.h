#pragma once

#include "aws_client/credentials.h"
#include "base/error.h"
#include "base/log.h"
#include "model/function.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

/// The environment variables a function sees.
namespace samara::app {

using Variables = std::map<std::string, std::string>;

/// A file of variables: {"Parameters": {...}} for every function, {"<LogicalId>": {...}} for one;
/// or lines NAME=value for every function (app/load/dotenv.h).
class VariableOverrides {
public:
    enum class Shape : std::uint8_t {
        by_function, ///< --env-vars
        flat_too,    ///< --container-env-vars: {"NAME": "value"} is for every function
    };

    static constexpr std::string_view for_all = "Parameters";

    VariableOverrides() = default;

    /// Fails with the place of what is not of that shape. Keys that occur twice, and values that
    /// are no texts, are errors unless there are `warnings` to take them.
    static base::Result<VariableOverrides> read(
        const std::filesystem::path& file,
        Shape shape = Shape::by_function,
        base::Diagnostics* warnings = nullptr);

    [[nodiscard]] Variables of(const model::Function& function) const;

    /// By logical id, function name, or `for_all`.
    [[nodiscard]] const std::map<std::string, Variables, std::less<>>& by_function() const {
        return by_function_;
    }

    /// Whether the file has lines NAME=value.
    [[nodiscard]] bool has_lines() const { return has_lines_; }

private:
    static base::Result<VariableOverrides> of_dotenv(
        std::string_view text,
        const std::filesystem::path& file,
        const base::Error& no_json,
        base::Diagnostics* warnings);

    std::map<std::string, Variables, std::less<>> by_function_;
    bool has_lines_ = false;
};

/// Declared names take, later winning: the template's value, the caller's environment, the file;
/// then what Lambda says of the function itself, which cannot be overridden (region, account and
/// AWS_SAM_LOCAL can). Names of the file that the template does not declare are left out (see
/// check_variables).
/// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
Variables function_variables(
    const model::Function& function, const VariableOverrides& overrides, const std::string& region);

/// The caller's credentials, unless the function brings its own for another account or a local
/// server: what is only one's key goes with no other's token.
void add_credentials(Variables& variables, const aws_client::Credentials& credentials);

} // namespace samara::app
