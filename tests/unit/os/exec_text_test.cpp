#include "os/exec_text.h"
#include "os/process.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::os {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

TEST(ArgumentList, HoldsWhatAProgramCanBeGiven) {
    ArgumentList list({"a", "", "b c"});
    EXPECT_EQ(list.block().value(), "a\0\0b c\0"s);
    const auto pointers = list.pointers().value();
    ASSERT_EQ(pointers.size(), 4U);
    EXPECT_STREQ(pointers[2], "b c");
    EXPECT_EQ(pointers[3], nullptr);
}

TEST(ArgumentList, GivesNothingOnceATextHeldANul) {
    ArgumentList list;
    list.add("--setenv");
    list.add("x\0--bind\0/etc\0/mnt"s, "the value of X");
    list.add("more");
    ASSERT_FALSE(list.block());
    EXPECT_THAT(list.block().error().message, HasSubstr("the value of X holds a NUL"));
    EXPECT_FALSE(list.pointers());
    EXPECT_FALSE(ArgumentList({"a\0b"s}).checked());
}

TEST(VariableList, RefusesWhatNoEnvironmentCanHold) {
    EXPECT_TRUE(check_variable("NAME", "a=b\nc"));
    EXPECT_TRUE(check_variable("NAME", ""));
    EXPECT_THAT(check_variable("", "x").error().message, HasSubstr("empty name"));
    EXPECT_THAT(check_variable("A=B", "x").error().message, HasSubstr("'A=B'"));
    EXPECT_THAT(check_variable("A\0B"s, "x").error().message, HasSubstr("'A...'"));
    EXPECT_THAT(check_variable("A", "x\0y"s).error().message, HasSubstr("'A' holds a NUL"));
    EXPECT_FALSE(VariableList({{"A", "1"}, {"B", "\0"s}}).entries());
    // Linux takes 131,072 bytes for one, with its name and the NUL behind it.
    EXPECT_TRUE(check_variable("A", std::string(131'069, 'x')));
    EXPECT_THAT(
        check_variable("A", std::string(131'070, 'x')).error().message,
        HasSubstr("'A' has 131070 bytes, and no program can be given more than 131069"));
    std::map<std::string, std::string> many;
    for (int i = 0; i < 100; ++i) {
        many.emplace("V" + std::to_string(i), std::string(100'000, 'x'));
    }
    EXPECT_THAT(VariableList(many).checked().error().message, HasSubstr("together"));
    EXPECT_EQ(VariableList({{"B", "2"}, {"A", "1"}}).texts()->front(), "A=1");
}

// Whatever holds one, the program is not started.
TEST(Process, IsNotStartedWithATextThatHoldsANul) {
    const std::string nul = "x\0y"s;
    std::vector<Command> commands(5);
    for (Command& command : commands) {
        command.argv = {"true"};
        command.environment.emplace();
    }
    commands[0].argv.push_back(nul);
    commands[1].environment->emplace("NAME", nul);
    commands[2].environment->emplace(nul, "value");
    commands[3].environment->emplace("NAME=", "value");
    commands[4].folder = "/tmp\0x"s;
    for (const Command& command : commands) {
        EXPECT_FALSE(run(command, {}));
    }
}

} // namespace
} // namespace samara::os
