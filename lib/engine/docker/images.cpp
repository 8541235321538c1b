#include "engine/docker/images.h"

#include "base/strings.h"
#include "base/try.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"
#include "engine/docker/progress.h"
#include "engine/docker/registry_login.h"
#include "engine/image/reference.h"

#include <fstream>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace samara::engine::docker {

namespace {

constexpr int not_found = 404;
constexpr std::chrono::milliseconds registry_timeout{15'000};
constexpr std::chrono::milliseconds without_end{0};
constexpr std::size_t piece_size = 1UL << 18U; // of an archive that is loaded

image::ImageInfo read_image(const data::Value& answer) {
    image::ImageInfo info;
    info.id = data::text_of(answer.find("Id"));
    info.architecture = data::text_of(answer.find("Architecture"));
    info.tags = data::texts_of(answer.find("RepoTags"));
    info.repo_digests = data::texts_of(answer.find("RepoDigests"));
    if (const data::Value* config = answer.find("Config"); config != nullptr) {
        info.entry_point = data::texts_of(config->find("Entrypoint"));
        info.command = data::texts_of(config->find("Cmd"));
        info.working_directory = data::text_of(config->find("WorkingDir"));
        const data::Value* labels = config->find("Labels");
        if (labels != nullptr && labels->is_map()) {
            for (const data::Entry& label : *labels->as_map()) {
                info.labels.emplace(label.key, label.value.text());
            }
        }
    }
    return info;
}

std::string json_map(const std::map<std::string, std::string>& texts) {
    data::Map map;
    for (const auto& [key, value] : texts) {
        map.set(key, value);
    }
    return data::write_json(map);
}

// What "Loaded image: app:latest" and "Loaded image ID: sha256:..." name.
std::vector<std::string> loaded_images(std::string_view said) {
    std::vector<std::string> names;
    for (const std::string_view line : base::split(said, '\n')) {
        for (const std::string_view start : {"Loaded image: ", "Loaded image ID: "}) {
            if (line.starts_with(start)) {
                names.emplace_back(base::trim(line.substr(start.size())));
            }
        }
    }
    return names;
}

class Images final : public image::ImageStore {
public:
    Images(std::shared_ptr<Api> api, HostLookup lookup)
        : api_(std::move(api)), lookup_(std::move(lookup)) {}

    base::Result<std::optional<image::ImageInfo>>
    inspect(const std::string& image, const os::Cancellation& cancel) override {
        TRY_ASSIGN(const auto answer, api_->send({.path = path(image, "json")}, cancel));
        if (answer.status == not_found) {
            return std::nullopt;
        }
        const std::string doing = fmt::format("cannot look at the image {}", image);
        if (!answer.success()) {
            return tl::unexpected(status_error(doing, answer));
        }
        TRY_ASSIGN(const auto value, data::read_json(answer.body, "the Docker engine's answer"));
        return read_image(value);
    }

    base::Result<std::string>
    registry_digest(const std::string& image, const os::Cancellation& cancel) override {
        const std::string doing = fmt::format("cannot ask the registry for {}", image);
        TRY_ASSIGN(
            const auto answer,
            api_->send(
                {.path = "/distribution/" + image + "/json",
                 .headers = login(image, cancel),
                 .timeout = registry_timeout},
                cancel));
        const auto body = data::read_json(answer.body, "the Docker engine's answer");
        if (answer.status == not_found && !body) {
            return pulled_digest(image, cancel);
        }
        if (!answer.success() || !body) {
            return tl::unexpected(status_error(doing, answer));
        }
        const data::Value* descriptor = body->find("Descriptor");
        return data::text_of(descriptor != nullptr ? descriptor->find("digest") : nullptr);
    }

    base::Result<void> pull(
        const std::string& image,
        const std::string& platform,
        const os::Cancellation& cancel) override {
        const image::Reference reference = image::parse_reference(image);
        std::string tag = reference.digest.empty() ? reference.tag : reference.digest;
        ProgressStream progress([](std::string_view) {});
        ApiRequest request{
            .method = "POST",
            .path = "/images/create",
            .query = {{"fromImage", reference.repository}, {"tag", tag.empty() ? "latest" : tag}},
            .headers = login(image, cancel),
            .timeout = without_end};
        if (!platform.empty()) {
            request.query.emplace_back("platform", platform);
        }
        return stream(
            std::move(request), progress, fmt::format("{} cannot be pulled", image), cancel);
    }

    base::Result<void> build(image::BuildRequest build, const os::Cancellation& cancel) override {
        ProgressStream progress([&](std::string_view text) {
            if (build.output) {
                build.output(text);
            }
        });
        ApiRequest request{
            .method = "POST",
            .path = "/build",
            .query =
                {{"t", build.tag},
                 {"dockerfile", build.dockerfile},
                 {"buildargs", json_map(build.arguments)},
                 {"labels", json_map(build.labels)},
                 {"rm", "1"},
                 {"forcerm", "1"}},
            .tar = [&build]() -> net::HttpResult<std::string_view> {
                auto bytes = build.context.next();
                if (!bytes) {
                    return tl::unexpected(
                        net::HttpError{net::HttpFailure::other, bytes.error().message});
                }
                return *bytes;
            },
            .timeout = without_end};
        if (build.any_registry) {
            if (std::string logins = registry_logins(lookup_, cancel); !logins.empty()) {
                request.headers.push_back({"X-Registry-Config", std::move(logins)});
            }
        }
        if (!build.target.empty()) {
            request.query.emplace_back("target", build.target);
        }
        if (!build.platform.empty()) {
            request.query.emplace_back("platform", build.platform);
        }
        return stream(std::move(request), progress, "the build failed", cancel);
    }

    base::Result<void> load(
        const std::filesystem::path& archive,
        const std::string& name,
        const os::Cancellation& cancel) override {
        const std::string doing = fmt::format("the image in {} cannot be loaded", archive.string());
        std::ifstream file(archive, std::ios::binary);
        std::string piece;
        std::string said;
        ProgressStream progress([&](std::string_view text) { said += text; });
        const auto loaded = stream(
            {.method = "POST",
             .path = "/images/load",
             .query = {{"quiet", "1"}},
             .tar = [&]() -> net::HttpResult<std::string_view> {
                 piece.resize(piece_size);
                 file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
                 if (file.bad()) {
                     return tl::unexpected(net::HttpError{
                         net::HttpFailure::other, fmt::format("cannot read {}", archive.string())});
                 }
                 return std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount()));
             },
             .timeout = without_end},
            progress,
            doing,
            cancel);
        if (!loaded) {
            return loaded;
        }
        std::set<std::string> images; // one may have several names
        for (const std::string& image : loaded_images(said)) {
            const auto info = inspect(image, cancel);
            if (!info) {
                return tl::unexpected(info.error());
            }
            if (*info) {
                images.insert((*info)->id);
            }
        }
        if (images.size() != 1) {
            return base::fail(
                fmt::format("{}: it holds {} images", doing, images.size()),
                "write an archive of one: docker save NAME -o FILE");
        }
        return tag(*images.begin(), name, cancel);
    }

