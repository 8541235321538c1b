#include "aws_client/credential_cache.h"

#include "aws_client/shared_config.h"
#include "base/hash.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"
#include "os/file.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

std::string file_of(const std::string& what) {
    return fmt::format("{}/cli/cache/{}.json", aws_folder(), base::sha1_hex(what));
}

} // namespace

bool lasts(const Keys& keys, std::chrono::minutes margin) {
    return !keys.expires || *keys.expires - std::chrono::system_clock::now() > margin;
}

std::chrono::system_clock::time_point in_range(std::chrono::milliseconds since_1970) {
    using Clock = std::chrono::system_clock;
    constexpr std::chrono::hours day(24); // room for whoever adds to it
    const auto most = std::chrono::floor<std::chrono::milliseconds>(Clock::duration::max()) - day;
    return Clock::time_point(std::clamp(since_1970, std::chrono::milliseconds(0), most));
}

std::optional<std::chrono::system_clock::time_point> parse_time(std::string_view text) {
    std::tm parts{};
    const std::string copy(text);
    const char* rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr) {
        return std::nullopt;
    }
    std::string_view zone = rest;
    if (zone.starts_with('.')) {
        zone.remove_prefix(std::min(zone.find_first_not_of("0123456789", 1), zone.size()));
    }
    std::chrono::seconds offset{0};
    if (zone.starts_with('+') || zone.starts_with('-')) {
        constexpr std::size_t least = 5; // "+0100"
        std::string digits;
        std::copy_if(zone.begin() + 1, zone.end(), std::back_inserter(digits), [](char c) {
            return c >= '0' && c <= '9';
        });
        if (digits.size() + 1 != least) {
            return std::nullopt;
        }
        const auto number = [&](std::size_t at) {
            return (digits[at] - '0') * 10 + (digits[at + 1] - '0');
        };
        offset = std::chrono::hours(number(0)) + std::chrono::minutes(number(2));
        offset = zone.starts_with('-') ? -offset : offset;
    } else if (!zone.empty() && zone != "Z" && zone != "UTC") {
        return std::nullopt;
    }
    return in_range(std::chrono::seconds(timegm(&parts)) - offset);
}

std::optional<std::chrono::system_clock::time_point> parse_precise_time(std::string_view text) {
    constexpr std::size_t digits = 3;
    auto time = parse_time(text);
    const std::size_t dot = text.find('.');
    if (time && dot != std::string_view::npos) {
        int milliseconds = 0;
        for (std::size_t i = 1; i <= digits; ++i) {
            const char c = dot + i < text.size() ? text[dot + i] : '0';
            milliseconds = milliseconds * 10 + (c >= '0' && c <= '9' ? c - '0' : 0);
        }
        *time += std::chrono::milliseconds(milliseconds);
    }
    return time;
}

std::optional<Keys> keys_in(const data::Value* credentials) {
    Keys keys;
    keys.access_key_id = data::text_of(credentials, "AccessKeyId");
    keys.secret_access_key = data::text_of(credentials, "SecretAccessKey");
    for (const char* name : {"SessionToken", "Token"}) {
        if (keys.session_token.empty()) {
            keys.session_token = data::text_of(credentials, name);
        }
    }
    if (const std::string expires = data::text_of(credentials, "Expiration"); !expires.empty()) {
        keys.expires = parse_time(expires);
    }
    if (keys.access_key_id.empty() || keys.secret_access_key.empty()) {
        return std::nullopt;
    }
    return keys;
}

std::optional<Keys> cached_keys(const std::string& what) {
    const auto text = os::read_file(file_of(what));
    const auto content = text ? data::read_json(*text, "cache") : base::fail("none");
    auto keys = content ? keys_in(content->find("Credentials")) : std::nullopt;
    return keys && keys->expires && lasts(*keys, renew_early) ? keys : std::nullopt;
}

void cache_answer(const std::string& what, const data::Value& answer) {
    constexpr unsigned private_file = 0600;
    const std::string file = file_of(what);
    if (os::make_folders(fmt::format("{}/cli/cache", aws_folder()))) {
        static_cast<void>(
            os::write_file_atomically(file, data::write_json(answer), private_file).has_value());
    }
}

} // namespace samara::aws_client
