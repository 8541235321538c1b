#include "aws_client/credential_cache.h"
#include "aws_client/credential_chain.h"
#include "base/hash.h"
#include "base/iso_time.h"
#include "data/accessors.h"
#include "data/python_json.h"
#include "data/read.h"
#include "data/write.h"
#include "os/file.h"

#include <array>

#include <fmt/format.h>

// Single sign-on: docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
namespace samara::aws_client {

namespace {

struct SsoProfile {
    std::string profile;
    std::string session; ///< empty: the settings stand in the profile itself
    std::string start_url;
    std::string region;
    std::string account;
    std::string role;

    /// What the cached token is filed under.
    [[nodiscard]] const std::string& token_name() const {
        return session.empty() ? start_url : session;
    }
};

tl::unexpected<AwsError> invalid(std::string message, std::string hint = {}) {
    return aws_fail(AwsFailure::credentials, std::move(message), std::move(hint));
}

std::string login_hint(const SsoProfile& sso) {
    return sso.profile == "default" ? std::string("run: aws sso login")
                                    : fmt::format("run: aws sso login --profile {}", sso.profile);
}

tl::unexpected<AwsError> session_expired(const SsoProfile& sso) {
    return invalid(
        "The SSO session associated with this profile has expired or is otherwise invalid. To "
        "refresh this SSO session run aws sso login with the corresponding profile.",
        login_hint(sso));
}

AwsResult<std::optional<SsoProfile>>
read_profile(const SharedConfig& config, const std::string& profile) {
    const auto value = [&](const char* key) {
        const std::string* found = config.find(profile, key);
        return found == nullptr ? std::string() : *found;
    };
    SsoProfile sso{
        profile,
        value("sso_session"),
        value("sso_start_url"),
        value("sso_region"),
        value("sso_account_id"),
        value("sso_role_name")};
    if (sso.account.empty() && sso.role.empty() && sso.start_url.empty() && sso.session.empty()) {
        return std::nullopt;
    }
    if (sso.account.empty() && sso.role.empty() && !sso.session.empty()) {
        return std::nullopt; // a token for other services
    }
    if (!sso.session.empty()) {
        const aws::IniSection* section = config.section("sso-session", sso.session);
        if (section == nullptr) {
            return invalid(
                fmt::format("The specified sso-session does not exist: \"{}\"", sso.session),
                fmt::format("add [sso-session {}] to the AWS configuration file", sso.session));
        }
        for (auto [key, own] :
             {std::pair{"sso_start_url", &sso.start_url}, std::pair{"sso_region", &sso.region}}) {
            const std::string* shared = section->find(key);
            if (shared != nullptr && !own->empty() && *own != *shared) {
                return invalid(fmt::format(
                    "The value for {} is inconsistent between profile ({}) and sso-session ({}).",
                    key,
                    *own,
                    *shared));
            }
            *own = shared == nullptr ? *own : *shared;
        }
    }
    for (const auto& [key, given] :
         {std::pair{"sso_start_url", &sso.start_url},
          std::pair{"sso_region", &sso.region},
          std::pair{"sso_account_id", &sso.account},
          std::pair{"sso_role_name", &sso.role}}) {
        if (given->empty()) {
            return invalid(fmt::format(
                "The profile \"{}\" is configured to use SSO but is missing required "
                "configuration: {}",
                profile,
                key));
        }
    }
    return sso;
}

std::string token_file(const SsoProfile& sso) {
    return fmt::format("{}/sso/cache/{}.json", aws_folder(), base::sha1_hex(sso.token_name()));
}

bool remains(const data::Value& token, std::chrono::minutes margin) {
    const auto expires = parse_time(data::text_of(token, "expiresAt"));
    return expires && *expires - std::chrono::system_clock::now() > margin;
}

// A fresh token in place of one that is about to expire; nothing where there is no way to one.
std::optional<data::Value>
renewed_token(const ChainContext& context, const SsoProfile& sso, data::Value token) {
    constexpr unsigned private_file = 0600;
    for (const char* needed : {"clientId", "clientSecret", "refreshToken"}) {
        if (data::text_of(token, needed).empty()) {
            return std::nullopt;
        }
    }
    const auto registered = parse_time(data::text_of(token, "registrationExpiresAt"));
    if (registered && *registered < std::chrono::system_clock::now()) {
        return std::nullopt;
    }
    data::Map input;
    input.set("clientId", data::text_of(token, "clientId"));
    input.set("clientSecret", data::text_of(token, "clientSecret"));
    input.set("grantType", "refresh_token");
    input.set("refreshToken", data::text_of(token, "refreshToken"));
    FixedKeys nobody{Keys()};
    const auto reply = context.sender.send(
        {.service = "sso-oidc",
         .operation = "CreateToken",
         .input = std::move(input),
         .region = sso.region},
        nobody);
    if (!reply || data::text_of(reply->value, "accessToken").empty()) {
        return std::nullopt;
    }
    data::Map& kept = *token.as_map();
    kept.set("accessToken", data::text_of(reply->value, "accessToken"));
    kept.set(
        "expiresAt",
        base::iso_seconds(in_range(
            std::chrono::floor<std::chrono::milliseconds>(
                std::chrono::system_clock::now().time_since_epoch()) +
            std::chrono::seconds(data::integer_of(reply->value.find("expiresIn")).value_or(0)))));
    if (const std::string next = data::text_of(reply->value, "refreshToken"); !next.empty()) {
        kept.set("refreshToken", next);
    }
    static_cast<void>(
        os::write_file_atomically(token_file(sso), data::write_json(token), private_file)
            .has_value());
    return token;
}

AwsResult<std::string> access_token(const ChainContext& context, const SsoProfile& sso) {
    const auto text = os::read_file(token_file(sso));
    if (!text) {
        return invalid(
            fmt::format("Error loading SSO Token: Token for {} does not exist", sso.token_name()),
            login_hint(sso));
    }
    auto token = data::read_json(*text, token_file(sso));
    if (!token || !token->is_map() || data::text_of(*token, "accessToken").empty()) {
        return invalid(
            fmt::format("Error loading SSO Token: Token for {} is invalid", sso.token_name()),
            login_hint(sso));
    }
    if (!sso.session.empty() && !remains(*token, renew_early)) {
        if (auto fresh = renewed_token(context, sso, *token)) {
            *token = std::move(*fresh);
        }
    }
    if (!remains(*token, std::chrono::minutes(0))) {
        return session_expired(sso);
    }
    return data::text_of(*token, "accessToken");
}

} // namespace

KeyResult sso_keys(const ChainContext& context, const std::string& profile) {
    AWS_TRY_ASSIGN(const auto sso, read_profile(context.config(), profile));
    if (!sso) {
        return std::nullopt;
    }
    data::Map filed;
    filed.set("accountId", sso->account);
    filed.set("roleName", sso->role);
    filed.set(sso->session.empty() ? "startUrl" : "sessionName", sso->token_name());
    const std::string cache_name =
        data::write_python_json(filed, {.sorted = true, .compact = true});
    if (auto cached = cached_keys(cache_name);
        cached && cached->access_key_id != context.refused_key_id) {
        cached->renewable = true;
        return cached;
    }
    AWS_TRY_ASSIGN(auto token, access_token(context, *sso));
    data::Map input;
    input.set("roleName", sso->role);
    input.set("accountId", sso->account);
    input.set("accessToken", std::move(token));
    FixedKeys nobody{Keys()};
    const auto reply = context.sender.send(
        {.service = "sso",
         .operation = "GetRoleCredentials",
         .input = std::move(input),
         .region = sso->region},
        nobody);
    if (!reply) {
        constexpr int unauthorized = 401;
        return reply.error().code == "UnauthorizedException" || reply.error().status == unauthorized
                   ? session_expired(*sso)
                   : aws_fail(reply.error());
    }
    const data::Value* role = reply->value.find("roleCredentials");
    Keys keys{
        data::text_of(role, "accessKeyId"),
        data::text_of(role, "secretAccessKey"),
        data::text_of(role, "sessionToken")};
    if (keys.access_key_id.empty() || keys.secret_access_key.empty()) {
        return invalid("the answer to GetRoleCredentials has no credentials");
    }
    const auto expires =
        data::integer_of(role == nullptr ? nullptr : role->find("expiration")).value_or(0);
    keys.expires = in_range(std::chrono::milliseconds(expires));
    keys.renewable = true;
    keys.source = "sso";
    data::Map credentials;
    credentials.set("AccessKeyId", keys.access_key_id);
    credentials.set("SecretAccessKey", keys.secret_access_key);
    credentials.set("SessionToken", keys.session_token);
    credentials.set("Expiration", base::iso_seconds(*keys.expires));
    data::Map answer;
    answer.set("ProviderType", "sso");
    answer.set("Credentials", std::move(credentials));
    cache_answer(cache_name, std::move(answer));
    return keys;
}

} // namespace samara::aws_client
