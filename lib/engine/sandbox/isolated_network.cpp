#include "engine/sandbox/isolated_network.h"

#include "base/strings.h"
#include "base/try.h"
#include "os/wait.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace samara::engine::sandbox {

namespace {

constexpr std::string_view program = "slirp4netns";
constexpr std::string_view name_server = "10.0.2.3"; // slirp4netns(1)
constexpr auto start_limit = std::chrono::seconds(20);
constexpr int ready_number = 3;
constexpr int lifeline_number = 4;

struct RouteRequest {
    nlmsghdr header;
    rtmsg route;
    rtattr attribute;
    in_addr destination;
};

// "ip route add blackhole 169.254.0.0/16".
RouteRequest blackhole() {
    RouteRequest request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_NEWROUTE;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK;
    request.route.rtm_family = AF_INET;
    request.route.rtm_dst_len = 16;
    request.route.rtm_table = RT_TABLE_MAIN;
    request.route.rtm_protocol = RTPROT_STATIC;
    request.route.rtm_scope = RT_SCOPE_UNIVERSE;
    request.route.rtm_type = RTN_BLACKHOLE;
    request.attribute.rta_type = RTA_DST;
    request.attribute.rta_len = RTA_LENGTH(sizeof(in_addr));
    request.destination.s_addr = htonl(0xa9fe0000);
    return request;
}

struct Acknowledgement {
    nlmsghdr header;
    nlmsgerr error;
};

// In a child of one thread, as joining a user namespace demands; system calls only. Gives errno.
int add_route(int user_namespace, int network_namespace, const RouteRequest& request) {
    if (user_namespace >= 0 && ::setns(user_namespace, CLONE_NEWUSER) != 0) {
        return errno;
    }
    const int socket = ::setns(network_namespace, CLONE_NEWNET) == 0
                           ? ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)
                           : -1;
    std::array<char, 1024> answer{};
    if (socket < 0 || ::send(socket, &request, sizeof request, 0) < 0 ||
        ::recv(socket, answer.data(), answer.size(), 0) <
            static_cast<ssize_t>(sizeof(Acknowledgement))) {
        return errno == 0 ? EPROTO : errno;
    }
    Acknowledgement acknowledgement{};
    std::memcpy(&acknowledgement, answer.data(), sizeof acknowledgement);
    return acknowledgement.header.nlmsg_type == NLMSG_ERROR ? -acknowledgement.error.error : EPROTO;
}

base::Result<void> close_link_local(int user_namespace, int network_namespace) {
    const RouteRequest request = blackhole();
    const pid_t child = ::fork();
    if (child < 0) {
        return os::fail_errno("cannot set a route of the sandbox");
    }
    if (child == 0) {
        ::_exit(add_route(user_namespace, network_namespace, request) & 0xff);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    const int failed = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
    return failed == 0 ? base::Result<void>()
                       : os::fail_errno("cannot set a route of the sandbox", failed);
}

os::UniqueFd open_namespace(pid_t pid, std::string_view name) {
    return os::UniqueFd(
        ::open(fmt::format("/proc/{}/ns/{}", pid, name).c_str(), O_RDONLY | O_CLOEXEC));
}

bool is_own_user_namespace(const os::UniqueFd& other) {
    struct stat theirs {};

    struct stat ours {};

    return ::fstat(other.get(), &theirs) == 0 && ::stat("/proc/self/ns/user", &ours) == 0 &&
           theirs.st_ino == ours.st_ino;
}

} // namespace

std::optional<std::string> IsolatedNetwork::missing() {
    if (!os::find_program(program)) {
        return fmt::format("{0} is not installed (apt-get install {0})", program);
    }
    if (::access("/dev/net/tun", R_OK | W_OK) != 0) {
        return fmt::format("/dev/net/tun cannot be opened ({})", std::strerror(errno));
    }
    return std::nullopt;
}

base::Result<IsolatedNetwork> IsolatedNetwork::attach(pid_t first, const os::Cancellation& cancel) {
    const os::UniqueFd network = open_namespace(first, "net");
    const os::UniqueFd user = open_namespace(first, "user");
    auto ready = os::make_pipe();
    auto lifeline = os::make_pipe();
    if (!network.valid() || !user.valid() || !ready || !lifeline) {
        return os::fail_errno("cannot connect the network of the sandbox");
    }
    const bool own = is_own_user_namespace(user);
    os::Command command;
    command.argv = {
        std::string(program),
        "--configure",
        "--mtu=65520",
        "--disable-host-loopback",
        fmt::format("--ready-fd={}", ready_number),
        fmt::format("--exit-fd={}", lifeline_number)};
    if (!own) {
        command.argv.push_back(fmt::format("--userns-path=/proc/{}/ns/user", first));
    }
    command.argv.insert(command.argv.end(), {std::to_string(first), "tap0"});
    command.new_session = true;
    command.grace = std::chrono::milliseconds(0);
    command.descriptors = {
        {ready->write.get(), ready_number}, {lifeline->read.get(), lifeline_number}};
    TRY_ASSIGN(auto process, os::Process::start(command));
    IsolatedNetwork result(std::move(process), std::move(lifeline->write));
    ready->write.reset();
    const auto deadline = std::chrono::steady_clock::now() + start_limit;
    char word = 0;
    if (os::wait_readable(ready->read.get(), cancel, deadline) != os::Wake::ready ||
        ::read(ready->read.get(), &word, 1) != 1) {
        return base::fail(
            cancel.cancelled() ? std::string("cancelled")
                               : fmt::format("{} could not connect the sandbox", program));
    }
    TRY(close_link_local(own ? -1 : user.get(), network.get()));
    return result;
}

std::string isolated_resolver(std::string_view host_file) {
    std::string text = fmt::format("nameserver {}\n", name_server);
    for (const std::string_view line : base::split(host_file, '\n')) {
        if (line.starts_with("search ") || line.starts_with("options ")) {
            text += fmt::format("{}\n", line);
        }
    }
    return text;
}

} // namespace samara::engine::sandbox
