#pragma once

#include "os/environment.h"
#include "project.h"
#include "variable.h"

#include <string>
#include <string_view>

namespace samara::build {

/// Languages whose tools are too large for a test machine: a script in the tool's place writes down
/// how it was called and makes what the tool would make.
class FakeTools : public Project {
protected:
    void fake(std::string_view tool, std::string_view script) {
        const auto path = root() / "bin" / tool;
        ASSERT_TRUE(os::make_folders(path.parent_path()));
        const std::string text = "#!/bin/sh\necho \"$(basename \"$0\") $*\" >> " +
                                 (root() / "calls").string() + "\n" + std::string(script);
        ASSERT_TRUE(os::write_file_atomically(path, text, 0755));
    }

    [[nodiscard]] std::string calls() const { return read("calls"); }

private:
    Variable path_{"PATH", (root() / "bin").string() + ":" + os::variable("PATH").value_or("")};
};

} // namespace samara::build
