// What Apache Velocity 1.7 makes of templates, and what API Gateway's variables give them.
// velocity.apache.org/engine/1.7/vtl-reference.html
// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html

#include "unit/vtl/rendering.h"

#include <iterator>

namespace samara::vtl {
namespace {

struct Row {
    const char* source;
    const char* output;
};

constexpr const char* payload =
    R"({"name": "Ann", "age": 41, "tags": ["a", "b"], "pets": [{"n": "x", "p": 5}, {"n": "y", "p": 50}], "quote": "it's \"so\"", "none": null, "real": 1.50})";

void expect_rows(const Row* rows, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        EXPECT_EQ(test::render(rows[i].source, payload), rows[i].output) << rows[i].source;
    }
}

template <std::size_t count>
void expect_rows(const Row (&rows)[count]) {
    expect_rows(rows, count);
}

TEST(Template, References) {
    constexpr Row rows[] = {
        {"plain $ text # 1$2 a#b", "plain $ text # 1$2 a#b"},
        {"$x ${x} $x.y() $!x-$!{x}.", "$x ${x} $x.y() ."},
        {"#set($x = 1)$x ${x}y $!x $!{x}", "1 1y 1 1"},
        {"#set($x-y = 2)$x-y ${x-y}", "2 2"},
        {"#set($x = 'a')$x. $x.5 $x: $x, ($x)", "a. a.5 a: a, (a)"},
        {"#set($m = {'k': 'v'})$m.k $m.none $!m.none| ${m.k}z $m['k'] $m.get('k')",
         "v $m.none | vz v v"},
        {"#set($m = {'a': {'b': [1, 2]}})$m.a.b[1] $m.a.b.get(0) ${m.a.b[0]}", "2 1 1"},
        {"#set($l = [1, 'b'])$l[0]$l[-1] $l[", "1b [1, b]["},
        {"$host.none|$host.none.deep|${host.none}", "||"},
        {"#set($x = 1)\\$x \\\\$x \\\\\\$x \\$y \\\\$y", "$x \\1 \\$x \\$y \\\\$y"},
        {"#set($x = 'a b')$x.toUpperCase().length() $x.foo() $x.length()", "3 $x.foo() 3"},
        {"${x y} $ {x}", "${x y} $ {x}"},
        {"#set($price = 5)cost: $$price", "cost: $5"},
    };
    expect_rows(rows);
}

TEST(Template, WhitespaceOfDirectives) {
    constexpr Row rows[] = {
        {"a\n  #set($x = 1)\nb\n", "a\n  b\n"},
        {"a #set($x = 1) b", "a  b"},
        {"  #set($x = 1)\n  #set($y = 2)  \n\t#set($z = 3)\n$x \t#set($x = 4)$y", "12"},
        {"#if(true)\n  #set($x = 1)\n  $x\n#end", "  1\n"},
        {"a #* b *# #set($x = 1)c ## d\n #set($x = 2)e#[[ f ]]# #set($x = 3)g", "a c e f g"},
        {"$ #set($x = 1)#x #set($x = 2)\\ #set($x = 3).", "$ #x \\ ."},
        {"a\n#if(true)\nb\n#end\nc", "a\nb\nc"},
        {"a\n  #if(true)\n  b\n  #else\n  c\n  #end\nd", "a\n    b\n  d"},
        {"#if(false) \t\r\nb#else  \nc#end \nd", "cd"},
        {"#foreach($i in [1..3])\n$i\n#end\n.", "1\n2\n3\n."},
        {"#foreach($i in [1..3])$i#if($foreach.hasNext),#end#end", "1,2,3"},
        {"x ## comment\ny", "x y"},
        {"x #* a\n b *# y", "x  y"},
        {"##\n#set($a = 1)##\n$a", "1"},
        {"#[[ $x #if ]]#.", " $x #if ."},
        {"{\n#set($i = $input.path('$'))\n  \"n\": \"$i.name\"\n}", "{\n  \"n\": \"Ann\"\n}"},
    };
    expect_rows(rows);
}

TEST(Template, Directives) {
    constexpr Row rows[] = {
        {"#if($x)a#{else}b#end", "b"},
        {"#{if}(true)a#{end}b", "ab"},
        {"#if('')empty#end#if(0)zero#end#if([])list#end", "emptyzerolist"},
        {"#if(false)a#elseif(true)b#elseif(true)c#else d#end", "b"},
        {"#if(!$x)a#end#if(not true)b#else c#end", "a c"},
        {"#set($x = $none)$x#set($x = 1)#set($x = $none)$x", "$x1"},
        {"#set($m = {})#set($m.a = 1)#set($m['b'] = 2)$m #set($l = [1, 2])#set($l[0] = 9)$l",
         "{a=1, b=2}[9, 2]"},
        {"#foreach($i in [3..1])$i$velocityCount;#end$velocityCount", "31;22;13;$velocityCount"},
        {"#foreach($i in ['a', 'b'])$foreach.index$foreach.count$foreach.first$foreach.last #end",
         "01truefalse 12falsetrue "},
        {"#foreach($i in [1..5])#if($i == 3)#break#end$i#end.", "12."},
        {"#foreach($i in [1..5])$i#if($i == 2)#stop#end#end.", "12"},
        {"#foreach($i in [1, 2])#foreach($j in [1, 2])$foreach.parent.count$j #end#end",
         "11 12 21 22 "},
        {"#set($i = 'x')#foreach($i in [1, 2])#end$i", "x"},
        {"#foreach($v in {'a': 1, 'b': 2})$v#end", "12"},
        {"#foreach($e in {'a': 1, 'b': 2}.entrySet())$e#end",
         "error: t:1:32: the directive has '.' where ')' has to be"},
        {"#set($m = {'a': 1, 'b': 2})#foreach($e in $m.entrySet())$e.key=$e.value $e.getKey() "
         "$e;#end",
         "a=1 a a=1;b=2 b b=2;"},
        {"#foreach($k in $m.keySet())$k#end#foreach($x in 5)$x#end.", "."},
        {"#macro(hi $who)Hi $who $!who!#end#hi('Ann')#hi($none)", "Hi Ann Ann!Hi $none !"},
        {"#macro(m $a $b)$a$b#end#m('x')#set($b = 'y')#m('x')#m('x' 'z' 'more')", "x$bxyxz"},
        {"#macro(m $a)$a#set($n = 2)$a#end#set($n = 1)#m($n)#m(\"<$n>\")", "12<2><2>"},
        {"#macro(m $a)#set($a = 5)$a#end#set($v = 1)#m($v)$v$a", "515"},
        {"#macro(in $x)<$x>#end#macro(out $x)#in(\"$x$x\")#end#set($x = 3)#out(1)$x", "<11>3"},
        {"#macro(down $n)$n#if($n > 1)#set($less = $n - 1)#down($less)#end#end#down(3)", "321"},
        {"#macro(each $l)#foreach($i in $l)$i#end$i#end#each([1, 2])$i", "12$i$i"},
        {"#foreach($i in [1..3])#foreach($j in [1..3])#if($j == 2)#break#end$i$j #end#end",
         "11 21 31 "},
        {"#foreach($i in [1..3])#foreach($j in [1..3])#if($j == 2)#break($foreach.parent)#end"
         "$i$j #end#end.",
         "11 ."},
        {"#foreach($i in [1..3])$i#if($i == 2)#break( $foreach )#end#end.", "12."},
        {"#foreach($i in [1, 2])$i#if($foreach.hasNext()),#end#end$foreach", "1,2$foreach"},
        {"#foreach($i in [1, 2])$foreach.getIndex()$foreach.getCount()$foreach.isFirst()"
         "$foreach.isLast() #end",
         "01truefalse 12falsetrue "},
        {"#foreach($i in [1, 2])#foreach($j in [3])#foreach($k in [4])"
         "$foreach.topmost.count$foreach.getParent().topmost.index #end#end$foreach.topmost.count "
         "#end",
         "10 1 21 2 "},
        {"#literal()$x", "error: t:1:1: '#literal' has no '#end'"},
        {"#break($x)",
         "error: t:1:8: '#break' leaves loops\n  write #break, or #break($foreach.parent)"},
        {"#set($x = 1)#literal()$x #foreach($i in $x)#end#end.", "$x #foreach($i in $x)#end."},
        {"#define($d)x$n#end#set($n = 1)#if($d == 'x1')y#end#set($s = $d + '!')$s", "yx1!"},

        {"#two(1 2)#macro(two $a $b)${a}-$b#end", "1-2"},
        {"#macro(wrap)<$bodyContent>#end#@wrap()in#end", "<in>"},
        {"#macro(set2)#set($g = 2)#end#set2()$g", "2"},
        {"#define($b)v=$v#end#set($v = 1)$b #set($v = 2)$b", "v=1v=2"},
        {"\\#if(true) \\\\#set($x = 1)$x \\#foo #foo #foo()", "#if(true) \\1 \\#foo #foo #foo()"},
    };
    expect_rows(rows);
}

TEST(Template, Expressions) {
    constexpr Row rows[] = {
        {"#set($x = 1 + 2 * 3 - 4 / 2)$x", "5"},
        {"#set($x = (1 + 2) * 3 % 5)$x", "4"},
        {"#set($x = 7 / 2)$x #set($x = 7 / 2.0)$x", "33.5"},
        {"#set($x = 1.0)$x #set($y = 12345678.0)$y", "1.01.2345678E7"},
        {"#set($x = -3)$x #set($y = -$x)$y", "-33"},
        {"#set($x = 1 / 0)$x", "$x"},
        {"#set($x = 'a' + 1)$x #set($y = 1 + 'b' + 2)$y", "a11b2"},
        {"#set($x = 'a' * 2)$x", "$x"},
        {"#if(1 < 2 && 2 <= 2 and 3 > 2 && 3 >= 3)y#end", "y"},
        {"#if(1 lt 2 && 2 le 2 && 3 gt 2 && 3 ge 3 && 1 eq 1 && 1 ne 2)y#end", "y"},
        {"#if(false || true)y#end#if(false or false)n#end", "y"},
        {"#if('a' == \"a\" && 1 == 1.0 && 'a' != 'b' && $n == $m)y#end", "y"},
        {"#if('1' == 1)same text#end", "same text"},
        {"#if($n == '')n#else differs#end", " differs"},
        {"#if([1, 2] == [1, 2] && {'a': 1} == {'a': 1})y#end", "y"},
        {"#if('a' < 'b')y#else not numbers#end", " not numbers"},
        {"#set($n = 'Ann')#set($x = \"Hi $n, ${n}s $none #if(true)y#end\")$x",
         "Hi Ann, Anns $none y"},
        {"#set($x = 'Hi $n #if')$x", "Hi $n #if"},
        {"#set($x = \"say \"\"$none\"\"\")$x#set($y = 'it''s')$y", "say \"$none\"it's"},
        {"#set($x = \"\\u0041\")$x", "A"},
        {"#set($x = [1, 'two', [3], {'k': true}, 1.5])$x", "[1, two, [3], {k=true}, 1.5]"},
        {"#set($x = [])$x #set($m = {})$m", "[]{}"},
        {"#set($a = 1)#set($b = 3)#set($x = [$a..$b])$x $x.size()", "[1, 2, 3] 3"},
        {"#set($a = [1])#set($b = $a)#set($ok = $b.add(2))$a", "[1, 2]"},
        {"#set($big = 9223372036854775807)#set($x = $big + 1)$x", "9.223372036854776E18"},
        {"#set($x = .5)$x #set($x = 5.)$x #set($x = 1.5e3)$x #set($x = -2E-1)$x #set($x = -.5)$x",
         "0.55.01500.0-0.2-0.5"},
        {"#set($x = 1e)$x", "error: t:1:12: the directive has 'e' where ')' has to be"},
        {"#foreach($i in [1..3])$i#end", "123"},
        {"#set($x = $none + 'a' + $m.none)$x #set($x = 'a' + $!none)$x", "$nonea$m.nonea$!none"},
        {"#set($x = -7 / 2)$x #set($x = -7 % 2)$x #set($x = 7 % 0)$x", "-3-1-1"},
        {"#if($none < 1)y#end#if($none != 1)n#end#if(true == 'true')t#end", "nt"},
    };
    expect_rows(rows);
}

TEST(Template, MethodsOfTexts) {
    constexpr Row rows[] = {
        {"#set($s = 'a,b,,c,,')$s.split(',') $s.split(',').size() $s.split(',', -1).size()",
         "[a, b, , c] 4 6"},
        {"#set($s = 'a1b22')$s.split('[0-9]+') $s.replaceAll('[0-9]+', '<$0>')",
         "[a, b] a<1>b<22>"},
        {"#set($s = 'a1b22')$s.replaceAll('([a-z])', '$1$1') $s.replaceFirst('[0-9]', '.')",
         "aa1bb22 a.b22"},
        {"#set($s = 'ab')$s.replaceAll('a', 'x$') $s.replaceAll('a', '$:') $s.replaceAll('a', "
         "'$/') "
         "$s.replaceAll('a', '\\$0') $s.replaceAll('(a)|(c)', '<$2$1>') $s.replace('a', '$0')",
         "x$b $:b $/b $0b <a>b $0b"},
        {"#set($s = 'a.b')$s.replace('.', '') $s.replaceAll('.', 'x') $s.split('\\.')",
         "ab xxx [a, b]"},
        {"#set($s = 'Hello')$s.length() $s.substring(1) $s.substring(1, 3) $s.charAt(4)",
         "5 ello el o"},
        {"#set($s = 'Hello')$s.indexOf('l') $s.lastIndexOf('l') $s.indexOf('l', 3) $s.indexOf('x')",
         "2 3 3 -1"},
        {"#set($s = 'Hello')$s.lastIndexOf('l', 2) $s.lastIndexOf('l', -1) $s.startsWith('l', 2) "
         "$s.startsWith('l', 9) $s.compareToIgnoreCase('hELLO') $s.valueOf(5)",
         "2 -1 true false 0 5"},
        {"#set($s = 'Hello')$s.contains('ell') $s.startsWith('He') $s.endsWith('lo') "
         "$s.matches('H.*') $s.matches('H')",
         "true true true true false"},
        {"#set($s = 'Hello')$s.equals('Hello') $s.equalsIgnoreCase('HELLO') $s.equals(1)",
         "true true false"},
        {"#set($s = '1')$s.equalsIgnoreCase(1) $s.equalsIgnoreCase('2') $s.equals(1)",
         "false false false"},
        {"#set($s = ' x ')[$s.trim()] [$s.concat('y')] $s.isEmpty() #set($e = '')$e.isEmpty() "
         "$e.empty",
         "[x] [ x y] falsetrue true"},
        {"#set($s = 'Ab')$s.toLowerCase() $s.toUpperCase() $s.toString() $s.compareTo('Ab')",
         "ab AB Ab 0"},
        {"#set($s = 'äöü€')$s.length() $s.substring(1, 2) $s.indexOf('€')", "4 ö 3"},
        {"#set($s = 'abcdefgäöü€x')$s.length() $s.substring(7) $s.substring(7, 9) $s.charAt(10)"
         "$s.indexOf('x', 8)$s.indexOf('x', 99)$s.indexOf('a', -5)$s.lastIndexOf('ö', 8)"
         "$s.lastIndexOf('ö', 7) $s.startsWith('€', 10)",
         "12 äöü€x äö €11-108-1 true"},
    };
    expect_rows(rows);
}

TEST(Template, MethodsOfCollectionsAndNumbers) {
    constexpr Row rows[] = {
        {"#set($l = ['b'])$l.add('c')$l.add(0, 'a') $l $l.size() $l.contains('b') $l.indexOf('c')",
         "true$l.add(0, 'a') [a, b, c] 3 true 2"},
        {"#set($l = [1, 2, 3])$l.remove(0) $l.remove('x') $l.set(0, 9) $l $l.isEmpty() "
         "$l.subList(0, 1)",
         "1 false 2 [9, 3] false [9]"},
        {"#set($l = [1, 2, 1, 3])$l.lastIndexOf(1) $l.lastIndexOf(9) $l.removeAll([1]) $l "
         "$l.retainAll([3, 4]) $l.removeAll([9]) $l",
         "2 -1 true [2, 3] true false [3]"},
        {"#set($l = [1])#set($ok = $l.addAll([2, 3]))$l $l.containsAll([1, 3]) $l.equals([1, 2, "
         "3])",
         "[1, 2, 3] true true"},
        {"#set($m = {})$!m.put('a', 1)$!m.put('a', 2) $m $m.size() $m.containsKey('a') "
         "$m.containsValue(2)",
         "1 {a=2} 1 true true"},
        {"#set($m = {'a': 1, 'b': 2})$m.keySet() $m.values() $m.entrySet() $m.isEmpty() "
         "$m.getOrDefault('z', 0)",
         "[a, b] [1, 2] [a=1, b=2] false 0"},
        {"#set($m = {'a': 1, 'b': 2, 'c': 3})$m.remove('a') $m $m.c $!m.putAll({'d': 4})$m.d",
         "1 {b=2, c=3} 3 4"},
        {"#set($n = 0)$n.parseInt('12') $n.parseDouble('1.5') $n.valueOf('3')", "12 1.5 3"},
        {"#set($n = 2.9)$n.intValue() $n.toString().length() #set($i = 2)$i.doubleValue() "
         "$i.equals(2)",
         "2 32.0 true"},
        {"#set($n = 0)$n.parseDouble('1e-310') $n.parseDouble('-2.5e-320') "
         "$n.parseDouble('1.7e308')",
         "1.0E-310 -2.5E-320 1.7E308"},
        {"#set($b = true)$b.toString() $b.equals(true) $b", "true true true"},
    };
    expect_rows(rows);
}

TEST(Template, Input) {
    constexpr Row rows[] = {
        {"$input.body.length() $input.params('id') $input.params('q') "
         "$input.params('x-one')|$input.params('none')|",
         "149 7 a b 1||"},
        {"$input.params().path.id $input.params().querystring.id "
         "$input.params().header.Content-Type",
         "7 not this application/json"},
        {"#foreach($t in $input.params().keySet())$t #end", "path querystring header "},
        {"$input.json('$.name') $input.json('$.age') $input.json('$.tags') $input.json('$.none') "
         "$input.json('$.gone')",
         "\"Ann\" 41 [\"a\",\"b\"] null \"\""},
        {"$input.path('$.name') $input.path('$.pets') $input.path('$.gone')|",
         "Ann [{n=x, p=5}, {n=y, p=50}] |"},
        {"$input.json('$.pets[?(@.p > 10)].n') $input.path('$.tags.length()') $input.json('$..n')",
         "[\"y\"] 2 [\"x\",\"y\"]"},
        {"#set($r = $input.path('$'))$r.name $r.pets[1].n $r.pets.size() $r.gone $!r.gone|",
         "Ann y 2 $r.gone |"},
        {"#set($r = $input.path('$'))#foreach($p in $r.pets){\"n\": "
         "\"$p.n\"}#if($foreach.hasNext),#end#end",
         "{\"n\": \"x\"},{\"n\": \"y\"}"},
        {"#if($input.params('none') == '')empty#end#if($input.path('$.gone'))there#else gone#end",
         "empty gone"},
        {"$input.json('name') $input.json('$.real')", "\"Ann\" 1.5"},
        {"{#foreach($h in $input.params().header.keySet())\"$h\": "
         "\"$util.escapeJavaScript($input.params().header.get($h))\"#if($foreach.hasNext),#end#"
         "end}",
         "{\"X-One\": \"1\",\"Content-Type\": \"application\\/json\"}"},
    };
    expect_rows(rows);
    EXPECT_EQ(test::render("$input.json('$') $input.path('$')|$input.body|", ""), "{} {}||");
    EXPECT_EQ(test::render("$input.path('$').split('&')", "a=1&b=2"), "[a=1, b=2]");
    EXPECT_EQ(test::render("$input.json('$')", "a=1"), "\"a=1\"");
    EXPECT_EQ(
        test::render("$input.json('$') $input.path('$.a')", R"({"a": 1, "b": 2, "a": 3})"),
        R"({"a":3,"b":2} 3)");
}

TEST(Template, Util) {
    constexpr Row rows[] = {
        {"$util.escapeJavaScript($input.path('$.quote'))", "it\\'s \\\"so\\\""},
        {"$util.escapeJavaScript($input.path('$.quote')).replaceAll(\"\\\\'\", \"'\")",
         "it's \\\"so\\\""},
        {"$util.escapeJavaScript('a/b\\c')$util.escapeJavaScript('€')", "a\\/b\\\\c\\u20AC"},
        {"$util.urlEncode('a b&ä/*') $util.urlDecode('a+b%26%C3%A4')", "a+b%26%C3%A4%2F* a b&ä"},
        {"$util.base64Encode('hi') $util.base64Decode('aGk=')", "aGk= hi"},
        {"#set($o = $util.parseJson('{\"a\": 0, \"a\": [1, {\"b\": 2}]}'))$o.a[1].b $o",
         "2 {a=[1, {b=2}]}"},
        {"$util.toJson('x')", "$util.toJson('x')"},
    };
    expect_rows(rows);
}

} // namespace
} // namespace samara::vtl
