#include "app/init.h"

#include "archive/extract.h"
#include "base/strings.h"
#include "base/try.h"
#include "base/usage_error.h"
#include "data/read.h"
#include "net/http_client.h"
#include "net/url.h"
#include "os/file.h"
#include "os/process.h"
#include "os/temp_dir.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace samara::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view purpose = "init";

base::Result<void> check_free(const fs::path& target) {
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(target, ignored))) {
        return {};
    }
    return base::fail(
        fmt::format("{} is already there", target.string()),
        "nothing is overwritten: choose another --name or --output-dir");
}

// Where a project is made before it is moved to its place: on the same file system.
base::Result<os::TempDir> workshop(const fs::path& output) {
    TRY(os::make_folders(output));
    os::sweep_temp_dirs(output); // of one that was killed
    return os::TempDir::create(purpose, output);
}

// Fails rather than take the place of something.
base::Result<fs::path>
move_into_place(const fs::path& made, const fs::path& target, const os::Cancellation& cancel) {
    if (cancel.cancelled()) {
        return base::fail("cancelled");
    }
    const long moved = ::syscall(
        SYS_renameat2, AT_FDCWD, made.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE);
    if (moved == 0) {
        return target;
    }
    if (errno == EINVAL || errno == ENOSYS) { // a file system without it
        TRY(check_free(target));
        std::error_code failed;
        fs::rename(made, target, failed);
        if (!failed) {
            return target;
        }
        return base::fail(fmt::format("cannot make {}: {}", target.string(), failed.message()));
    }
    return base::fail(fmt::format("cannot make {}: {}", target.string(), std::strerror(errno)));
}

bool is_git_address(std::string_view location) {
    constexpr std::array<std::string_view, 7> starts{
        "git@", "git://", "git+", "ssh://", "gh:", "gl:", "bb:"};
    const bool web = location.starts_with("https://") || location.starts_with("http://") ||
                     location.starts_with("file://");
    return (web && !location.ends_with(".zip")) || location.ends_with(".git") ||
           std::any_of(starts.begin(), starts.end(), [&](std::string_view start) {
               return location.starts_with(start);
           });
}

// The short forms that cookiecutter knows.
std::string git_address(std::string_view location) {
    struct Short {
        std::string_view prefix;
        std::string_view address;
    };

    constexpr std::array shorts{
        Short{"gh:", "https://github.com/{}.git"},
        Short{"gl:", "https://gitlab.com/{}.git"},
        Short{"bb:", "https://bitbucket.org/{}"}};
    for (const Short& row : shorts) {
        if (location.starts_with(row.prefix)) {
            return base::replace_all(row.address, "{}", location.substr(row.prefix.size()));
        }
    }
    return std::string(location.starts_with("git+") ? location.substr(4) : location);
}

std::string name_of(std::string_view location) {
    while (location.ends_with('/')) {
        location.remove_suffix(1);
    }
    std::string_view name = location.substr(location.find_last_of("/:") + 1);
    for (const std::string_view suffix : {".git", ".zip"}) {
        if (name.ends_with(suffix)) {
            name.remove_suffix(suffix.size());
        }
    }
    return std::string(name);
}

base::Result<void>
run_program(std::vector<std::string> argv, std::string_view doing, const os::Cancellation& cancel) {
    os::Command command;
    command.argv = std::move(argv);
    command.merge_output = true;
    TRY_ASSIGN(const auto done, os::run(command, cancel));
    if (cancel.cancelled()) {
        return base::fail("cancelled");
    }
    if (!done.status.success()) {
        return base::fail(
            fmt::format("cannot {}: {}", doing, to_string(done.status)),
            std::string(base::trim(done.out)));
    }
    return {};
}

// The one folder in `folder` where there is nothing else, as in archives of repositories.
fs::path content_of(const fs::path& folder) {
    std::error_code ignored;
    std::vector<fs::path> entries;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
        entries.push_back(entry.path());
    }
    const bool single = entries.size() == 1 && fs::is_directory(entries.front(), ignored);
    return single ? entries.front() : folder;
}

bool is_web_archive(std::string_view location) {
    const bool web = location.starts_with("https://") || location.starts_with("http://");
    return web && location.ends_with(".zip");
}

// The file behind the address, which may lead on to others: code hosts keep archives elsewhere.
base::Result<void>
download_archive(std::string url, const fs::path& target, const os::Cancellation& cancel) {
    constexpr int most_redirects = 5;
    constexpr std::uint64_t most_bytes = 1ULL << 30U;
    for (int i = 0; i <= most_redirects; ++i) {
        TRY_ASSIGN(const auto parts, net::parse_url(url));
        std::ofstream file(target, std::ios::binary | std::ios::trunc);
        net::ClientRequest request;
        request.target = parts.target;
        request.body_limit = most_bytes;
        request.stop_descriptor = cancel.descriptor();
        request.body_sink = [&](std::string_view bytes) {
            return static_cast<bool>(
                file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())));
        };
        net::HttpClient client(parts.address);
        const auto answer = client.send(request);
        if (!answer) {
            return base::fail(answer.error().error());
        }
        const std::string* next = net::find_header(answer->headers, "Location");
        if (answer->status / 100 == 3 && next != nullptr) {
            url = next->starts_with('/')
                      ? fmt::format("{}://{}{}", url.substr(0, url.find(':')), parts.host(), *next)
                      : *next;
            continue;
        }
        if (!answer->success()) {
            return base::fail(fmt::format("{} answers {}", url, answer->status));
        }
        return file.flush() ? base::Result<void>()
                            : base::fail(fmt::format("cannot write {}", target.string()));
    }
    return base::fail(fmt::format("{} leads in a circle", url));
}

