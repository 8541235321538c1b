#include "base/hash.h"
#include "engine/docker/docker_host.h"
#include "os/temp_dir.h"

#include <fstream>

#include <gmock/gmock.h>

namespace samara::engine::docker {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DockerHostTest : public testing::Test {
protected:
    DockerHostTest() { lookup_.home = folder_.path(); }

    void write(const fs::path& relative, std::string_view text) const {
        const fs::path path = folder_.path() / ".docker" / relative;
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }

    void context(const std::string& name, const std::string& host) const {
        write(
            "contexts/meta/" + base::sha256_hex(name) + "/meta.json",
            R"({"Name":")" + name + R"(","Metadata":{},"Endpoints":{"docker":{"Host":")" + host +
                R"(","SkipTLSVerify":false}}})");
    }

    std::string only() {
        const auto hosts = docker_hosts(lookup_);
        EXPECT_TRUE(hosts) << (hosts ? "" : hosts.error().message);
        EXPECT_EQ(hosts->size(), 1);
        return to_string(hosts->front().address) + " " + hosts->front().origin;
    }

    std::string failure() {
        const auto hosts = docker_hosts(lookup_);
        EXPECT_FALSE(hosts);
        return hosts ? "" : hosts.error().message;
    }

    os::TempDir folder_ = std::move(*os::TempDir::create("docker-host-test"));
    HostLookup lookup_;
};

TEST_F(DockerHostTest, TriesTheKnownSocketsInOrder) {
    lookup_.environment["XDG_RUNTIME_DIR"] = "/run/user/7";
    const auto hosts = docker_hosts(lookup_);
    ASSERT_TRUE(hosts);
    std::vector<std::string> places;
    for (const DockerHost& host : *hosts) {
        places.push_back(to_string(host.address));
    }
    const std::string home = "unix://" + folder_.path().string();
    EXPECT_THAT(
        places,
        testing::ElementsAre(
            "unix:///var/run/docker.sock",
            "unix:///run/user/7/docker.sock",
            home + "/.docker/run/docker.sock",
            home + "/.docker/desktop/docker.sock",
            home + "/.colima/default/docker.sock",
            home + "/.finch/finch.sock",
            "unix:///run/user/7/podman/podman.sock",
            "unix:///run/podman/podman.sock"));
}

TEST_F(DockerHostTest, VariableComesBeforeContexts) {
    context("remote", "tcp://10.0.0.1:2375");
    write("config.json", R"({"currentContext":"remote"})");
    EXPECT_EQ(only(), "10.0.0.1:2375 context 'remote'");
    lookup_.environment["DOCKER_CONTEXT"] = "default";
    EXPECT_EQ(docker_hosts(lookup_)->front().origin, "default");
    context("other", "unix:///o.sock");
    lookup_.environment["DOCKER_CONTEXT"] = "other";
    EXPECT_EQ(only(), "unix:///o.sock context 'other'");
    lookup_.environment["DOCKER_HOST"] = "unix:///h.sock";
    EXPECT_EQ(only(), "unix:///h.sock DOCKER_HOST");
}

TEST_F(DockerHostTest, ReadsEverySpelling) {
    const std::vector<std::pair<const char*, const char*>> rows{
        {"tcp://host:1234", "host:1234"},
        {"tcp://host", "host:2375"},
        {"tcp://host:1234/", "host:1234"},
        {"tcp://[::1]:1234", "::1:1234"},
        {"http://host:80", "host:80"},
        {"https://host", "https://host:2376"}};
    for (const auto& [text, address] : rows) {
        lookup_.environment["DOCKER_HOST"] = text;
        EXPECT_EQ(only(), std::string(address) + " DOCKER_HOST") << text;
    }
    for (const char* text : {"tcp://host:port", "tcp://host:99999", "host", "fd://"}) {
        lookup_.environment["DOCKER_HOST"] = text;
        EXPECT_THAT(failure(), HasSubstr(text));
    }
    lookup_.environment["DOCKER_HOST"] = "ssh://me@host";
    EXPECT_THAT(failure(), HasSubstr("ssh"));
}

TEST_F(DockerHostTest, TakesTlsFilesFromWhereTheyAre) {
    write("ca.pem", "");
    write("cert.pem", "");
    lookup_.environment["DOCKER_HOST"] = "tcp://host";
    lookup_.environment["DOCKER_TLS_VERIFY"] = "1";
    const auto hosts = docker_hosts(lookup_);
    ASSERT_TRUE(hosts);
    const auto& tls = std::get<net::TlsAddress>(hosts->front().address);
    EXPECT_EQ(tls.port, 2376);
    EXPECT_EQ(tls.authorities, (folder_.path() / ".docker/ca.pem").string());
    EXPECT_EQ(tls.certificate, (folder_.path() / ".docker/cert.pem").string());
    EXPECT_EQ(tls.key, ""); // there is none
    EXPECT_TRUE(tls.verify);

    context("secure", "tcp://s:1");
    write("contexts/tls/" + base::sha256_hex("secure") + "/docker/ca.pem", "");
    lookup_.environment = {{"DOCKER_CONTEXT", "secure"}};
    EXPECT_EQ(only(), "https://s:1 context 'secure'");
}

TEST_F(DockerHostTest, TellsAContextThatIsMissingOrBroken) {
    lookup_.environment["DOCKER_CONTEXT"] = "none";
    EXPECT_THAT(failure(), HasSubstr("'none'"));
    write("contexts/meta/" + base::sha256_hex("broken") + "/meta.json", "{");
    lookup_.environment["DOCKER_CONTEXT"] = "broken";
    EXPECT_NE(failure(), "");
    write("contexts/meta/" + base::sha256_hex("empty") + "/meta.json", "{}");
    lookup_.environment["DOCKER_CONTEXT"] = "empty";
    EXPECT_THAT(failure(), HasSubstr("names no host"));
    // A broken config.json names no context, as for docker itself.
    lookup_.environment.clear();
    write("config.json", "{");
    EXPECT_EQ(docker_hosts(lookup_)->front().origin, "default");
}

} // namespace
} // namespace samara::engine::docker
