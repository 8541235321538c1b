#include "engine/sandbox/listener.h"

#include "base/try.h"
#include "os/environment.h"
#include "os/process.h"

#include <utility>

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

// Paths of unix sockets are short.
base::Result<Listener> listen_in_temp_dir() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    constexpr std::size_t name_length = 48; // samara-<pid>-sandbox-XXXXXX/invoke.sock
    const fs::path parent = os::temp_folder();
    const bool fits = parent.string().size() + name_length < sizeof address.sun_path;
    TRY_ASSIGN(auto folder, os::TempDir::create("sandbox", fits ? parent : fs::path("/tmp")));
    const fs::path path = folder.path() / "invoke.sock";
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    os::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.valid() ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket.get(), SOMAXCONN) != 0) {
        return os::fail_errno(fmt::format("cannot listen on {}", path.string()));
    }
    fs::path empty = folder.path() / "empty";
    if (::mkdir(empty.c_str(), 0) != 0 || ::chmod(empty.c_str(), 0555) != 0) {
        return os::fail_errno(fmt::format("cannot make {}", empty.string()));
    }
    return Listener{std::move(folder), path, std::move(empty), std::move(socket)};
}

} // namespace samara::engine::sandbox
