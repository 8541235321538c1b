// Templates that are none, or that would go on for ever.

#include "unit/vtl/rendering.h"

#include <chrono>

#include <gmock/gmock.h>

namespace samara::vtl {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(TemplateError, SaysWhereAndWhat) {
    struct Row {
        const char* source;
        const char* error;
    };

    for (const Row& row : {
             Row{"a\n #if(true)\nb", "t:2:2: '#if' has no '#end'"},
             Row{"#foreach($x in [1])", "t:1:1: '#foreach' has no '#end'"},
             Row{"#end", "t:1:1: '#end' ends nothing"},
             Row{"a #else b", "t:1:3: '#else' ends nothing"},
             Row{"#if(true)#else a #else b #end", "t:1:18: nothing but '#end' may follow"},
             Row{"#foreach($x in [1])#else#end", "'#else' is part of no '#if'"},
             Row{"#set(x = 1)", "t:1:6: '#set' sets a variable"},
             Row{"#set($x 1)", "has '1' where '=' has to be"},
             Row{"#set($x = )", "t:1:11: ')' begins no expression"},
             Row{"#set($x = 'a)", "t:1:11: the text has no end"},
             Row{"#set($x = \"#if(true)\")", "'#if' has no '#end'"},
             Row{"#set($x = [1, 2)", "has ')' where ']' has to be"},
             Row{"#set($x = {'a' 1})", "has '1' where ':' has to be"},
             Row{"#set($x = null)", "'n' begins no expression"},
             Row{"#foreach($x on [1])#end", "'#foreach' has no 'in'"},
             Row{"#if true", "'#if' has 't' where '(' has to be"},
             Row{"$x.foo(1", "is missing"},
             Row{"#parse('x')", "t:1:1: '#parse' is not part of mapping templates"},
             Row{"#include('x')", "'#include' is not part of"},
             Row{"#evaluate('x')", "'#evaluate' is not part of"},
             Row{"#* never", "'#*' has no '*#'"},
             Row{"#[[ never", "'#[[' has no ']]#'"},
             Row{"a\nb $input.json('$[')", "t:2:9: an index, a quoted name"},
             Row{"#set($s = 'abc')\n$s.substring(2, 9)", "t:2:3: characters 2 to 9 are outside"},
             Row{"#set($l = [1])$l.get(1)", "index 1 is outside of a list of 1 items"},
             Row{"#set($s = 'a')$s.matches('(')", "the regular expression is not valid"},
             Row{"#set($n = 1)$n.parseInt('x')", "parseInt: 'x' is no number"},
             Row{"$util.parseJson('{')", "$util.parseJson: "},
             Row{"$util.base64Decode('?')", "the text is not base64"},
             Row{"#macro(a)#a()#end#a()", "macros call each other more than 20 deep"},
             Row{"#define($d)$d#end$d", "a '#define' that names itself has no end"},
         }) {
        EXPECT_THAT(test::render(row.source), HasSubstr(row.error)) << row.source;
        EXPECT_THAT(test::render(row.source), StartsWith("error: t:")) << row.source;
    }
}

std::string repeated(const std::string& text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) {
        all += text;
    }
    return all;
}

TEST(TemplateError, WhatGrowsOrLoopsIsRefusedInTime) {
    const std::string doubled =
        "#set($s = 'xxxxxxxxxxxxxxxx')" + repeated("#set($s = $s + $s)", 40);
    const std::string searched = "#set($s = 'aaaaaaaaaaaaaaaaaaaa')" +
                                 repeated("#set($s = $s + $s)", 18) + "#foreach($i in [1..1000])";
    const std::string loops = repeated("#foreach($i in [1..1000])", 4) + "x" + repeated("#end", 4);

    struct Row {
        std::string source;
        std::string_view error;
    };

    const std::string self = "#set($l = [1])#set($o = $l.add($l))$l";
    const std::string shared = "#set($l = ['x'])" + repeated("#set($l = [$l, $l])", 40) + "$l";
    const std::string aas = repeated("a", 40);
    for (
        const Row& row : {
            Row{doubled, "MB"},
            Row{R"(#macro(m $x $n)#if($n > 0)#set($k = $n - 1)#m("$x$x" $k)#{else}$x#end#end#m("ab" 18))",
                "steps"},
            Row{searched + "$s.lastIndexOf('ab', 5000000)#end", "steps"},
            Row{searched + "$s.indexOf('ab', 5000000)$s.contains('ab')$s.charAt(5000000)#end",
                "steps"},
            Row{loops, "steps"},
            Row{"#set($x = [1..2000000000])", "steps"},
            Row{self, "nested deeper"},
            Row{shared, "steps"},
            Row{"#set($s = '" + aas + "!')$s.matches('(a|aa)+[^a!]')", "expression takes too long"},
            Row{"#set($s = '" + aas +
                    "')#foreach($i in [1..30])#set($s = $s.replace('a', 'aaaaaaa'))#end",
                "steps"},
            Row{repeated("#if(true)", 1000) + repeated("#end", 1000), "nested too deeply"},
            Row{"#set($x = " + repeated("(", 5000) + "1)", "nested too deeply"},
            Row{"#set($x = 1" + repeated("+1", 5000) + ")", "too many operands"},
            Row{"#foreach($i in [1..1000])#foreach($j in [1..1000])" + repeated("y", 20000) +
                    "#end#end",
                "output is larger"},
            Row{repeated("$x.a", 1) + "#set($x = " + repeated("[", 5000) + ")",
                "nested too deeply"},
        }) {
        const auto start = std::chrono::steady_clock::now();
        const std::string output = test::render(row.source);
        const auto time = std::chrono::steady_clock::now() - start;
        EXPECT_THAT(output, StartsWith("error: t:")) << row.source.substr(0, 60);
        EXPECT_THAT(output, HasSubstr(row.error)) << row.source.substr(0, 60);
        // 100 ms where it is optimised and alone on the machine.
        EXPECT_LT(time, std::chrono::seconds(20)) << row.source.substr(0, 60);
    }
}

TEST(TemplateError, ALoopEndsAfterAThousandRounds) {
    // docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    EXPECT_EQ(test::render("#foreach($i in [1..3000])x#end").size(), 1000U);
}

} // namespace
} // namespace samara::vtl
