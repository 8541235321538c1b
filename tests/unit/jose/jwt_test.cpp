#include "base/base64.h"
#include "data/read.h"
#include "data/write.h"
#include "jose/jwt.h"
#include "support/source_tree.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::jose {
namespace {

using testing::HasSubstr;

const std::chrono::system_clock::time_point now =
    std::chrono::system_clock::from_time_t(1'700'000'000);

data::Value claims(std::string_view json) {
    return *data::read_json(json, "claims");
}

constexpr std::string_view good_claims =
    R"({"iss": "https://issuer", "aud": "app", "exp": 1700000100, "nbf": 1699999900,
        "iat": 1699999900, "scope": "read write"})";

std::string url64(std::string_view bytes) {
    std::string text = base::base64_encode(bytes);
    text.erase(std::min(text.find('='), text.size()));
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

class JwtTest : public testing::Test {
protected:
    std::string sign(std::string_view json) const { return *sign_jwt(key_, "k1", claims(json)); }

    /// Signed as it stands, whatever stands there.
    std::string signed_text(std::string_view payload) const {
        const std::string bytes = url64(R"({"alg":"ES256","kid":"k1"})") + "." + url64(payload);
        return bytes + "." + url64(*key_.sign_es256(bytes));
    }

    /// What the gateway decides about a token, in its order; "" is in.
    std::string decide(std::string_view text) const {
        const auto token = parse_jwt(text);
        if (!token) {
            return token.error().message;
        }
        std::string reason = check_claims(*token, {"https://issuer"}, {"app", "other"}, now);
        if (reason.empty() && !keys_.verify(*token)) {
            reason = "signature";
        }
        return reason;
    }

    Key key_ = *Key::generate();
    JwtKeySet keys_ = *JwtKeySet::parse(write_jwks(key_, "k1"));
};

TEST_F(JwtTest, AcceptsWhatItSigned) {
    EXPECT_EQ(decide(sign(good_claims)), "");
    EXPECT_THAT(parse_jwt(sign(good_claims))->scopes(), testing::ElementsAre("read", "write"));
}

TEST_F(JwtTest, RefusesAnotherKey) {
    const Key other = *Key::generate();
    EXPECT_EQ(decide(*sign_jwt(other, "k1", claims(good_claims))), "signature");
    EXPECT_EQ(decide(*sign_jwt(key_, "k2", claims(good_claims))), "signature"); // unknown kid
}

TEST_F(JwtTest, RefusesNoneAndSymmetricAlgorithms) {
    const std::string token = sign(good_claims);
    const std::string payload =
        token.substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1);
    for (const std::string_view alg :
         {"none", "None", "", "HS256", "RS256", "ES384", "PS256", "es256"}) {
        const std::string head = url64(fmt::format(R"({{"alg":"{}","kid":"k1"}})", alg));
        // With no signature, with the right key's, and with the public key as a shared secret.
        const std::string hmac = hmac_sha256(write_jwks(key_, "k1"), head + "." + payload);
        for (const std::string& signature :
             {std::string(), token.substr(token.rfind('.') + 1), url64(hmac)}) {
            EXPECT_EQ(decide(head + "." + payload + "." + signature), "signature") << alg;
        }
    }
}

