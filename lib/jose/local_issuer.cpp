#include "jose/local_issuer.h"

#include "base/try.h"
#include "base/uuid.h"
#include "os/file.h"

#include <system_error>

#include <fmt/format.h>

namespace samara::jose {

namespace {

/// Puts a fresh key into `file`, unless somebody else has just done so: who signs and who verifies
/// may start at the same moment, and have to agree.
base::Result<void> make_key(const std::filesystem::path& file) {
    const auto key = Key::generate();
    if (!key) {
        return base::fail("cannot make a key for the local issuer");
    }
    if (auto made = os::make_folders(file.parent_path()); !made) {
        return made;
    }
    const std::filesystem::path fresh = file.string() + "." + base::make_uuid();
    if (auto written = os::write_file_atomically(fresh, key->to_pem(), 0600); !written) {
        return written;
    }
    std::error_code linked;
    std::filesystem::create_hard_link(fresh, file, linked);
    std::error_code ignored;
    std::filesystem::remove(fresh, ignored);
    if (linked && linked != std::errc::file_exists) {
        return base::fail(fmt::format("cannot write {}: {}", file.string(), linked.message()));
    }
    return {};
}

} // namespace

LocalIssuer::LocalIssuer(Key key) : key_(std::move(key)) {
    const auto point = key_.point();
    kid_ = "samara-local-" + to_hex(sha256(point ? point->first : std::string()).substr(0, 8));
}

base::Result<LocalIssuer> LocalIssuer::open(const std::filesystem::path& file) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        TRY(make_key(file));
    }
    TRY_ASSIGN(const auto pem, os::read_file(file));
    auto key = Key::from_pem(pem);
    if (!key || key->type() != Key::Type::p256) {
        return base::fail(
            fmt::format("{} holds no P-256 private key", file.string()),
            "remove the file to get a new key");
    }
    return LocalIssuer(std::move(*key));
}

JwtKeySet LocalIssuer::keys() const {
    return JwtKeySet::parse(write_jwks(key_, kid_)).value_or(JwtKeySet());
}

base::Result<std::string>
LocalIssuer::token(const data::Value& claims, std::chrono::system_clock::time_point now) const {
    if (!claims.is_map()) {
        return base::fail(
            fmt::format("claims have to be a map, not {}", data::kind_name(claims.kind())),
            R"(for example --claims '{"iss": "https://issuer", "aud": "app", "scope": "read"}')");
    }
    const std::int64_t seconds =
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    data::Value complete = claims;
    data::Map& map = *complete.as_map();
    if (!map.contains("iat")) {
        map.set("iat", seconds);
    }
    if (!map.contains("exp")) {
        map.set("exp", seconds + 3600);
    }
    return sign_jwt(key_, kid_, complete);
}

} // namespace samara::jose