base::Result<fs::path> unpack(const fs::path& archive, const fs::path& folder) {
    TRY(os::make_folders(folder));
    TRY(archive::extract(archive, folder));
    return content_of(folder);
}

// Brings the source into `work`, or finds it where it is.
base::Result<fs::path>
fetch(const std::string& location, const fs::path& work, const os::Cancellation& cancel) {
    std::error_code ignored;
    const fs::path target = work / "source";
    if (fs::is_directory(location, ignored)) {
        return fs::path(location);
    }
    if (fs::is_regular_file(location, ignored)) {
        return unpack(location, target);
    }
    if (is_web_archive(location)) {
        const fs::path file = work / "source.zip";
        TRY(download_archive(location, file, cancel));
        return unpack(file, target);
    }
    if (!is_git_address(location)) {
        return base::fail(
            fmt::format("--location: there is no folder or zip file {}", location),
            "give a folder, a zip file or its address, or that of a git repository "
            "(gh:owner/name, https://..., git@...)");
    }
    const auto git = os::find_program("git");
    if (!git) {
        return base::fail(
            "a repository is fetched by the program git, which is not installed",
            "apt-get install git, or give --location a folder or a zip file");
    }
    TRY(run_program(
        {git->string(),
         "clone",
         "--quiet",
         "--depth",
         "1",
         "--",
         git_address(location),
         target.string()},
        fmt::format("clone {}", location),
        cancel));
    return target;
}

base::Result<fs::path> bake(
    const fs::path& source,
    const InitLocation& from,
    const fs::path& work,
    const base::Log& log,
    const os::Cancellation& cancel) {
    const auto cookiecutter = os::find_program("cookiecutter");
    if (!cookiecutter) {
        return base::fail(
            fmt::format(
                "{} is a template of the program cookiecutter, which is not installed",
                from.location),
            "apt-get install cookiecutter (or pip install cookiecutter), and try again");
    }
    log.info("Running cookiecutter with its defaults; --extra-context sets other values");
    const fs::path target = work / "baked";
    std::vector<std::string> argv{
        cookiecutter->string(), "--no-input", "--output-dir", target.string(), source.string()};
    if (!from.name.empty() && !from.context.contains("project_name")) {
        argv.push_back(fmt::format("project_name={}", from.name));
    }
    for (const auto& [name, value] : from.context) {
        argv.push_back(fmt::format("{}={}", name, value));
    }
    TRY(run_program(std::move(argv), "make the project", cancel));
    return content_of(target);
}

} // namespace

base::Result<fs::path> init_project(
    const projects::Match& match,
    const projects::Choices& choices,
    const fs::path& output,
    const os::Cancellation& cancel) {
    const fs::path target = output / choices.name;
    TRY(check_free(target));
    TRY_ASSIGN(auto work, workshop(output));
    const fs::path made = work.path() / choices.name;
    for (const projects::File& file : projects::files_of(match, choices)) {
        const fs::path path = made / file.path;
        TRY(os::make_folders(path.parent_path()).and_then([&] {
            return os::write_file_atomically(path, file.text);
        }));
    }
    return move_into_place(made, target, cancel);
}

base::Result<fs::path> init_from_location(
    const InitLocation& from,
    const fs::path& output,
    const base::Log& log,
    const os::Cancellation& cancel) {
    const std::string name = from.name.empty() ? name_of(from.location) : from.name;
    if (!from.name.empty()) {
        TRY(check_free(output / name));
    }
    TRY_ASSIGN(auto work, workshop(output));
    auto source = fetch(from.location, work.path(), cancel);
    if (!source) {
        return source;
    }
    std::error_code ignored;
    if (fs::exists(*source / "cookiecutter.json", ignored)) {
        auto baked = bake(*source, from, work.path(), log, cancel);
        if (!baked) {
            return baked;
        }
        const std::string own =
            from.name.empty() ? baked->filename().string() : std::string(from.name);
        return move_into_place(*baked, output / own, cancel);
    }
    if (auto valid = projects::check_name(name); !valid) {
        return base::fail(
            base::usage_error(valid.error().message, "name the project: --name my-app"));
    }
    TRY(check_free(output / name));
    os::CopyOptions options;
    options.cancel = cancel;
    options.include = [](const fs::path& relative) { // not its history
        return relative.begin() == relative.end() || *relative.begin() != ".git";
    };
    const fs::path made = work.path() / "project";
    TRY(os::copy_tree(*source, made, options));
    return move_into_place(made, output / name, cancel);
}

base::Result<std::map<std::string, std::string>> read_extra_context(const std::string& text) {
    std::map<std::string, std::string> context;
    if (text.empty()) {
        return context;
    }
    const auto read = data::read_json(text, "--extra-context");
    if (!read || !read->is_map()) {
        return base::fail(base::usage_error(
            read ? "--extra-context must be a JSON object"
                 : fmt::format(
                       "Parse error reading the --extra-context parameter. The value of this "
                       "parameter must be valid JSON: {}",
                       read.error().message),
            R"(write for example --extra-context '{"customer": "Ada"}')"));
    }
    for (const data::Entry& entry : *read->as_map()) {
        if (entry.value.is_list() || entry.value.is_map()) {
            return base::fail(base::usage_error(
                fmt::format(
                    "--extra-context: '{}' must be a text, not {}",
                    entry.key,
                    data::kind_name(entry.value.kind())),
                "cookiecutter takes texts only"));
        }
        context[entry.key] = data::scalar_text(entry.value);
    }
    return context;
}

} // namespace samara::app
