#include "engine/image/decision.h"

#include <ostream>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::engine::image {

void PrintTo(const Decision& decision, std::ostream* out) {
    *out << fmt::format(
        "pull {} build {} reason {}",
        decision.pull,
        decision.build,
        static_cast<int>(decision.reason));
}

namespace {

constexpr auto classic = CheckMode::classic;

struct Row {
    std::string_view about;
    Facts facts;
    bool asks;
    Decision decision;
};

// A base and an added image that are here, the latter with the labels it should have.
Facts both(Facts facts) {
    facts.base_here = true;
    facts.added_here = true;
    return facts;
}

Facts base_only(Facts facts) {
    facts.base_here = true;
    return facts;
}

Facts added_only(Facts facts) {
    facts.added_here = true;
    return facts;
}

constexpr Decision nothing{};

constexpr Decision keep(Reason reason) {
    return {.reason = reason};
}

constexpr Decision build(Reason reason) {
    return {.build = true, .reason = reason};
}

constexpr Decision pull_and_build(Reason reason) {
    return {.pull = true, .build = true, .reason = reason};
}

void check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        EXPECT_EQ(asks_registry(row.facts), row.asks) << row.about;
        EXPECT_EQ(decide(row.facts), row.decision) << row.about;
    }
}

TEST(Decision, ZipFunction) {
    using enum Reason;
    check({
        {"nothing here", {}, false, pull_and_build(missing)},
        {"nothing here, skip", {.skip_pull = true}, false, pull_and_build(missing)},
        {"no added image", base_only({}), false, pull_and_build(missing)},
        {"no added image, skip", base_only({.skip_pull = true}), false, build(missing)},
        {"not asked again", both({}), true, nothing},
        {"same", both({.registry = Registry::same}), true, keep(up_to_date)},
        {"different", both({.registry = Registry::different}), true, pull_and_build(newer_base)},
        {"unreachable", both({.registry = Registry::unreachable}), true, keep(unreachable)},
        {"skip", both({.skip_pull = true}), false, nothing},
        {"force", both({.force_build = true}), false, pull_and_build(forced)},
        {"force, skip", both({.skip_pull = true, .force_build = true}), false, build(forced)},
        {"base gone", added_only({}), false, pull_and_build(newer_base)},
        {"base gone, skip", added_only({.skip_pull = true}), false, nothing},
        {"base gone, force", added_only({.force_build = true}), false, pull_and_build(forced)},
    });
}

TEST(Decision, ContentDecidesWhetherAZipFunctionIsBuiltAgain) {
    using enum Reason;
    std::vector<Row> rows{
        {"unchanged template layer", both({.template_layer = true}), true, nothing},
        {"unchanged template layer, skip",
         both({.skip_pull = true, .template_layer = true}),
         false,
         nothing},
        {"changed, but newer base as well",
         both({.registry = Registry::different, .change = Change::layers}),
         true,
         pull_and_build(newer_base)},
    };
    for (const Change change :
         {Change::base, Change::emulator, Change::layers, Change::unlabelled}) {
        rows.push_back({"changed", both({.change = change}), true, build(changed)});
        rows.push_back(
            {"changed, same base",
             both({.registry = Registry::same, .change = change}),
             true,
             build(changed)});
        rows.push_back(
            {"changed, offline",
             both({.registry = Registry::unreachable, .change = change}),
             true,
             build(changed)});
        rows.push_back(
            {"changed, skip", both({.skip_pull = true, .change = change}), false, build(changed)});
    }
    check(rows);
}

TEST(Decision, ClassicBuildsForTemplateLayersAndLooksAtNoContent) {
    using enum Reason;
    check({
        {"changed", both({.mode = classic, .change = Change::base}), true, nothing},
        {"unlabelled", both({.mode = classic, .change = Change::unlabelled}), true, nothing},
        {"template layer",
         both({.mode = classic, .template_layer = true}),
         true,
         build(template_layer)},
        {"template layer, skip",
         both({.mode = classic, .skip_pull = true, .template_layer = true}),
         false,
         build(template_layer)},
        {"template layer, same base",
         both({.mode = classic, .template_layer = true, .registry = Registry::same}),
         true,
         build(template_layer)},
        {"different",
         both({.mode = classic, .registry = Registry::different}),
         true,
         pull_and_build(newer_base)},
        {"force", both({.mode = classic, .force_build = true}), false, pull_and_build(forced)},
        {"missing", base_only({.mode = classic}), false, pull_and_build(missing)},
    });
}

TEST(Decision, ImageFunctionsAreNeverPulledWhenTheyAreHere) {
    using enum Reason;
    check({
        {"nothing here", {.image_function = true}, false, pull_and_build(missing)},
        {"no added image", base_only({.image_function = true}), false, build(missing)},
        {"both", both({.image_function = true}), false, nothing},
        {"skip", both({.image_function = true, .skip_pull = true}), false, nothing},
        {"force", both({.image_function = true, .force_build = true}), false, build(forced)},
        {"built again by samara build",
         both({.image_function = true, .change = Change::base}),
         false,
         build(changed)},
        {"image gone", added_only({.image_function = true}), false, nothing},
        {"classic has no runtime to tell",
         both({.mode = classic, .image_function = true}),
         false,
         build(no_runtime)},
        {"classic, image gone",
         added_only({.mode = classic, .image_function = true}),
         false,
         pull_and_build(no_runtime)},
    });
}

} // namespace
} // namespace samara::engine::image
