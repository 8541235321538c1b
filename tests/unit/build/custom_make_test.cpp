#include "project.h"

#include <gmock/gmock.h>

namespace samara::build {
namespace {

using testing::HasSubstr;

class CustomMake : public Project {};

TEST_F(CustomMake, EachFunctionHasItsTargetAndAFolderToFill) {
    write("src/Makefile", "build-%:\n\techo $* > $(ARTIFACTS_DIR)/bootstrap\n\ttouch junk\n");
    add_function("A", "src", "provided.al2023");
    add_function("B", "src", "provided.al2023");
    ASSERT_TRUE(run());
    EXPECT_EQ(read(".aws-sam/build/A/bootstrap"), "A\n");
    EXPECT_EQ(read(".aws-sam/build/B/bootstrap"), "B\n");
    EXPECT_FALSE(exists("src/junk"));
    EXPECT_FALSE(exists(".aws-sam/build/A/Makefile"));
}

TEST_F(CustomMake, AnyRuntimeMayAskForIt) {
    write("src/Makefile", "build-A:\n\tcp app.py $(ARTIFACTS_DIR)\n");
    write("src/app.py", "x");
    add_function("A", "src", "python3.12").recipe.metadata = data::Map{{"BuildMethod", "makefile"}};
    ASSERT_TRUE(run());
    EXPECT_EQ(read(".aws-sam/build/A/app.py"), "x");
}

TEST_F(CustomMake, InSourceItRunsThere) {
    write("src/Makefile", "build-A:\n\ttouch here $(ARTIFACTS_DIR)/x\n");
    add_function("A", "src", "provided.al2");
    request_.build_in_source = true;
    ASSERT_TRUE(run());
    EXPECT_TRUE(exists("src/here"));
}

TEST_F(CustomMake, ALayerTakesItsTargetFromMetadataWhereThatNamesIt) {
    write("layer/Makefile", "build-Original:\n\techo x > $(ARTIFACTS_DIR)/tool\n");
    Layer& layer = add_layer("Tools", "layer", "makefile");
    layer.recipe.metadata = data::Map{{"BuildMethod", "makefile"}, {"SamResourceId", "Original"}};
    ASSERT_TRUE(run());
    EXPECT_THAT(log_text_, HasSubstr("Building layer 'Tools'"));
    EXPECT_EQ(read(".aws-sam/build/Tools/tool"), "x\n");
}

TEST_F(CustomMake, WorkingDirectoryIsSeenFromTheTemplate) {
    write("src/Makefile", "build-A:\n\tcp part.txt $(ARTIFACTS_DIR)\n");
    write("src/sub/part.txt", "part");
    Function& function = add_function("A", "src", "provided.al2");
    function.recipe.metadata =
        data::Map{{"BuildMethod", "makefile"}, {"WorkingDirectory", "src/sub"}};
    ASSERT_TRUE(run());
    EXPECT_EQ(read(".aws-sam/build/A/part.txt"), "part");
    function.recipe.metadata = data::Map{{"BuildMethod", "makefile"}, {"WorkingDirectory", "none"}};
    EXPECT_THAT(message(), HasSubstr("WorkingDirectory is relative"));
}

TEST_F(CustomMake, AMissingTargetShowsWhatMakeSays) {
    write("src/Makefile", "all:\n");
    add_function("A", "src", "provided.al2023");
    EXPECT_THAT(message(), HasSubstr("it needs a target build-A"));
    EXPECT_THAT(log_text_, HasSubstr("No rule to make target 'build-A'"));
}

TEST_F(CustomMake, AMissingMakefileIsTold) {
    write("src/app", "x");
    add_function("A", "src", "provided.al2023");
    EXPECT_THAT(message(), HasSubstr("A: there is no Makefile at"));
}

} // namespace
} // namespace samara::build
