#include "engine/sandbox/interpreter.h"

#include "base/strings.h"
#include "base/try.h"
#include "engine/sandbox/families.h"
#include "engine/sandbox/version_cache.h"
#include "model/runtimes.h"
#include "os/environment.h"
#include "os/process.h"
#include "os/unique_fd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

// The real file behind `folder`/`name` when that is a program rather than a script. Fails where it
// cannot be told.
base::Result<std::optional<fs::path>> real_program(const fs::path& folder, std::string_view name) {
    std::error_code error;
    const fs::path path = fs::canonical(folder / name, error);
    if (error || !fs::is_regular_file(path, error) || ::access(path.c_str(), X_OK) != 0) {
        return std::nullopt;
    }
    const os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid() && errno != EACCES) {
        return os::fail_errno(fmt::format("cannot open {}", path.string()));
    }
    std::array<char, 4> magic{};
    const bool whole = ::read(file.get(), magic.data(), magic.size()) == ssize_t{magic.size()};
    const std::string_view elf("\x7f"
                               "ELF");
    return whole && std::string_view(magic.data(), magic.size()) == elf ? std::optional(path)
                                                                        : std::nullopt;
}

// Asks the program itself: a distribution may call any version "python3" or "node". Empty: it does
// not say. Fails where it cannot be run.
base::Result<std::string>
ask_version(const fs::path& program, const Family& family, const fs::path& cache) {
    std::optional<base::Error> failed;
    std::string version = cached_version(cache, program, [&] {
        os::Command command;
        command.argv = {program.string()};
        command.argv.insert(command.argv.end(), family.version.begin(), family.version.end());
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        const auto done = os::run(command, {}, deadline);
        if (!done) {
            failed = done.error();
        }
        return done && done->status.success() ? std::string(base::trim(done->out)) : std::string();
    });
    if (failed) {
        return base::fail(*std::move(failed));
    }
    return version;
}

fs::path prefix_of(const fs::path& program) {
    const fs::path prefix = program.parent_path().parent_path();
    const bool in_usr = *std::next(prefix.begin()) == "usr";
    return in_usr || prefix == "/" ? fs::path() : prefix;
}

base::Result<std::optional<Interpreter>>
find_exact(const Family& family, std::string_view version, const std::vector<fs::path>& folders) {
    for (const fs::path& folder : folders) {
        for (const std::string& pattern : family.exact) {
            const std::string name = base::replace_all(pattern, "{}", version);
            TRY_ASSIGN(const auto program, real_program(folder, name));
            if (program) {
                return Interpreter{
                    family.name, *program, prefix_of(*program), std::string(version), {}};
            }
        }
    }
    return std::nullopt;
}

base::Result<Interpreter> find_any(
    const Family& family,
    std::string_view version,
    std::string_view runtime,
    const std::vector<fs::path>& folders,
    const fs::path& cache) {
    std::optional<Interpreter> other;
    std::optional<base::Error> failed; // of one that is there and could not be asked
    for (const fs::path& folder : folders) {
        TRY_ASSIGN(const auto program, real_program(folder, family.any));
        if (!program || (other && other->program == *program)) {
            continue;
        }
        auto answered = ask_version(*program, family, cache);
        if (!answered) {
            failed = std::move(answered).error();
            continue;
        }
        Interpreter found{family.name, *program, prefix_of(*program), *std::move(answered), {}};
        if (found.version == version) {
            return found;
        }
        if (!other && !found.version.empty()) {
            other = std::move(found);
        }
    }
    if (!other && failed) {
        return base::fail(*std::move(failed));
    }
    if (!other) {
        return base::fail(
            fmt::format("the sandbox engine finds no {} for the runtime {}", family.any, runtime),
            fmt::format("install it (apt-get install {}) or use --engine docker", family.packages));
    }
    other->warning = fmt::format(
        "runtime {} is not installed here: running on {} {} ({})",
        runtime,
        family.any,
        other->version,
        other->program.string());
    return *other;
}

} // namespace

base::Result<void> check_runtime(std::string_view runtime) {
    const bool known = model::runtime_family(runtime) == "provided" ||
                       std::any_of(families().begin(), families().end(), [&](const Family& family) {
                           return family.version_of(runtime).has_value();
                       });
    return known ? base::Result<void>()
                 : base::fail(
                       fmt::format("the sandbox engine cannot run the runtime {}", runtime),
                       "it runs python, nodejs and provided runtimes; use --engine docker for "
                       "others");
}

base::Result<Interpreter> find_interpreter(
    std::string_view runtime, const std::vector<fs::path>& folders, const fs::path& cache) {
    if (model::runtime_family(runtime) == "provided") {
        return Interpreter{"provided", {}, {}, {}, {}};
    }
    for (const Family& family : families()) {
        if (const auto version = family.version_of(runtime)) {
            TRY_ASSIGN(auto exact, find_exact(family, *version, folders));
            if (exact) {
                return *exact;
            }
            return find_any(family, *version, runtime, folders, cache);
        }
    }
    return base::fail(check_runtime(runtime).error());
}

std::vector<fs::path> interpreter_folders() {
    std::vector<fs::path> folders{"/usr/bin", "/usr/local/bin"};
    const std::string path = os::variable("PATH").value_or("");
    for (const std::string_view folder : base::split(path, ':')) {
        if (folder.starts_with('/') &&
            std::find(folders.begin(), folders.end(), folder) == folders.end()) {
            folders.emplace_back(folder);
        }
    }
    return folders;
}

} // namespace samara::engine::sandbox
