#include "cloud_session.h"

#include "cloud_options.h"

namespace samara::cli {

void declare_cloud(Options& options, CommonOptions& common) {
    options.group("AWS and configuration");
    options.text(
        "--region",
        common.region,
        {.help = "AWS region (else AWS_REGION, AWS_DEFAULT_REGION, the profile's)"});
    options.text(
        "--profile", common.profile, {.help = "Profile of the AWS credentials (else AWS_PROFILE)"});
    options.text(
        "--config-env",
        common.config_environment,
        {.help = "Environment of the configuration file"});
    options.text(
        "--config-file",
        common.config_file,
        {.help = "Configuration file; default: samconfig.toml in this folder",
         .value_name = "FILE"});
    options.flag(
        "--save-params",
        common.save_params,
        {.help = "Write the options given here to the configuration file"});
    options.flag(
        "--debug",
        common.debug,
        {.help = "Tell what is being done: files read, requests, decisions, times",
         .environment = "SAM_DEBUG"});
    options.flag(
        "-q,--quiet", common.quiet, {.help = "Tell nothing but results, warnings and errors"});
    options.ignored_flag("--beta-features/--no-beta-features", "there are no beta features");
}

aws_client::AwsResult<std::shared_ptr<aws_client::Session>>
open_session(Console& /*console*/, const CommonOptions& common, const os::Cancellation& cancel) {
    return aws_client::Session::open(session_options(common, cancel));
}

} // namespace samara::cli
