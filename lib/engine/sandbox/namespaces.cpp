#include "engine/sandbox/namespaces.h"

#include "base/strings.h"
#include "base/try.h"
#include "engine/sandbox/identity.h"
#include "os/file.h"
#include "os/process.h"

#include <array>
#include <chrono>
#include <system_error>

#include <fmt/format.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view profile_name = "samara-bwrap";

// The profile of the package: beside this program, else where Debian's package has it.
std::optional<fs::path> apparmor_profile(const ReadSetting& setting) {
    std::error_code unknown;
    const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
    for (const fs::path& prefix : {program.parent_path().parent_path(), fs::path("/usr")}) {
        fs::path profile = prefix / "share/samara/apparmor" / profile_name;
        if (setting(profile)) {
            return profile;
        }
    }
    return std::nullopt;
}

base::Error refused_by_apparmor(const ReadSetting& setting) {
    base::Error error;
    error.message = "AppArmor lets only programs that have a profile make user namespaces here "
                    "(Ubuntu 23.10 and later), and bubblewrap has none";
    const std::string_view until_restart =
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
    if (const auto profile = apparmor_profile(setting)) {
        const std::string target = fmt::format("/etc/apparmor.d/{}", profile_name);
        error.hint = fmt::format(
            "give it one: sudo install -m 644 {} {} && sudo apparmor_parser -r {} (or, for all "
            "programs until the next start: {})",
            profile->string(),
            target,
            target,
            until_restart);
    } else {
        error.hint = fmt::format("allow it until the next start: {}", until_restart);
    }
    return error;
}

bool is(const std::optional<std::string>& setting, std::string_view value) {
    return setting && base::trim(*setting) == value;
}

} // namespace

std::optional<base::Error> explain_refusal(std::string_view said, const ReadSetting& setting) {
    constexpr std::array<std::string_view, 3> refusals{"namespace", "uid map", "gid map"};
    bool refused = false;
    for (const std::string_view word : refusals) {
        refused = refused || said.find(word) != std::string_view::npos;
    }
    if (!refused) {
        return std::nullopt;
    }
    if (is(setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"), "1") ||
        said.find("setting up uid map: Permission denied") != std::string_view::npos) {
        return refused_by_apparmor(setting);
    }
    base::Error error;
    if (is(setting("/proc/sys/kernel/unprivileged_userns_clone"), "0")) {
        error.message = "the kernel gives user namespaces to root only";
        error.hint = "allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1";
    } else if (is(setting("/proc/sys/user/max_user_namespaces"), "0")) {
        error.message = "the kernel is set to make no user namespaces";
        error.hint = "allow them: sudo sysctl -w user.max_user_namespaces=10000";
    } else {
        error.message = "this user may not make namespaces, as in most containers";
        error.hint = "give the container --security-opt seccomp=unconfined --security-opt "
                     "apparmor=unconfined --cap-add SYS_ADMIN, or use --engine docker";
    }
    return error;
}

std::optional<base::Error> explain_refusal(std::string_view said) {
    return explain_refusal(said, [](const fs::path& file) -> std::optional<std::string> {
        auto text = os::read_file(file);
        return text ? std::optional(*std::move(text)) : std::nullopt;
    });
}

base::Result<void> try_namespaces(const fs::path& bubblewrap, const os::Cancellation& cancel) {
    os::Command command;
    command.argv = {
        bubblewrap.string(),
        "--unshare-ipc",
        "--unshare-pid",
        "--unshare-uts",
        "--ro-bind",
        "/",
        "/"};
    if (!next_identity().unprivileged) { // else root, which makes none
        command.argv.insert(command.argv.begin() + 1, "--unshare-user");
    }
    command.argv.insert(command.argv.end(), {"--", "true"});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    TRY_ASSIGN(const auto done, os::run(command, cancel, deadline));
    if (done.status.success()) {
        return {};
    }
    const std::string said(base::trim(done.error));
    base::Error error = explain_refusal(said).value_or(base::Error());
    error.message = error.message.empty() ? fmt::format("bubblewrap fails: {}", said)
                                          : fmt::format("{} ({})", error.message, said);
    return base::fail(std::move(error));
}

} // namespace samara::engine::sandbox
