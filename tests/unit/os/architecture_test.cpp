#include "os/architecture.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <gtest/gtest.h>

namespace samara::os {
namespace {

class Architecture : public testing::Test {
protected:
    TempDir folder_ = TempDir::create("binfmt").value();
    std::string other_ = machine_architecture() == "arm64" ? "x86_64" : "arm64";
    std::string machine_ = other_ == "arm64" ? "b700" : "3e00";

    void write(const std::string& name, const std::string& text) {
        ASSERT_TRUE(write_file_atomically(folder_.path() / name, text));
    }

    // As the kernel shows an entry.
    void add(const std::string& state, const std::string& flags, const std::string& machine) {
        write("status", "enabled\n");
        write(
            "qemu-other",
            state + "\ninterpreter /usr/bin/qemu-static\nflags: " + flags +
                "\noffset 0\nmagic 7f454c460201010000000000000000000200" + machine +
                "\nmask ffffffffffffff00fffffffffffffffffeffffff\n");
    }

    [[nodiscard]] bool runs() const { return runs_architecture(other_, folder_.path()); }
};

TEST_F(Architecture, TheMachinesOwnAlwaysRuns) {
    EXPECT_TRUE(runs_architecture(machine_architecture(), "/none"));
    EXPECT_FALSE(runs_architecture(other_, "/none"));
}

TEST_F(Architecture, AnotherRunsThroughAnEmulatorThatContainersSee) {
    add("enabled", "OCF", machine_);
    EXPECT_TRUE(runs());
    add("disabled", "OCF", machine_);
    EXPECT_FALSE(runs());
    add("enabled", "OC", machine_);
    EXPECT_FALSE(runs());
    add("enabled", "F", "f300");
    EXPECT_FALSE(runs());
    add("enabled", "F", machine_);
    write("status", "disabled\n");
    EXPECT_FALSE(runs());
}

} // namespace
} // namespace samara::os
