#include "data/read.h"
#include "jose/local_issuer.h"
#include "os/temp_dir.h"

#include <fstream>
#include <latch>
#include <thread>

#include <gmock/gmock.h>

#include <sys/stat.h>

namespace samara::jose {
namespace {

using testing::HasSubstr;

const auto now = std::chrono::system_clock::from_time_t(1'700'000'000);

TEST(LocalIssuer, SignsTokensThatItsKeysVerify) {
    const auto folder = *os::TempDir::create("issuer");
    const auto file = folder.path() / "new" / "issuer.pem";
    const auto issuer = LocalIssuer::open(file);
    ASSERT_TRUE(issuer) << issuer.error().message;
    const auto token =
        issuer->token(*data::read_json(R"({"iss": "https://i", "aud": "a"})", "c"), now);
    ASSERT_TRUE(token);
    const auto parsed = parse_jwt(*token);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(issuer->keys().verify(*parsed));
    EXPECT_EQ(parsed->time_claim("exp"), 1'700'003'600);
    EXPECT_EQ(check_claims(*parsed, {"https://i"}, {"a"}, now), "");
    // The next run has the same key.
    EXPECT_TRUE(LocalIssuer::open(file)->keys().verify(*parsed));

    struct stat status {};

    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(LocalIssuer, AgreesOnOneKeyWhenManyMakeIt) {
    const auto folder = *os::TempDir::create("issuer");
    const auto file = folder.path() / "k";
    constexpr int many = 16;
    std::latch together(many);
    std::vector<std::string> key_sets(many);
    std::vector<std::thread> threads;
    for (std::string& keys : key_sets) {
        threads.emplace_back([&] {
            together.arrive_and_wait();
            const auto issuer = LocalIssuer::open(file);
            const auto token = issuer ? issuer->token(data::Map(), now) : base::fail("no issuer");
            keys = token ? token->substr(0, token->find('.')) : ""; // the header names the key
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_NE(key_sets.front(), "");
    EXPECT_THAT(key_sets, testing::Each(key_sets.front()));
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        files += entry.path().empty() ? 0 : 1;
    }
    EXPECT_EQ(files, 1);
}

TEST(LocalIssuer, KeepsTheTimesItIsGiven) {
    const auto folder = *os::TempDir::create("issuer");
    const auto issuer = LocalIssuer::open(folder.path() / "k");
    const auto token = issuer->token(*data::read_json(R"({"exp": 5, "iat": 1})", "c"), now);
    EXPECT_EQ(parse_jwt(*token)->time_claim("exp"), 5);
}

TEST(LocalIssuer, SaysWhatItCannotUse) {
    const auto folder = *os::TempDir::create("issuer");
    const auto file = folder.path() / "k";
    EXPECT_FALSE(LocalIssuer::open(file)->token(data::Value("text"), now));
    std::ofstream(file) << "nonsense";
    const auto broken = LocalIssuer::open(file);
    ASSERT_FALSE(broken);
    EXPECT_THAT(broken.error().message, HasSubstr("holds no P-256 private key"));
}

} // namespace
} // namespace samara::jose
