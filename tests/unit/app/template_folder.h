#pragma once

#include "app/load/application.h"
#include "base/log.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace samara::app {

/// A folder with a template and what it names, and what a log was told.
class TemplateFolder : public testing::Test {
protected:
    void write(const std::string& name, std::string_view text) {
        const auto path = folder_.path() / name;
        ASSERT_TRUE(os::make_folders(path.parent_path()));
        ASSERT_TRUE(os::write_file_atomically(path, text));
    }

    Application load(std::string_view text) {
        write("template.yaml", text);
        LoadOptions options;
        options.template_file = folder_.path() / "template.yaml";
        return Application::load(options).value();
    }

    os::TempDir folder_ = os::TempDir::create("template-folder").value();
    std::vector<std::string> warnings_;
    std::vector<std::string> told_; ///< that is no warning
    base::Log log_{[this](base::LogLevel level, std::string_view line) {
        (level == base::LogLevel::warning ? warnings_ : told_).emplace_back(line);
    }};
};

} // namespace samara::app
