#include "engine/sandbox/root.h"

#include "os/file.h"

#include <array>
#include <system_error>

#include <fmt/format.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

// Lambda runs functions as this user.
constexpr std::string_view user_id = "993";
constexpr std::string_view group_id = "990";
constexpr std::string_view users = "root:x:0:0:root:/root:/sbin/nologin\n"
                                   "nobody:x:99:99:Nobody:/:/sbin/nologin\n"
                                   "sbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\n";
constexpr std::string_view groups = "root:x:0:\nnobody:x:99:\nsbx_user1051:x:990:\n";

// What programs under /usr look for in /etc: links, certificates, libraries, name resolution.
// Nothing that tells about the host's users or services.
constexpr std::array system_files{
    "alternatives",
    "ca-certificates",
    "crypto-policies",
    "fonts",
    "gai.conf",
    "host.conf",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "mime.types",
    "nsswitch.conf",
    "pki",
    "protocols",
    "services",
    "ssl",
};

// A host with a merged /usr has links here, another one folders.
void add_top_folder(Bubblewrap& bubblewrap, const fs::path& folder) {
    std::error_code error;
    if (fs::is_symlink(folder, error)) {
        bubblewrap.option("--symlink", fs::read_symlink(folder, error).string(), folder.string());
    } else if (fs::is_directory(folder, error)) {
        bubblewrap.bind_read_only(folder, folder);
    }
}

void add_etc(Bubblewrap& bubblewrap) {
    for (const char* name : system_files) {
        const std::string path = (fs::path("/etc") / name).string();
        bubblewrap.option("--ro-bind-try", path, path);
    }
    // Python's own settings (sitecustomize) sit in one folder a version.
    std::error_code error;
    for (fs::directory_iterator entry("/etc", error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().filename().string().starts_with("python")) {
            bubblewrap.bind_read_only(entry->path(), entry->path());
        }
    }
    // Often a link into /run, which the sandbox does not have.
    const fs::path resolver = fs::canonical("/etc/resolv.conf", error);
    if (!error) {
        bubblewrap.bind_read_only(resolver, "/etc/resolv.conf");
    }
}

// What Lambda has. bwrap's own --dev would add pseudo-terminals, which take a second user
// namespace.
void add_devices(Bubblewrap& bubblewrap) {
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
        entry.find_first_of(" \t\n#") != std::string_view::npos) {
        return base::fail(
            fmt::format("--add-host {} is not of the form name:address", entry),
            "for example --add-host s3.local:127.0.0.1");
    }
    return fmt::format("{}\t{}\n", address, name);
}

// Where `link` at the top of the code leads inside the sandbox: its target must be mounted there.
void add_symlink_target(Bubblewrap& bubblewrap, const fs::path& link) {
    std::error_code error;
    const fs::path real = fs::canonical(link, error);
    if (error) {
        return; // dangling outside as well
    }
    const fs::path target = fs::read_symlink(link, error);
    const fs::path inside = (fs::path("/var/task") / target).lexically_normal();
    const std::string text = inside.string();
    const bool there = text.starts_with("/var/task/") || text.starts_with("/usr/") || text == "/";
    if (!there) {
        bubblewrap.bind_read_only(real, inside);
    }
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

base::Result<void> add_system(Bubblewrap& bubblewrap, const EnvironmentSpec& spec) {
    const auto hosts =
        hosts_file(spec.network.extra_hosts, os::read_file("/etc/hosts").value_or(std::string()));
    if (!hosts) {
        return tl::unexpected(hosts.error());
    }
    for (const char* flag :
         {"--unshare-user",
          "--unshare-pid",
          "--unshare-ipc",
          "--unshare-uts",
          "--unshare-cgroup-try",
          "--die-with-parent",
          "--new-session",
          "--as-pid-1"}) {
        bubblewrap.option(flag);
    }
    bubblewrap.option("--uid", user_id);
    bubblewrap.option("--gid", group_id);
    bubblewrap.option("--cap-drop", "ALL");
    bubblewrap.option("--hostname", "localhost");
    bubblewrap.bind_read_only("/usr", "/usr");
    for (const char* folder : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
        add_top_folder(bubblewrap, folder);
    }
    add_etc(bubblewrap);
    for (const auto& [name, bytes] :
         {std::pair<std::string_view, std::string_view>{"/etc/hosts", *hosts},
          {"/etc/passwd", users},
          {"/etc/group", groups}}) {
        if (auto added = bubblewrap.file(bytes, name); !added) {
            return added;
        }
    }
    bubblewrap.option("--proc", "/proc");
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
    const fs::path& layers) {
    const auto& package = std::get<ZipPackage>(spec.package);
    bubblewrap.bind_read_only(package.code, "/var/task");
    if (layers.empty()) {
        bubblewrap.option("--dir", "/opt");
    } else {
        bubblewrap.bind_read_only(layers, "/opt");
    }
    if (!interpreter.program.empty()) {
        if (!interpreter.prefix.empty()) {
            bubblewrap.bind_read_only(interpreter.prefix, interpreter.prefix);
        }
        const std::string_view name = interpreter.family == "python" ? "python3" : "node";
        bubblewrap.option(
            "--symlink", interpreter.program.string(), fmt::format("/var/lang/bin/{}", name));
    }
    if (spec.mount_symlinks) {
        std::error_code error;
        for (fs::directory_iterator entry(package.code, error), end; !error && entry != end;
             entry.increment(error)) {
            if (entry->is_symlink(error)) {
                add_symlink_target(bubblewrap, entry->path());
            }
        }
    }
    return {};
}

void seal(Bubblewrap& bubblewrap) {
    bubblewrap.option("--remount-ro", "/");
    bubblewrap.option("--chdir", "/var/task");
}

} // namespace samara::engine::sandbox
