#pragma once

#include "aws/lambda_limits.h"
#include "base/error.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// What the environment variables of the execution environment say about the function.
namespace samara::rie {

using Variables = std::map<std::string, std::string>;

struct Settings {
    std::string function_name;
    std::string function_version;
    std::string handler;
    std::string region;
    std::string account;
    std::string arn;
    std::string log_group;
    std::string log_stream;
    std::uint32_t memory_mb = 128;
    std::chrono::milliseconds timeout{3000};
    bool json_log = false;    ///< AWS_LAMBDA_LOG_FORMAT=JSON
    bool provisioned = false; ///< AWS_LAMBDA_INITIALIZATION_TYPE=provisioned-concurrency
    std::string extensions_folder = "/opt/extensions";
    std::vector<std::string> command; ///< what starts the runtime
    aws::LambdaLimits limits;
};

/// Reads the variables; what is missing has Lambda's default. Fails on a number that is none.
base::Result<Settings> read_settings(const Variables& variables);

/// The environment of the runtime: `variables` plus what Lambda documents as defined
/// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). What is given stays.
Variables runtime_variables(
    const Settings& settings, const Variables& variables, const std::string& runtime_api);

/// The same for an external extension, which sees no runtime-only variable.
Variables extension_variables(
    const Settings& settings, const Variables& variables, const std::string& runtime_api);

} // namespace samara::rie
