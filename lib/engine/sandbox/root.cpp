#include "engine/sandbox/root.h"

#include "base/try.h"
#include "engine/sandbox/isolated_network.h"
#include "engine/sandbox/libraries.h"
#include "engine/sandbox/node_sdk.h"
#include "engine/sandbox/proc.h"
#include "os/file.h"
#include "os/linked_packages.h"

#include <array>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

// What programs under /usr look for in /etc: links, certificates, libraries, name resolution.
// Nothing that tells about the host's users or services, nor what only their upkeep needs.
constexpr std::array system_files{
    "alternatives",
    "ca-certificates/extracted",
    "crypto-policies",
    "fonts",
    "gai.conf",
    "host.conf",
    "ld.so.cache",
    "mime.types",
    "nsswitch.conf",
    "pki",
    "protocols",
    "services",
    "ssl",
};

// In a user namespace the function has Lambda's number from the start. Without one the emulator
// becomes the user, and needs for that, and for nothing after it, what is added here.
void add_identity(Bubblewrap& bubblewrap, const Identity& identity, bool no_nested) {
    bubblewrap.option("--cap-drop", "ALL");
    if (identity.unprivileged) {
        for (const char* capability : {"CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_CHOWN"}) {
            bubblewrap.option("--cap-add", capability);
        }
        return;
    }
    bubblewrap.option("--unshare-user");
    if (no_nested) {
        bubblewrap.option("--disable-userns");
    }
    bubblewrap.option("--uid", std::to_string(identity.user));
    bubblewrap.option("--gid", std::to_string(identity.group));
}

std::string users_file(const Identity& identity) {
    return fmt::format(
        "root:x:0:0:root:/root:/sbin/nologin\n"
        "nobody:x:99:99:Nobody:/:/sbin/nologin\n"
        "sbx_user1051:x:{}:{}::/home/sbx_user1051:/sbin/nologin\n",
        identity.user,
        identity.group);
}

std::string groups_file(const Identity& identity) {
    return fmt::format("root:x:0:\nnobody:x:99:\nsbx_user1051:x:{}:\n", identity.group);
}

// A host with a merged /usr has links here, another one folders.
void add_top_folder(Bubblewrap& bubblewrap, const fs::path& folder) {
    std::error_code error;
    if (fs::is_symlink(folder, error)) {
        bubblewrap.option("--symlink", fs::read_symlink(folder, error).string(), folder.string());
    } else if (fs::is_directory(folder, error)) {
        bubblewrap.bind_read_only(folder, folder);
    }
}

// Python's own settings (sitecustomize) sit in one folder a version.
base::Result<void> show_python_settings(Bubblewrap& bubblewrap) {
    std::error_code error;
    for (fs::directory_iterator version("/etc", error), end; !error && version != end;
         version.increment(error)) {
        if (!version->path().filename().string().starts_with("python3.")) {
            continue;
        }
        std::error_code unreadable;
        for (fs::directory_iterator entry(version->path(), unreadable); !unreadable && entry != end;
             entry.increment(unreadable)) {
            TRY(bubblewrap.show(entry->path(), entry->path()));
        }
    }
    return {};
}

base::Result<void> add_etc(Bubblewrap& bubblewrap, bool isolated) {
    bubblewrap.option("--dir", "/etc");
    std::error_code error;
    for (const char* name : system_files) {
        if (const fs::path path = fs::path("/etc") / name; fs::exists(path, error)) {
            if (auto shown = bubblewrap.show(path, path); !shown) {
                return shown;
            }
        }
    }
    TRY(show_python_settings(bubblewrap));
    // Often a link into /run, which the sandbox does not have.
    const fs::path resolver = fs::canonical("/etc/resolv.conf", error);
    if (isolated) {
        return bubblewrap.file(
            isolated_resolver(os::read_file(resolver).value_or("")), "/etc/resolv.conf");
    }
    return error ? base::Result<void>() : bubblewrap.show(resolver, "/etc/resolv.conf");
}

// What Lambda has. bwrap's own --dev would add pseudo-terminals, which take a second user
// namespace.
void add_devices(Bubblewrap& bubblewrap) {
    bubblewrap.option("--dir", "/dev");
    for (const std::string_view device : {"null", "zero", "full", "random", "urandom"}) {
        const std::string path = fmt::format("/dev/{}", device);
        bubblewrap.option("--dev-bind", path, path);
    }
    bubblewrap.option("--symlink", "/proc/self/fd", "/dev/fd");
    bubblewrap.option("--symlink", "fd/0", "/dev/stdin");
    bubblewrap.option("--symlink", "fd/1", "/dev/stdout");
    bubblewrap.option("--symlink", "fd/2", "/dev/stderr");
    bubblewrap.option("--dir", "/dev/shm"); // as on Lambda it cannot be written to
}

// "name:address" or "name=address"; an IPv6 address may stand in brackets.
base::Result<std::string> hosts_line(std::string_view entry) {
    const std::size_t separator = entry.find_first_of(":=");
    std::string_view address =
        separator == std::string_view::npos ? "" : entry.substr(separator + 1);
    if (address.starts_with('[') && address.ends_with(']')) {
        address = address.substr(1, address.size() - 2);
    }
    if (address == "host-gateway") {
        address = "127.0.0.1";
    }
    const std::string_view name = entry.substr(0, separator);
    if (name.empty() || address.empty() ||
        entry.find_first_of(std::string_view(" \t\r\n#\0", 6)) != std::string_view::npos) {
        return base::fail(
            fmt::format("--add-host {} is not of the form name:address", entry),
            "for example --add-host s3.local:127.0.0.1");
    }
    return fmt::format("{}\t{}\n", address, name);
}

