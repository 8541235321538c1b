#include "net/http_server.h"
#include "support/raw_client.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <future>
#include <memory>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <unistd.h>

namespace samara::net {
namespace {

/// What a command prints; the tests' own words only, no quoting needed.
std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
    std::string text;
    std::array<char, 4096> bytes{};
    while (pipe && fgets(bytes.data(), bytes.size(), pipe.get()) != nullptr) {
        text += bytes.data();
    }
    return text;
}

/// A fresh self-signed certificate for localhost.
class TlsTest : public testing::Test {
protected:
    TlsTest()
        : folder_(std::filesystem::temp_directory_path() / fmt::format("samara-tls-{}", getpid())) {
        std::filesystem::create_directories(folder_);
        output_of(fmt::format(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 "
            "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout {0}/key.pem -out "
            "{0}/cert.pem 2>&1",
            folder_.string()));
    }

    ~TlsTest() override { std::filesystem::remove_all(folder_); }

    base::Result<HttpServer> start() const {
        return HttpServer::start(
            {.tls = TlsFiles{folder_ / "cert.pem", folder_ / "key.pem"}},
            [](const HttpRequest& request) {
                return HttpResponse{200, {}, request.target + " " + request.body};
            });
    }

    std::filesystem::path folder_;
};

TEST_F(TlsTest, ServesCurl) {
    const auto server = start();
    ASSERT_TRUE(server) << server.error().message;
    EXPECT_EQ(
        output_of(fmt::format(
            "curl -s --cacert {0}/cert.pem https://localhost:{1}/a%2Fb -d body --next -s --cacert "
            "{0}/cert.pem https://localhost:{1}/c -d {2}",
            folder_.string(),
            server->port(),
            "more")),
        "/a%2Fb body/c more");
}

TEST_F(TlsTest, ClosesClientsThatDoNotSpeakTls) {
    const auto server = start();
    ASSERT_TRUE(server);
    EXPECT_EQ(
        output_of(fmt::format(
            "curl -s -m 5 http://localhost:{}/ -o /dev/null -w %{{http_code}}", server->port())),
        "000");
    EXPECT_EQ(output_of(fmt::format("curl -s -k https://localhost:{}/on", server->port())), "/on ");
}

TEST_F(TlsTest, HalfAHandshakeHoldsNoStopUp) {
    auto server = start();
    ASSERT_TRUE(server);
    test::RawClient client(server->port());
    client.send("\x16\x03\x01"); // the beginning of a ClientHello
    std::future<void> stopped = std::async(std::launch::async, [&] { server->stop(); });
    // Sooner than the grace for running requests (5 s) and the limit of a handshake (20 s).
    EXPECT_EQ(stopped.wait_for(std::chrono::seconds(4)), std::future_status::ready);
}

TEST_F(TlsTest, RefusesAKeyOfAnotherCertificate) {
    output_of(fmt::format(
        "openssl ecparam -name prime256v1 -genkey -noout -out {}/key.pem 2>&1", folder_.string()));
    const auto server = start();
    ASSERT_FALSE(server);
    EXPECT_THAT(server.error().message, testing::HasSubstr("cannot use private key"));
}

} // namespace
} // namespace samara::net
