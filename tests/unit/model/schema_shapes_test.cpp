#include "data/read.h"
#include "model/schema_check.h"
#include "support/source_tree.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include <fnmatch.h>

namespace samara::model {
namespace {

namespace fs = std::filesystem;

data::Value read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto value = data::read_json(text, path.string());
    EXPECT_TRUE(value) << (value ? "" : base::to_string(value.error()));
    return value ? std::move(*value) : data::Value();
}

// The shape of schemas/<name>; the first row whose pattern fits, a '*' crosses no folder unless it
// is the last one of the pattern's.
const data::Value* shape_of(const data::Value& shapes, const std::string& name) {
    for (const data::Value& row : *shapes.as_list()) {
        const std::string pattern(row.find("files")->text());
        const bool nested = pattern.starts_with("transform/properties/");
        if (fnmatch(pattern.c_str(), name.c_str(), nested ? 0 : FNM_PATHNAME) == 0) {
            return row.find("shape");
        }
    }
    return nullptr;
}

TEST(Schemas, EveryTableHasItsShape) {
    const fs::path folder = test::source_path("schemas");
    const data::Value shapes = read(folder / "shapes.json");
    ASSERT_TRUE(shapes.is_list());
    std::size_t checked = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string name = fs::relative(entry.path(), folder).string();
        // What lies below events/<service>/ has places for options and is no JSON before they are
        // filled in; the tests of sample_events make every event.
        const bool body = fnmatch("events/*/*", name.c_str(), FNM_PATHNAME) == 0;
        if (entry.path().extension() != ".json" || name == "shapes.json" || body) {
            continue;
        }
        const data::Value* shape = shape_of(shapes, name);
        ASSERT_NE(shape, nullptr) << "schemas/shapes.json has no shape for " << name;
        for (const base::Diagnostic& problem : check_schema(read(entry.path()), *shape)) {
            ADD_FAILURE() << name << ": " << base::to_string(problem.error);
        }
        ++checked;
    }
    EXPECT_GT(checked, 100U);
}

TEST(Schemas, AnotherShapeIsFound) {
    const data::Value shapes = read(test::source_path("schemas/shapes.json"));
    const data::Value* shape = shape_of(shapes, "runtimes.json");
    ASSERT_NE(shape, nullptr);
    const auto table = data::read_json(R"([{"id": "x1", "family": "x", "image": "x:1"}])", "t");
    EXPECT_FALSE(check_schema(*table, *shape).empty());
}

} // namespace
} // namespace samara::model