TEST_F(JwtTest, RefusesChangedClaims) {
    const std::string token = sign(good_claims);
    const std::string forged = url64(R"({"iss":"https://issuer","aud":"app","exp":9999999999})");
    const std::string mixed =
        token.substr(0, token.find('.') + 1) + forged + token.substr(token.rfind('.'));
    EXPECT_EQ(decide(mixed), "signature");
}

TEST_F(JwtTest, ChecksTimesIssuerAndAudience) {
    EXPECT_THAT(
        decide(sign(R"({"iss":"https://issuer","aud":"app","exp":1700000000})")),
        HasSubstr("expired"));
    EXPECT_THAT(decide(sign(R"({"iss":"https://issuer","aud":"app"})")), HasSubstr("expired"));
    EXPECT_THAT(
        decide(sign(R"({"iss":"https://issuer","aud":"app","exp":"1700000100"})")),
        HasSubstr("expired"));
    EXPECT_THAT(
        decide(sign(R"({"iss":"https://issuer","aud":"app","exp":1700000100,"nbf":1700000001})")),
        HasSubstr("not yet valid"));
    EXPECT_THAT(
        decide(sign(R"({"iss":"https://issuer","aud":"app","exp":1700000100,"iat":1700000001})")),
        HasSubstr("not yet valid"));
    EXPECT_THAT(
        decide(sign(R"({"iss":"https://issuer","aud":"app","exp":1700000100,"nbf":"soon"})")),
        HasSubstr("not yet valid"));
    EXPECT_THAT(
        decide(sign(R"({"iss":"https://issuer/","aud":"app","exp":1700000100})")),
        HasSubstr("issuer"));
    EXPECT_THAT(decide(sign(R"({"aud":"app","exp":1700000100})")), HasSubstr("issuer"));
    EXPECT_THAT(
        decide(sign(R"({"iss":"https://issuer","aud":"no","exp":1700000100})")),
        HasSubstr("audience"));
    EXPECT_THAT(
        decide(sign(R"({"iss":"https://issuer","exp":1700000100})")), HasSubstr("audience"));
    EXPECT_EQ(
        decide(sign(R"({"iss":"https://issuer","aud":["x","other"],"exp":1700000100.5})")), "");
    EXPECT_EQ(decide(sign(R"({"iss":"https://issuer","client_id":"app","exp":1700000100})")), "");
}

TEST_F(JwtTest, RefusesWhatIsNoToken) {
    const std::string token = sign(good_claims);
    for (const std::string& text :
         {std::string(),
          std::string("a.b"),
          std::string("..."),
          token + ".x",
          "=" + token,
          token + "=",
          std::string("a.b.c"),
          url64("[]") + "." + url64("{}") + ".AA",
          url64("{}") + "." + url64("1") + ".AA",
          token + "+"}) {
        EXPECT_NE(decide(text), "") << text;
    }
}

TEST_F(JwtTest, RefusesHugeAndNestedTokens) {
    EXPECT_THAT(
        decide(sign(R"({"x":")" + std::string(20'000, 'a') + R"("})")), HasSubstr("too large"));
    const std::string deep = std::string(5000, '[') + std::string(5000, ']');
    EXPECT_EQ(
        decide(url64(R"({"alg":"ES256"})") + "." + url64(R"({"x":)" + deep + "}") + ".AA"),
        "the token is no JWT");
    EXPECT_THAT(
        decide(url64(R"({"alg":"ES256","crit":["x"]})") + "." + url64("{}") + ".AA"),
        HasSubstr("critical"));
}

// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html: exp has to be
// after, nbf and iat have to be before the current time. RFC 7519 section 2: they are numbers.
TEST_F(JwtTest, TimesAreNumbersThatMakeSense) {
    const auto with = [&](std::string_view name, std::string_view value) {
        const bool expiry = name == "exp";
        return decide(signed_text(fmt::format(
            R"({{"iss":"https://issuer","aud":"app",{}"{}":{}}})",
            expiry ? "" : R"("exp":1700000100,)",
            name,
            value)));
    };
    for (const std::string_view value :
         {R"("1700000100")", "-1700000100", "null", "true", "[1700000100]", "{}", "\"\"", "NaN"}) {
        EXPECT_NE(with("exp", value), "") << value;
    }
    EXPECT_EQ(with("exp", "1.7000001e9"), "");
    EXPECT_EQ(with("exp", "9223372036854775807"), "");
    // No clock reaches these: they are no times.
    for (const std::string_view value : {"1e400", "-1e400", "1e300", "99999999999999999999999"}) {
        EXPECT_NE(with("exp", value), "") << value;
    }
    for (const std::string_view name : {"nbf", "iat"}) {
        EXPECT_EQ(with(name, "1700000000"), "");
        EXPECT_EQ(with(name, "-5"), "");
        for (const std::string_view value :
             {"1700000001", "1700000000.9e1", "1e400", R"("1699999900")", "null", "[]"}) {
            EXPECT_NE(with(name, value), "") << name << value;
        }
    }
}

TEST_F(JwtTest, RefusesMembersThatOccurTwice) {
    EXPECT_EQ(
        decide(signed_text(R"({"iss":"https://issuer","aud":"no","aud":"app","exp":1700000100})")),
        "the token is no JWT");
    const std::string token = sign(good_claims);
    EXPECT_EQ(
        decide(url64(R"({"alg":"ES256","alg":"none","kid":"k1"})") + token.substr(token.find('.'))),
        "the token is no JWT");
}

TEST_F(JwtTest, RefusesBytesThatAreNoText) {
    EXPECT_NE(
        decide(signed_text("{\"iss\":\"https://issuer\",\"aud\":\"app\",\"exp\":1700000100,"
                           "\"x\":\"\xff\xfe\"}")),
        "");
    EXPECT_EQ(decide(sign(R"({"iss":"https://issuer","aud":"app","exp":1700000100,"x":"ü"})")), "");
    const std::string token = sign(good_claims);
    for (const std::string_view bytes : {"\xc3\xbc", " ", "\t", "+", "/", "%2E"}) {
        std::string changed = token;
        changed.insert(changed.find('.') - 1, bytes);
        EXPECT_NE(decide(changed), "") << bytes;
    }
}

TEST_F(JwtTest, RefusesTokensCutAnywhere) {
    const std::string token = sign(good_claims);
    for (std::size_t size = 0; size < token.size(); ++size) {
        EXPECT_NE(decide(token.substr(0, size)), "") << size;
    }
    const std::size_t first = token.find('.');
    const std::size_t second = token.rfind('.');
    EXPECT_NE(decide(token.substr(first)), "");                               // no header
    EXPECT_NE(decide(token.substr(0, first + 1) + token.substr(second)), ""); // no claims
    EXPECT_EQ(decide(token.substr(0, second + 1)), "signature");              // no signature
}

TEST_F(JwtTest, TakesTheKeyThatTheTokenNames) {
    const Key second = *Key::generate();
    std::string both = write_jwks(key_, "k1");
    const std::string other = write_jwks(second, "k2");
    const std::size_t begin = other.find('[') + 1;
    both.insert(both.find(']'), "," + other.substr(begin, other.find(']') - begin));
    const JwtKeySet set = *JwtKeySet::parse(both);
    const auto verifies = [&](const Key& key, std::string_view kid) {
        return set.verify(*parse_jwt(*sign_jwt(key, kid, claims(good_claims))));
    };
    EXPECT_TRUE(set.has("k1"));
    EXPECT_TRUE(verifies(key_, "k1"));
    EXPECT_TRUE(verifies(second, "k2"));
    EXPECT_FALSE(verifies(key_, "k2"));
    EXPECT_FALSE(verifies(second, "k1"));
    EXPECT_FALSE(verifies(key_, "k3"));
    EXPECT_FALSE(verifies(key_, ""));
}

// Tokens and keys that openssl has made; RFC 7518 section 3 says how signatures look.
TEST(Jwt, VerifiesEachAlgorithmByAKeyThatIsForIt) {
    std::ifstream file(test::source_path("tests/golden/gateway/tokens.json"));
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto fixture = data::read_json(text, "tokens.json");
    ASSERT_TRUE(fixture);
    const auto set = JwtKeySet::parse(data::write_json(*fixture->find("jwks")));
    ASSERT_TRUE(set);
    const auto verifies = [&](std::string_view name) {
        const data::Value* token = fixture->find("tokens")->find(name);
        return token != nullptr && set->verify(*parse_jwt(token->text()));
    };
    for (const std::string_view name : {"RS256", "RS384", "RS512", "ES384", "RS384 for RS384"}) {
        EXPECT_TRUE(verifies(name)) << name;
    }
    EXPECT_FALSE(verifies("RS256 for RS384")); // the key is for another algorithm
    EXPECT_FALSE(verifies("ES384 DER"));
    EXPECT_FALSE(verifies("short")); // 1024 bits
    EXPECT_FALSE(set->has("short"));
    EXPECT_FALSE(verifies("enc")); // a key for encryption
}

// RFC 7515 appendix A.2: RS256 with a published key.
TEST(Jwt, VerifiesTheRs256ExampleOfTheRfc) {
    const auto keys = JwtKeySet::parse(
        R"({"keys":[{"kty":"oct","k":"AAAA"},{"kty":"RSA","kid":"the RFC names none","e":"AQAB","n":
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}]})");
    ASSERT_TRUE(keys);
    auto token =
        parse_jwt("eyJhbGciOiJSUzI1NiJ9."
                  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19y"
                  "b290Ijp0cnVlfQ."
                  "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_"
                  "lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
                  "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--"
                  "xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgG"
                  "Y9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
    ASSERT_TRUE(token) << token.error().message;
    EXPECT_FALSE(keys->verify(*token)); // API Gateway asks for a kid
    token->kid = "the RFC names none";
    EXPECT_TRUE(keys->verify(*token));
}

TEST(Jwt, KeepsAKeyInPem) {
    const Key key = *Key::generate();
    const auto again = Key::from_pem(key.to_pem());
    ASSERT_TRUE(again);
    EXPECT_EQ(write_jwks(key, "k"), write_jwks(*again, "k"));
    EXPECT_FALSE(Key::from_pem("nonsense"));
}

TEST(Jwt, RefusesDocumentsThatAreNoKeySets) {
    EXPECT_FALSE(JwtKeySet::parse("{}"));
    EXPECT_FALSE(JwtKeySet::parse("not json"));
    const auto useless = JwtKeySet::parse(
        R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},
            {"kty":"EC","crv":"P-521","x":"AA","y":"AA"},{"kty":"oct","k":"AAAA"}]})");
    ASSERT_TRUE(useless);
    EXPECT_TRUE(useless->empty()); // short, off the curve, not taken, symmetric
}

} // namespace
} // namespace samara::jose
