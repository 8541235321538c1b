#include "base/strings.h"
#include "support/source_tree.h"
#include "unit/transform/transform_support.h"
#include "unit/transform/variation_support.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>

// What holds for every template, tried on variations of our own ones. SAMARA_VARIATIONS=<n> tries n
// of each template; SAMARA_WRITE_SEEDS=<folder> writes them as seeds of the fuzzer (and skips).
namespace samara::transform {
namespace {

using namespace test;
using data::List;
using data::Map;
using data::Value;

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

/// The templates of the golden cases and of tests/golden/variations, each with the parameter Stage
/// and the condition IsProd.
std::vector<fs::path> templates() {
    std::vector<fs::path> out;
    for (const fs::directory_entry& entry :
         fs::directory_iterator(samara::test::source_path("tests/golden/transform"))) {
        out.push_back(entry.path() / "template.yaml");
    }
    for (const fs::directory_entry& entry :
         fs::directory_iterator(samara::test::source_path("tests/golden/variations"))) {
        out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

Value section_with(const Value* given, std::string_view name, Value member) {
    Map out = given != nullptr && given->is_map() ? *given->as_map() : Map{};
    out.set(name, std::move(member));
    return out;
}

Value load(const fs::path& file) {
    auto document = data::read_yaml(read_file(file), file.filename().string());
    EXPECT_TRUE(document.has_value()) << file << (document ? "" : to_string(document.error()));
    Map& top = *document->as_map();
    Value parameters =
        section_with(top.find("Parameters"), "Stage", Map{{"Type", "String"}, {"Default", "dev"}});
    Value conditions = section_with(
        top.find("Conditions"), "IsProd", Map{{"Fn::Equals", List{Map{{"Ref", "Stage"}}, "prod"}}});
    top.set("Parameters", std::move(parameters));
    top.set("Conditions", std::move(conditions));
    return std::move(*document);
}

std::size_t variations_of_each() {
    const char* wanted = std::getenv("SAMARA_VARIATIONS");
    return wanted == nullptr ? 60 : std::strtoul(wanted, nullptr, 10);
}

/// Every variation of every template: `check(what it is, document)`.
template <class F>
void each_variation(F&& check) {
    std::uint32_t seed = 0;
    for (const fs::path& file : templates()) {
        const Value original = load(file);
        for (std::size_t i = 0; i < variations_of_each(); ++i) {
            Variation variation(++seed);
            Value document = original;
            std::string told =
                fmt::format("{} seed {}:", file.parent_path().filename().string(), seed);
            for (std::size_t step = 0; step <= i % 3; ++step) {
                told += " " + variation.apply(document) + ";";
            }
            check(told, document);
            if (testing::Test::HasFailure()) {
                return; // the first is enough to work on
            }
        }
    }
}

bool good(const Output& output) {
    return !base::has_errors(output.diagnostics);
}

/// The same content, whatever the order of lists: names of members that lists of maps have.
Value unordered(const Value& value) {
    if (const List* list = value.as_list()) {
        List out;
        for (const Value& item : *list) {
            out.push_back(unordered(item));
        }
        std::sort(out.begin(), out.end(), [](const Value& a, const Value& b) {
            return data::write_json(a) < data::write_json(b);
        });
        return out;
    }
    const Map* map = value.as_map();
    if (map == nullptr) {
        return value;
    }
    std::vector<const data::Entry*> entries;
    for (const data::Entry& entry : *map) {
        entries.push_back(&entry);
    }
    std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) {
        return a->key < b->key;
    });
    Map out;
    for (const data::Entry* entry : entries) {
        out.set(entry->key, unordered(entry->value));
    }
    return out;
}

std::string shown(const Value& value) {
    return data::write_json(unordered(value), 1);
}

/// What Ref, Fn::GetAtt and DependsOn below `value` name.
void collect_references(const Value& value, std::set<std::string>& out) {
    if (const List* list = value.as_list()) {
        for (const Value& item : *list) {
            collect_references(item, out);
        }
        return;
    }
    const Map* map = value.as_map();
    if (map == nullptr) {
        return;
    }
    for (const data::Entry& entry : *map) {
        if (entry.key == "Ref" || entry.key == "DependsOn") {
            out.emplace(entry.value.text());
            if (const List* several = entry.value.as_list()) {
                for (const Value& item : *several) {
                    out.emplace(item.text());
                }
            }
        } else if (entry.key == "Fn::GetAtt") {
            const List* path = entry.value.as_list();
            const std::string_view whole =
                path != nullptr && !path->empty() ? path->front().text() : entry.value.text();
            out.emplace(whole.substr(0, whole.find('.')));
        }
        collect_references(entry.value, out);
    }
}

std::set<std::string> keys_of(const Value* section) {
    std::set<std::string> out;
    if (section != nullptr && section->is_map()) {
        for (const data::Entry& entry : *section->as_map()) {
            out.insert(entry.key);
        }
    }
    return out;
}

TEST(Variations, TransformedOnceIsTransformed) {
    each_variation([](const std::string& told, const Value& document) {
        const Output once = transform(document, {});
        if (!good(once)) {
            return;
        }
        const Output twice = transform(once.document, {});
        EXPECT_TRUE(good(twice)) << told << testing::PrintToString(errors(twice));
        EXPECT_EQ(data::write_json(twice.document), data::write_json(once.document)) << told;
    });
}

TEST(Variations, WhatIsReferredToIsThereOrWasReferredToBefore) {
    each_variation([](const std::string& told, const Value& document) {
        const Output output = transform(document, {});
        if (!good(output)) {
            return;
        }
        std::set<std::string> before;
        std::set<std::string> after;
        collect_references(document, before);
        collect_references(output.document, after);
        const auto resources = keys_of(output.document.find("Resources"));
        const auto parameters = keys_of(output.document.find("Parameters"));
        for (const std::string& name : after) {
            EXPECT_TRUE(
                name.empty() || name.starts_with("AWS::") || resources.contains(name) ||
                parameters.contains(name) || before.contains(name) || name == "dev")
                << told << " refers to " << name;
        }
    });
}

TEST(Variations, AConditionReachesWhatIsGenerated) {
    each_variation([](const std::string& told, const Value& document) {
        const Output output = transform(document, {});
        if (!good(output)) {
            return;
        }
        for (const data::Entry& made : *output.document.find("Resources")->as_map()) {
            // What CodeDeploy needs, connectors, and APIs, which several functions share.
            const Value& type = *made.value.find("Type");
            const Value* metadata = made.value.find("Metadata");
            if (metadata != nullptr && metadata->find("aws:sam:connectors") != nullptr) {
                continue;
            }
            if (document.find("Resources")->find(made.key) != nullptr ||
                type.text().starts_with("AWS::CodeDeploy::") ||
                type.text().starts_with("AWS::ApiGateway") ||
                type.text() == "AWS::IAM::ManagedPolicy") {
                continue;
            }
            const data::Entry* owner = nullptr;
            for (const data::Entry& source : *document.find("Resources")->as_map()) {
                const Value* of = source.value.find("Type");
                if (made.key.starts_with(source.key) && of != nullptr &&
                    (of->text() == "AWS::Serverless::Function" ||
                     of->text() == "AWS::Serverless::StateMachine" ||
                     of->text() == "AWS::Serverless::GraphQLApi") &&
                    (owner == nullptr || source.key.size() > owner->key.size())) {
                    owner = &source;
                }
            }
            const Value* condition = owner == nullptr ? nullptr : owner->value.find("Condition");
            if (condition != nullptr && condition->is_string()) {
                const Value* own = made.value.find("Condition");
                ASSERT_NE(own, nullptr) << told << " " << made.key;
                EXPECT_NE(own->text().find(condition->text()), std::string_view::npos)
                    << told << " " << made.key;
            }
        }
    });
}

TEST(Variations, TheOrderOfResourcesDoesNotMatter) {
    each_variation([](const std::string& told, const Value& document) {
        Value reversed = document;
        Map& resources = *reversed.find("Resources")->as_map();
        Map backwards;
        for (auto entry = resources.end(); entry != resources.begin();) {
            backwards.set(*--entry);
        }
        resources = std::move(backwards);
        const Output one = transform(document, {});
        const Output other = transform(reversed, {});
        ASSERT_EQ(good(one), good(other))
            << told << testing::PrintToString(errors(one)) << testing::PrintToString(errors(other));
        if (good(one)) {
            EXPECT_EQ(shown(one.document), shown(other.document)) << told;
        }
    });
}

TEST(Variations, YamlAndJsonGiveTheSame) {
    each_variation([](const std::string& told, const Value& document) {
        const auto yaml = data::read_yaml(data::write_yaml(document), "t.yaml");
        const auto json = data::read_json(data::write_json(document), "t.json");
        ASSERT_TRUE(yaml && json) << told;
        const Output one = transform(*yaml, {});
        const Output other = transform(*json, {});
        // Their order is that of the places, which differ.
        const auto sorted = [](std::vector<std::string> all) {
            std::sort(all.begin(), all.end());
            return all;
        };
        EXPECT_EQ(sorted(errors(one)), sorted(errors(other))) << told;
        EXPECT_EQ(data::write_json(one.document), data::write_json(other.document)) << told;
    });
}

TEST(Variations, GlobalsAreAsIfWrittenOnEachResource) {
    const std::vector<std::pair<std::string, Value>> globals{
        {"MemorySize", 512},
        {"KmsKeyArn", "arn:aws:kms:eu-west-1:123456789012:key/a"},
        {"Tracing", "Active"},
        {"Layers", List{"arn:aws:lambda:eu-west-1:123456789012:layer:a:1"}},
        {"Tags", Map{{"team", "blue"}}},
        {"PropagateTags", true},
        {"AutoPublishAlias", "live"},
        {"Environment", Map{{"Variables", Map{{"A", "1"}}}}},
        {"EventInvokeConfig", Map{{"MaximumRetryAttempts", 1}}},
        {"DeploymentPreference", Map{{"Enabled", false}}}};
    std::size_t turn = 0;
    each_variation([&](const std::string& told, const Value& document) {
        const auto& [name, value] = globals[turn++ % globals.size()];
        if (document.find("Globals") != nullptr) {
            return;
        }
        Value inherited = document;
        Value written = document;
        inherited.as_map()->set("Globals", Map{{"Function", Map{{name, value}}}});
        for (data::Entry& resource : *written.find("Resources")->as_map()) {
            const Value* type = resource.value.find("Type");
            if (type == nullptr || type->text() != "AWS::Serverless::Function") {
                continue;
            }
            Value& properties = (*resource.value.as_map())["Properties"];
            if ((!properties.is_map() && !properties.is_null()) ||
                properties.find(name) != nullptr || resource.value.find("IgnoreGlobals")) {
                return;
            }
            if (properties.is_null()) {
                properties = Map{};
            }
            properties.as_map()->set(name, value);
        }
        const Output one = transform(inherited, {});
        const Output other = transform(written, {});
        ASSERT_EQ(good(one), good(other)) << told << name << testing::PrintToString(errors(one))
                                          << testing::PrintToString(errors(other));
        if (good(one)) {
            EXPECT_EQ(shown(one.document), shown(other.document)) << told << name;
        }
    });
}

// Writes them for tests/fuzz to the folder SAMARA_WRITE_SEEDS, and reads each again in any case.
TEST(Variations, AreSeedsOfTheFuzzer) {
    const char* folder = std::getenv("SAMARA_WRITE_SEEDS");
    std::size_t number = 0;
    each_variation([&](const std::string& name, const Value& document) {
        const std::string text = data::write_yaml(document);
        const auto again = data::read_yaml(text, name);
        EXPECT_TRUE(again && *again == document) << name;
        ++number;
        if (folder != nullptr) {
            const fs::path seed = fs::path(folder) / fmt::format("variation-{}", number);
            std::ofstream(seed, std::ios::binary) << text;
        }
    });
    EXPECT_GT(number, 0U);
}

} // namespace
} // namespace samara::transform
