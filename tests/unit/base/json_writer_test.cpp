#include "base/json_writer.h"

#include <gtest/gtest.h>

namespace samara::base {
namespace {

TEST(JsonWriter, PutsCommasBetweenMembersAlone) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.key("a").number(-5);
    json.key("b").begin_list();
    json.text("x").boolean(true).boolean(false).null();
    json.begin_object().end_object();
    json.begin_list().end_list();
    json.end_list();
    json.key("c").raw("[1]");
    json.member("d", "y");
    json.end_object();
    EXPECT_EQ(out, R"({"a":-5,"b":["x",true,false,null,{},[]],"c":[1],"d":"y"})");
}

} // namespace
} // namespace samara::base
