#include "data/read.h"
#include "data/write.h"
#include "support/source_tree.h"
#include "transform/transform.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

/// Every folder of tests/golden/transform has a template and what it becomes, order included.
/// SAMARA_UPDATE_GOLDEN=1 writes the expectations anew (and skips): review them as code.
namespace samara::transform {
namespace {

namespace fs = std::filesystem;

const fs::path root = test::source_path("tests/golden/transform");

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::string render(const fs::path& file) {
    auto document = data::read_yaml(read_file(file), "template.yaml");
    if (!document) {
        return base::to_string(document.error());
    }
    const Output output = transform(std::move(*document), Options{});
    std::string text;
    for (const base::Diagnostic& diagnostic : output.diagnostics) {
        text += base::to_string(diagnostic.error) + "\n";
    }
    return base::has_errors(output.diagnostics) ? text
                                                : data::write_json(output.document, 2) + "\n";
}

std::vector<fs::path> folders() {
    std::vector<fs::path> out;
    for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
        out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

class Golden : public testing::TestWithParam<fs::path> {};

TEST_P(Golden, BecomesWhatIsExpected) {
    const std::string got = render(GetParam() / "template.yaml");
    const fs::path expected = GetParam() / "expected.json";
    if (std::getenv("SAMARA_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(expected, std::ios::binary) << got;
        GTEST_SKIP() << "wrote " << expected;
    }
    EXPECT_EQ(got, read_file(expected));
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(folders()), [](const auto& row) {
    return row.param.filename().string();
});

/// The templates of the golden cases and, where it is there, of the corpus beside the source tree.
std::vector<fs::path> all_templates() {
    std::vector<fs::path> out;
    for (const fs::path& folder : folders()) {
        out.push_back(folder / "template.yaml");
    }
    for (fs::path parent = test::source_path("tests"); parent != parent.root_path();
         parent = parent.parent_path()) {
        const fs::path corpus = parent.parent_path() / "shared/corpus/transform/input";
        if (fs::is_directory(corpus)) {
            out.insert(out.end(), fs::directory_iterator(corpus), fs::directory_iterator());
            break;
        }
    }
    return out;
}

TEST(Determinism, IsTheSameInAnyOrderAndOnThreads) {
    const std::vector<fs::path> cases = all_templates();
    std::vector<std::string> first(cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) {
        first[i] = render(cases[i]);
    }
    for (std::size_t i = cases.size(); i-- > 0;) {
        EXPECT_EQ(render(cases[i]), first[i]) << cases[i];
    }
    std::vector<std::string> again(cases.size());
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t i = t; i < cases.size(); i += 4) {
                again[i] = render(cases[i]);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(again, first);
}

} // namespace
} // namespace samara::transform
