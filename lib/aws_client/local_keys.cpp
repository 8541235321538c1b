#include "aws_client/credential_cache.h"
#include "aws_client/credential_chain.h"
#include "base/hash.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/read.h"
#include "os/file.h"
#include "os/process.h"

#include <fmt/format.h>

// Keys that a program of the user's gives, or that `aws login` has left.
namespace samara::aws_client {

namespace {

tl::unexpected<AwsError> process_failed(const std::string& reason) {
    return aws_fail(
        AwsFailure::credentials,
        fmt::format("Error when retrieving credentials from custom-process: {}", reason));
}

/// Words as a shell splits them: quotes of both kinds, backslashes; nothing where a quote is open.
std::optional<std::vector<std::string>> shell_words(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = '\0';
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool escapes = c == '\\' && quote != '\'' && i + 1 < line.size();
        if (escapes && (quote == '\0' || line[i + 1] == '"' || line[i + 1] == '\\')) {
            word += line[++i];
            in_word = true;
        } else if (quote != '\0') {
            if (c == quote) {
                quote = '\0';
            } else {
                word += c;
            }
        } else if (c == '"' || c == '\'') {
            quote = c;
            in_word = true;
        } else if (c == ' ' || c == '\t' || c == '\n') {
            if (in_word) {
                words.push_back(std::exchange(word, {}));
            }
            in_word = false;
        } else {
            word += c;
            in_word = true;
        }
    }
    if (in_word) {
        words.push_back(std::move(word));
    }
    return quote == '\0' ? std::optional(std::move(words)) : std::nullopt;
}

} // namespace

KeyResult process_keys(const ChainContext& context, const std::string& profile) {
    const std::string* line = context.config().find(profile, "credential_process");
    if (line == nullptr) {
        return std::nullopt;
    }
    auto words = shell_words(*line);
    if (!words || words->empty()) {
        return process_failed("credential_process is no command line");
    }
    os::Command command;
    command.argv = std::move(*words);
    // It may ask its user to log in somewhere.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(10);
    auto ran = os::run(command, context.sender.settings().cancel, deadline);
    if (!ran) {
        return process_failed(ran.error().message);
    }
    if (!ran->status.success()) {
        const std::string_view said = base::trim(ran->error);
        return process_failed(said.empty() ? os::to_string(ran->status) : std::string(said));
    }
    const auto answer = data::read_json(ran->out, "credential_process");
    if (!answer || !answer->is_map()) {
        return process_failed("what it wrote is no JSON object");
    }
    const std::string version = data::text_of(*answer, "Version");
    if (version != "1") {
        return process_failed(fmt::format(
            "Version '{}' is not supported, supported versions are: 1",
            version.empty() ? "<Version key not provided>" : version));
    }
    auto keys = keys_in(&*answer);
    if (!keys) {
        return process_failed(fmt::format(
            "Missing required key in response: {}",
            data::text_of(*answer, "AccessKeyId").empty() ? "'AccessKeyId'" : "'SecretAccessKey'"));
    }
    keys->renewable = keys->expires.has_value();
    keys->source = "credential_process";
    return keys;
}

KeyResult login_keys(const ChainContext& context, const std::string& profile) {
    const std::string* session = context.config().find(profile, "login_session");
    if (session == nullptr) {
        return std::nullopt;
    }
    const std::string folder =
        set_variable("AWS_LOGIN_CACHE_DIRECTORY").value_or(aws_folder() + "/login/cache");
    const auto text = os::read_file(
        fmt::format("{}/{}.json", expand_path(folder), base::sha256_hex(base::trim(*session))));
    const auto file = text ? data::read_json(*text, "login") : base::fail("none");
    const data::Value* token = file ? file->find("accessToken") : nullptr;
    Keys keys{
        data::text_of(token, "accessKeyId"),
        data::text_of(token, "secretAccessKey"),
        data::text_of(token, "sessionToken")};
    keys.expires = parse_time(data::text_of(token, "expiresAt"));
    if (keys.access_key_id.empty() || !keys.expires || !lasts(keys, std::chrono::minutes(0))) {
        return aws_fail(
            AwsFailure::credentials,
            "Your session has expired. Please reauthenticate.",
            profile == "default" ? std::string("run: aws login")
                                 : fmt::format("run: aws login --profile {}", profile));
    }
    keys.renewable = true; // the AWS CLI may have got others meanwhile
    keys.source = "login";
    return keys;
}

} // namespace samara::aws_client
