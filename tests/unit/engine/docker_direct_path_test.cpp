#include "engine/docker/direct_path.h"
#include "net/http_server.h"
#include "net/local_address.h"

#include <gtest/gtest.h>

namespace samara::engine::docker {
namespace {

// Stands for the emulator of a container: loopback is an address of this machine as a bridge is.
class DirectPath : public testing::Test {
protected:
    static ContainerState container() {
        ContainerState state;
        state.host_name = "0123456789ab";
        state.address = "127.0.0.1";
        state.gateway = "127.0.0.1";
        return state;
    }

    std::optional<TcpEndpoint> find(const ContainerState& state) {
        return find_direct_path(state, emulator_.port(), {});
    }

    net::HttpServer emulator_ =
        *net::HttpServer::start({.port = 0}, [](const net::HttpRequest& request) {
            return request.target == "/ping"
                       ? net::HttpResponse{200, {{"X-Samara-Host", "0123456789ab"}}, "pong"}
                       : net::HttpResponse{404, {}, {}};
        });
};

TEST_F(DirectPath, LeadsToAContainerOnABridgeOfThisMachine) {
    const auto found = find(container());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->host, "127.0.0.1");
    EXPECT_EQ(found->port, emulator_.port());
}

TEST_F(DirectPath, IsNotTakenForAnotherMachinesBridge) {
    ContainerState state = container();
    state.gateway = "192.0.2.1"; // TEST-NET-1: nobody's
    EXPECT_FALSE(find(state));
    state.gateway = "";
    EXPECT_FALSE(find(state));
}

TEST_F(DirectPath, IsNotTakenForAnotherContainersAddress) {
    ContainerState state = container();
    state.host_name = "ba9876543210";
    EXPECT_FALSE(find(state));
}

TEST_F(DirectPath, IsNotTakenWhereNobodyAnswers) {
    const ContainerState state = container();
    const std::uint16_t port = emulator_.port();
    emulator_.stop();
    EXPECT_FALSE(find_direct_path(state, port, {}));
}

TEST(LocalAddress, KnowsThoseOfThisMachine) {
    EXPECT_TRUE(net::is_local_address("127.0.0.1"));
    EXPECT_FALSE(net::is_local_address("192.0.2.1"));
    EXPECT_FALSE(net::is_local_address("2001:db8::1"));
    EXPECT_FALSE(net::is_local_address("localhost")); // a name, not an address
    EXPECT_FALSE(net::is_local_address(""));
}

} // namespace
} // namespace samara::engine::docker
