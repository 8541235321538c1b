// gateway_load TARGETS CONNECTIONS REQUESTS PATH [BODY-FILE]: asks CONNECTIONS keep-alive
// connections for REQUESTS answers in all, a POST when there is a body. TARGETS are ports of
// 127.0.0.1 or paths of Unix sockets, separated by commas; connections are shared out among them.
// Prints JSON: requests a second, and the median, 99th percentile and maximum of the latency in
// microseconds. One thread, so that the client takes no more of the machine than it must.
#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
    int descriptor = -1;
    std::string received;
    Clock::time_point asked;
};

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "gateway_load: %s: %s\n", why.c_str(), std::strerror(errno));
    std::exit(1);
}

int open_connection(const std::string& target) {
    int descriptor = -1;
    bool connected = false;
    if (target.front() == '/') {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        target.copy(address.sun_path, sizeof(address.sun_path) - 1);
        descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
        connected = connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    } else {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(target)));
        descriptor = socket(AF_INET, SOCK_STREAM, 0);
        const int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connected = connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    if (!connected) {
        give_up(target);
    }
    return descriptor;
}

void ask(Connection& connection, const std::string& request) {
    connection.received.clear();
    connection.asked = Clock::now();
    if (send(connection.descriptor, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
        give_up("send");
    }
}

/// Whether `received` is a whole answer. Anything but 200 with a Content-Length ends the run: a
/// rate of errors is no figure.
bool is_complete(const std::string& received) {
    const std::size_t end = received.find("\r\n\r\n");
    if (end == std::string::npos) {
        return false;
    }
    constexpr std::string_view name = "\r\ncontent-length:";
    std::string head = received.substr(0, end);
    std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    const std::size_t found = head.find(name);
    if (!head.starts_with("http/1.1 200") || found == std::string::npos) {
        std::fprintf(stderr, "gateway_load: answered %s\n", received.c_str());
        std::exit(1);
    }
    return received.size() >= end + 4 + std::stoul(head.substr(found + name.size()));
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> pieces;
    std::istringstream stream(text);
    for (std::string piece; std::getline(stream, piece, ',');) {
        pieces.push_back(piece);
    }
    return pieces;
}

std::string make_request(const char* path, const char* body_file) {
    if (body_file == nullptr) {
        return std::string("GET ") + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    }
    std::ifstream file(body_file, std::ios::binary);
    const std::string body(std::istreambuf_iterator<char>(file), {});
    return std::string("POST ") + path +
           " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

/// A whole answer was read; false for a part of it.
bool read_answer(Connection& connection) {
    std::array<char, 65536> buffer{};
    const ssize_t count = recv(connection.descriptor, buffer.data(), buffer.size(), 0);
    if (count <= 0) {
        give_up("recv");
    }
    connection.received.append(buffer.data(), static_cast<std::size_t>(count));
    return is_complete(connection.received);
}

/// The latencies of `wanted` requests, in microseconds.
std::vector<double>
run(std::vector<Connection>& connections, const std::string& request, std::size_t wanted) {
    std::vector<double> latencies;
    std::vector<pollfd> ready;
    std::size_t asked = 0;
    for (Connection& connection : connections) {
        ask(connection, request);
        ++asked;
        ready.push_back({connection.descriptor, POLLIN, 0});
    }
    while (latencies.size() < wanted) {
        if (poll(ready.data(), ready.size(), 60'000) <= 0) {
            give_up("no answer within a minute");
        }
        for (std::size_t i = 0; i < ready.size(); ++i) {
            if (ready[i].revents == 0 || !read_answer(connections[i])) {
                continue;
            }
            latencies.push_back(
                std::chrono::duration<double, std::micro>(Clock::now() - connections[i].asked)
                    .count());
            if (asked < wanted) {
                ask(connections[i], request);
                ++asked;
            } else {
                ready[i].fd = -1;
            }
        }
    }
    return latencies;
}

} // namespace

int main(int count, char** arguments) {
    if (count < 5) {
        std::fprintf(stderr, "usage: gateway_load TARGETS CONNECTIONS REQUESTS PATH [BODY-FILE]\n");
        return 2;
    }
    const std::vector<std::string> targets = split(arguments[1]);
    std::vector<Connection> connections(std::stoul(arguments[2]));
    for (std::size_t i = 0; i < connections.size(); ++i) {
        connections[i].descriptor = open_connection(targets[i % targets.size()]);
    }
    const std::size_t wanted = std::max(std::stoul(arguments[3]), connections.size());
    const auto begin = Clock::now();
    auto latencies =
        run(connections, make_request(arguments[4], count > 5 ? arguments[5] : nullptr), wanted);
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    std::sort(latencies.begin(), latencies.end());
    std::printf(
        "{\"rate\": %.1f, \"median\": %.1f, \"p99\": %.1f, \"max\": %.1f}\n",
        static_cast<double>(wanted) / seconds,
        latencies[wanted / 2],
        latencies[wanted * 99 / 100],
        latencies.back());
    for (const Connection& connection : connections) {
        close(connection.descriptor);
    }
    return 0;
}
