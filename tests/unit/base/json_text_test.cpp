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

// Text is looked at eight bytes at a time: what has to be seen stands at every place of such eight.
TEST(JsonText, SeesEveryByteOfALongText) {
    struct Special {
        std::string_view bytes;
        std::string_view json;
    };

    for (const auto& [bytes, json] :
         {Special{"\"", "\\\""},
          Special{"\\", "\\\\"},
          Special{"\n", "\\n"},
          Special{"\x01", "\\u0001"},
          Special{"\x1f", "\\u001f"},
          Special{"\xC3\xA9", "\xC3\xA9"},
          Special{"\xFF", "\xEF\xBF\xBD"},
          Special{"\x7f !#[]", "\x7f !#[]"}}) {
        for (std::size_t length = 0; length < 20; ++length) {
            for (std::size_t at = 0; at <= length; ++at) {
                std::string text(length, 'a');
                std::string expected = text;
                text.insert(at, bytes);
                expected.insert(at, json);
                EXPECT_EQ(of_bytes(text), '"' + expected + '"');
            }
        }
    }
}

TEST(JsonText, ReplacesBytesThatAreNoText) {
    EXPECT_EQ(of_bytes("plain"), R"("plain")");
    EXPECT_EQ(of_bytes("a\xFF\"\xC3"), "\"a\xEF\xBF\xBD\\\"\xEF\xBF\xBD\"");
}

} // namespace
} // namespace samara::base
