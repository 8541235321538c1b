#pragma once

#include "build/build.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace samara::build {

/// A project in a folder of its own, and builds of it. Log lines are kept.
class Project : public testing::Test {
protected:
    [[nodiscard]] std::filesystem::path root() const { return folder_->path() / "project"; }

    [[nodiscard]] std::filesystem::path built() const { return root() / ".aws-sam" / "build"; }

    void write(const std::filesystem::path& relative, std::string_view text) const {
        const auto path = root() / relative;
        ASSERT_TRUE(os::make_folders(path.parent_path()));
        ASSERT_TRUE(os::write_file_atomically(path, text));
    }

    [[nodiscard]] std::string read(const std::filesystem::path& relative) const {
        return os::read_file(root() / relative).value_or("(no such file)");
    }

    [[nodiscard]] bool exists(const std::filesystem::path& relative) const {
        return std::filesystem::exists(root() / relative);
    }

    Function& add_function(std::string id, std::string_view source, std::string runtime) {
        Function function;
        function.logical_id = std::move(id);
        function.source = root() / source;
        function.recipe.template_folder = root();
        function.recipe.runtime = std::move(runtime);
        function.recipe.handler = "app.handler";
        request_.functions.push_back(std::move(function));
        return request_.functions.back();
    }

    Layer& add_layer(std::string id, std::string_view source, std::string_view method) {
        Layer layer;
        layer.logical_id = std::move(id);
        layer.source = root() / source;
        layer.recipe.template_folder = root();
        layer.recipe.metadata = data::Map{{"BuildMethod", method}};
        request_.layers.push_back(std::move(layer));
        return request_.layers.back();
    }

    /// Builds and commits, with a template.yaml as the app would write one.
    base::Result<Artifacts> run(ImageBuilder* images = nullptr) {
        log_text_.clear();
        request_.build_dir = built();
        request_.cache_dir = root() / ".aws-sam" / "cache";
        auto made = build(request_, images, log_, cancel_);
        if (!made) {
            return tl::unexpected(made.error());
        }
        done_ = made->done();
        failures_ = made->failures();
        if (!made->may_be_placed()) {
            auto kept = made->keep();
            return tl::unexpected(kept ? failures_.front().error : kept.error());
        }
        auto placed = made->commit({{"template.yaml", "Resources: {}\n"}});
        if (!placed || !failures_.empty()) {
            return tl::unexpected(placed ? failures_.front().error : placed.error());
        }
        return made->artifacts();
    }

    [[nodiscard]] Fate fate(std::string_view id) const {
        for (const Done& done : done_) {
            if (done.logical_id == id) {
                return done.fate;
            }
        }
        ADD_FAILURE() << id << " was not built";
        return Fate::built;
    }

    std::string message() {
        const auto result = run();
        return result ? "(no error)" : base::to_string(result.error());
    }

    Request request_;
    std::vector<Done> done_;        ///< of the last run
    std::vector<Failure> failures_; ///< likewise
    std::string log_text_;
    os::Cancellation cancel_;

private:
    std::mutex mutex_;
    base::Log log_{[this](base::LogLevel level, std::string_view line) {
        const std::lock_guard lock(mutex_);
        log_text_ += level == base::LogLevel::debug ? std::string() : std::string(line) + "\n";
    }};
    base::Result<os::TempDir> folder_ = os::TempDir::create("build-test");
};

} // namespace samara::build