    base::Result<void>
    tag(const std::string& image,
        const std::string& name,
        const os::Cancellation& cancel) override {
        const image::Reference reference = image::parse_reference(name);
        return api_
            ->call(
                {.method = "POST",
                 .path = path(image, "tag"),
                 .query = {{"repo", reference.repository}, {"tag", reference.tag}}},
                fmt::format("the image {} cannot be named {}", image, name),
                cancel)
            .map([](const auto&) {});
    }

    base::Result<void> push(
        const std::string& name,
        const image::RegistryLogin& login,
        const image::TextSink& progress,
        const os::Cancellation& cancel) override {
        const image::Reference reference = image::parse_reference(name);
        ProgressStream told(progress);
        return stream(
            {.method = "POST",
             .path = path(reference.repository, "push"),
             .query = {{"tag", reference.tag}},
             .headers = {{"X-Registry-Auth", registry_login(login)}},
             .timeout = without_end},
            told,
            fmt::format("{} cannot be pushed", name),
            cancel);
    }

    base::Result<std::vector<std::string>>
    tags(const std::string& repository, const os::Cancellation& cancel) override {
        const auto answer = api_->call_json(
            {.path = "/images/json",
             .query = {{"filters", fmt::format(R"({{"reference":["{}"]}})", repository)}}},
            "cannot list images",
            cancel);
        if (!answer) {
            return tl::unexpected(answer.error());
        }
        std::vector<std::string> found;
        if (const data::List* images = answer->as_list(); images != nullptr) {
            for (const data::Value& image : *images) {
                for (std::string& tag : data::texts_of(image.find("RepoTags"))) {
                    found.push_back(std::move(tag));
                }
            }
        }
        return found;
    }

    base::Result<void> remove(const std::string& image, const os::Cancellation& cancel) override {
        const auto answer = api_->call(
            {.method = "DELETE", .path = path(image, "")},
            fmt::format("cannot remove the image {}", image),
            cancel);
        return answer ? base::Result<void>() : tl::unexpected(answer.error());
    }

private:
    // Podman has no such request; a pull of what is here already fetches the manifest only.
    base::Result<std::string>
    pulled_digest(const std::string& image, const os::Cancellation& cancel) {
        TRY(pull(image, "", cancel));
        const auto info = inspect(image, cancel);
        if (!info || !*info || (*info)->repo_digests.empty()) {
            return base::fail(fmt::format("{} has no digest", image));
        }
        const std::string& digest = (*info)->repo_digests.front();
        return digest.substr(digest.find('@') + 1);
    }

    static std::string path(const std::string& image, std::string_view what) {
        return fmt::format("/images/{}{}{}", image, what.empty() ? "" : "/", what);
    }

    base::Result<void> stream(
        ApiRequest request,
        ProgressStream& progress,
        std::string_view doing,
        const os::Cancellation& cancel) {
        request.sink = [&](std::string_view piece) {
            progress(piece);
            return true;
        };
        TRY(api_->call(request, doing, cancel));
        if (const auto error = progress.error()) {
            net::ClientResponse failed;
            failed.body = *error;
            return tl::unexpected(status_error(doing, failed));
        }
        return {};
    }

    [[nodiscard]] net::HttpHeaders
    login(const std::string& image, const os::Cancellation& cancel) const {
        std::string value = registry_login(image, lookup_, cancel);
        return value.empty() ? net::HttpHeaders()
                             : net::HttpHeaders{{"X-Registry-Auth", std::move(value)}};
    }

    std::shared_ptr<Api> api_;
    HostLookup lookup_;
};

} // namespace

std::shared_ptr<image::ImageStore>
make_image_store(std::shared_ptr<Api> api, const HostLookup& lookup) {
    return std::make_shared<Images>(std::move(api), lookup);
}

} // namespace samara::engine::docker
