#include "base/json_text.h"

#include <gtest/gtest.h>

namespace samara::base {
namespace {

std::string of_text(std::string_view text) {
    std::string out = "x";
    append_json_string(out, text);
    return out.substr(1);
}

std::string of_bytes(std::string_view bytes) {
    std::string out;
    append_json_bytes(out, bytes);
    return out;
}

TEST(JsonText, EscapesWhatJsonDoes) {
    EXPECT_EQ(of_text(""), R"("")");
    EXPECT_EQ(of_text("a\"b\\c\nd\re\tf"), R"("a\"b\\c\nd\re\tf")");
    EXPECT_EQ(of_text(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
    EXPECT_EQ(of_text("\xC3\xA9/"), "\"\xC3\xA9/\"");
}

TEST(JsonText, EscapesWhatIsNoAsciiAsPythonDoes) {
    std::string out = "x";
    append_ascii_json_string(out, "a\"b\\\n\r\t\b\f\x01\x7f~ \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    EXPECT_EQ(out, R"(x"a\"b\\\n\r\t\b\f\u0001\u007f~ \u00e9\u20ac\ud83d\ude00")");
}

TEST(JsonText, ReplacesBytesThatAreNoText) {
    EXPECT_EQ(of_bytes("plain"), R"("plain")");
    EXPECT_EQ(of_bytes("a\xFF\"\xC3"), "\"a\xEF\xBF\xBD\\\"\xEF\xBF\xBD\"");
}

} // namespace
} // namespace samara::base