// What `link` at the top of the code leads to, and where that must be inside of the sandbox.
std::optional<LinkTarget> link_target(const fs::path& link) {
    std::error_code error;
    fs::path real = fs::canonical(link, error);
    if (error) {
        return std::nullopt; // dangling outside as well
    }
    const fs::path target = fs::read_symlink(link, error);
    fs::path inside = (fs::path("/var/task") / target).lexically_normal();
    const std::string text = inside.string();
    const bool there = text.starts_with("/var/task/") || text.starts_with("/usr/") || text == "/";
    return there ? std::nullopt : std::optional(LinkTarget{std::move(real), std::move(inside)});
}

} // namespace

base::Result<std::string>
hosts_file(const std::vector<std::string>& extra_hosts, std::string_view host_file) {
    std::string text;
    for (const std::string& entry : extra_hosts) {
        auto line = hosts_line(entry);
        if (!line) {
            return line;
        }
        text += *line;
    }
    text += "127.0.0.1\tlocalhost host.docker.internal sandbox.localdomain sandbox\n";
    text += host_file;
    return text;
}

base::Result<void> add_system(
    Bubblewrap& bubblewrap,
    const EnvironmentSpec& spec,
    const Identity& identity,
    bool no_nested,
    const fs::path& empty) {
    TRY_ASSIGN(
        const auto hosts,
        hosts_file(spec.network.extra_hosts, os::read_file("/etc/hosts").value_or(std::string())));
    for (const char* flag :
         {"--unshare-pid",
          "--unshare-ipc",
          "--unshare-uts",
          "--unshare-cgroup-try",
          "--die-with-parent",
          "--new-session",
          "--as-pid-1"}) {
        bubblewrap.option(flag);
    }
    add_identity(bubblewrap, identity, no_nested);
    bubblewrap.option("--hostname", "localhost");
    bubblewrap.bind_read_only("/usr", "/usr");
    for (const char* folder : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
        add_top_folder(bubblewrap, folder);
    }
    if (spec.network.isolated) {
        bubblewrap.option("--unshare-net");
    }
    if (auto added = add_etc(bubblewrap, spec.network.isolated); !added) {
        return added;
    }
    for (const auto& [name, bytes] :
         {std::pair<std::string_view, std::string>{"/etc/hosts", hosts},
          {"/etc/passwd", users_file(identity)},
          {"/etc/group", groups_file(identity)}}) {
        if (auto added = bubblewrap.file(bytes, name); !added) {
            return added;
        }
    }
    add_proc(bubblewrap, identity, empty);
    add_devices(bubblewrap);
    bubblewrap.option("--perms", "0700");
    if (spec.limits) {
        bubblewrap.option(
            "--size", std::to_string(std::uint64_t{spec.ephemeral_storage_mb} << 20U));
    }
    bubblewrap.option("--tmpfs", "/tmp");
    return {};
}

base::Result<void> add_function(
    Bubblewrap& bubblewrap,
    const EnvironmentSpec& spec,
    const Interpreter& interpreter,
    const FunctionFolders& folders,
    const fs::path& empty) {
    bubblewrap.bind_read_only(folders.code, "/var/task");
    if (folders.layers.empty()) {
        bubblewrap.option("--dir", "/opt");
    } else {
        bubblewrap.bind_read_only(folders.layers, "/opt");
    }
    if (!interpreter.program.empty()) {
        if (!interpreter.prefix.empty()) {
            bubblewrap.bind_read_only(interpreter.prefix, interpreter.prefix);
        }
        if (auto covered = cover_libraries(bubblewrap, interpreter, spec.debug.has_value(), empty);
            !covered) {
            return covered;
        }
        const std::string_view name = interpreter.family == "python" ? "python3" : "node";
        bubblewrap.link(interpreter.program.string(), fmt::format("/var/lang/bin/{}", name));
    }
    if (std::error_code error; interpreter.family == "nodejs" &&
                               fs::is_directory(node_sdk_folder() / "node_modules", error)) {
        bubblewrap.bind_read_only(node_sdk_folder() / "node_modules", node_modules_inside);
        bubblewrap.link(node_modules_inside, node_modules_link);
    }
    for (const LinkTarget& link : folders.links) {
        bubblewrap.bind_read_only(link.real, link.inside);
    }
    return {};
}

std::vector<LinkTarget> link_targets(const fs::path& code) {
    std::vector<LinkTarget> targets;
    std::error_code error;
    for (fs::directory_iterator entry(code, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code broken;
        if (entry->is_symlink(broken)) {
            if (auto target = link_target(entry->path())) {
                for (fs::path& package : os::linked_packages(target->real)) {
                    targets.push_back({package, package});
                }
                targets.push_back(std::move(*target));
            }
        }
    }
    for (const fs::path& modules : os::linked_modules(code)) {
        targets.push_back({modules, modules});
        for (fs::path& package : os::linked_packages(modules)) {
            targets.push_back({package, package});
        }
    }
    return targets;
}

void seal(Bubblewrap& bubblewrap) {
    bubblewrap.option("--remount-ro", "/");
    bubblewrap.option("--chdir", "/var/task");
}

} // namespace samara::engine::sandbox
