#include "build/filter.h"

#include "base/try.h"

#include <algorithm>

#include <fnmatch.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr const char* rules_file = ".samignore";

std::shared_ptr<const std::vector<std::string>> sorted(std::vector<std::string> texts) {
    if (texts.empty()) {
        return nullptr;
    }
    std::sort(texts.begin(), texts.end());
    return std::make_shared<const std::vector<std::string>>(std::move(texts));
}

bool contains(const std::shared_ptr<const std::vector<std::string>>& texts, std::string_view text) {
    return texts != nullptr && std::binary_search(texts->begin(), texts->end(), text);
}

std::vector<std::string> below(const fs::path& source, const std::vector<fs::path>& paths) {
    std::vector<std::string> inside;
    for (const fs::path& path : paths) {
        const fs::path relative = path.lexically_relative(source);
        if (!relative.empty() && *relative.begin() != "..") {
            inside.push_back(relative.generic_string());
        }
    }
    return inside;
}

} // namespace

SourceFilter SourceFilter::all_but(const fs::path& source, const std::vector<fs::path>& ours) {
    SourceFilter filter;
    filter.source_ = source;
    filter.ours_ = sorted(below(source, ours));
    return filter;
}

base::Result<SourceFilter> SourceFilter::make(
    const fs::path& source,
    const std::vector<std::string>& patterns,
    const std::vector<fs::path>& ours) {
    SourceFilter filter;
    filter.source_ = source;
    std::vector<std::string> names;
    std::vector<std::string> globs;
    for (const std::string& pattern : patterns) {
        const bool plain = pattern.find_first_of("*?[\\") == std::string::npos;
        (plain ? names : globs).push_back(pattern);
    }
    names.emplace_back(rules_file);
    filter.names_ = sorted(std::move(names));
    filter.globs_ = sorted(std::move(globs));
    filter.ours_ = sorted(below(source, ours));
    std::error_code ignored;
    if (fs::is_regular_file(source / rules_file, ignored)) {
        TRY_ASSIGN(const auto text, os::read_file(source / rules_file));
        filter.rules_ = std::make_shared<const IgnoreRules>(IgnoreRules::parse(text));
    }
    return filter;
}

bool SourceFilter::takes_name(std::string_view relative) const {
    const std::string_view name = relative.substr(relative.rfind('/') + 1);
    if (contains(names_, name) || contains(ours_, relative)) {
        return false;
    }
    const auto matches = [&](const std::string& glob) {
        return ::fnmatch(glob.c_str(), std::string(name).c_str(), 0) == 0;
    };
    return globs_ == nullptr || std::none_of(globs_->begin(), globs_->end(), matches);
}

os::CopyOptions SourceFilter::copy_options(const os::Cancellation& cancel) const {
    os::CopyOptions copy;
    copy.cancel = cancel;
    copy.symlinks = os::SymlinkMode::follow;
    copy.include = [filter = *this](const fs::path& relative) {
        return filter.takes(relative.native(), [&] {
            std::error_code ignored;
            return fs::is_directory(filter.source_ / relative, ignored);
        });
    };
    return copy;
}

} // namespace samara::build
