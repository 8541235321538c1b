// JSONPath as mapping templates use it: the example of goessner.net/articles/JsonPath, to which AWS
// refers (docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html).

#include "data/read.h"
#include "data/write.h"
#include "vtl/json_path.h"

#include <gmock/gmock.h>

namespace samara::vtl {
namespace {

constexpr std::string_view store = R"({"store": {"book": [
  {"category": "reference", "author": "Nigel", "title": "Sayings", "price": 8.95},
  {"category": "fiction", "author": "Evelyn", "title": "Sword", "price": 12.99},
  {"category": "fiction", "author": "Herman", "title": "Moby", "isbn": "0-553", "price": 8.99},
  {"category": "fiction", "author": "Tolkien", "title": "Rings", "isbn": "0-395", "price": 22.99}],
  "bicycle": {"color": "red", "price": 19.95}}, "limit": 10, "a b": 1, "n": [1, 2, 3, 4, 5]})";

std::string selected(std::string_view path) {
    const auto parsed = JsonPath::parse(path);
    if (!parsed) {
        return "error: " + parsed.error().message;
    }
    const auto document = data::read_json(store, "store");
    const auto selection = parsed->select(*document);
    if (!selection) {
        return "error: " + selection.error().message;
    }
    return selection->found ? data::write_json(selection->value) : "nothing";
}

TEST(JsonPath, Selects) {
    struct Row {
        std::string_view path;
        std::string_view selected;
    };

    for (const Row& row : {
             Row{"$.store.bicycle.color", "\"red\""},
             Row{"$['store']['bicycle']['price']", "19.95"},
             Row{"store.bicycle.color", "\"red\""},
             Row{"$['a b']", "1"},
             Row{"$.store.book[0].title", "\"Sayings\""},
             Row{"$.store.book[-1].title", "\"Rings\""},
             Row{"$.store.book[*].author", R"(["Nigel","Evelyn","Herman","Tolkien"])"},
             Row{"$..author", R"(["Nigel","Evelyn","Herman","Tolkien"])"},
             Row{"$.store..price", "[8.95,12.99,8.99,22.99,19.95]"},
             Row{"$..book[2].title", "[\"Moby\"]"},
             Row{"$.n[1:3]", "[2,3]"},
             Row{"$.n[:2]", "[1,2]"},
             Row{"$.n[-2:]", "[4,5]"},
             Row{"$.n[0:5:2]", "[1,3,5]"},
             Row{"$.n[0,2]", "[1,3]"},
             Row{"$.n[9]", "nothing"},
             Row{"$.n[7:9]", "[]"},
             Row{"$.store.bicycle['color','price']", "[\"red\",19.95]"},
             Row{"$.store.bicycle.*", "[\"red\",19.95]"},
             Row{"$..book[?(@.isbn)].title", "[\"Moby\",\"Rings\"]"},
             Row{"$..book[?(!@.isbn)].title", "[\"Sayings\",\"Sword\"]"},
             Row{"$.store.book[?(@.price < 10)].title", "[\"Sayings\",\"Moby\"]"},
             Row{"$.store.book[?(@.price <= $.limit)].title", "[\"Sayings\",\"Moby\"]"},
             Row{"$.store.book[?(@.category == 'fiction' && @.price > 20)].title", "[\"Rings\"]"},
             Row{"$.store.book[?(@.price > 20 || (@.author == 'Nigel'))].title",
                 "[\"Sayings\",\"Rings\"]"},
             Row{"$.store.book[?(@['category'] != \"fiction\")].title", "[\"Sayings\"]"},
             Row{"$.store.book[?(@.author in ['Nigel', 'Herman'])].title",
                 "[\"Sayings\",\"Moby\"]"},
             Row{"$.store.book[?(@.author nin ['Nigel', 'Herman'])].title",
                 "[\"Sword\",\"Rings\"]"},
             Row{"$.store.book[?(@.author =~ /n.*L/i)].title", "[\"Sayings\"]"},
             Row{"$.n[?(@ >= 4)]", "[4,5]"},
             Row{"$.n[?(@ == 4)]", "[4]"},
             // github.com/json-path/JsonPath#filter-operators
             Row{"$.store[?(@.book size 4)].bicycle.color", "[\"red\"]"},
             Row{"$.store.book[?(@.author size 5)].price", "[8.95]"},
             Row{"$.store.book[?(@.isbn empty false)].author", "[\"Herman\",\"Tolkien\"]"},
             Row{"$.store.book[?(@.author contains 'el')].author", "[\"Nigel\",\"Evelyn\"]"},
             Row{"$[?(@.n contains 3 && @.n anyof [7, 5] && @.n noneof [8])].limit", "[10]"},
             Row{"$[?(@.n subsetof [1, 2, 3, 4, 5, 6])].limit", "[10]"},
             Row{"$[?(@.n subsetof [1, 2] || @.n anyof [9] || @.n noneof [1])].limit", "[]"},
             Row{"$.store.book.length()", "4"},
             Row{"$..book.length()", "1"},
             Row{"$.n.sum()", "15.0"},
             Row{"$.n.max()", "5.0"},
             Row{"$.store.keys()", "[\"book\",\"bicycle\"]"},
             Row{"$.gone", "nothing"},
             Row{"$.gone.deeper", "nothing"},
             Row{"$..gone", "[]"},
         }) {
        EXPECT_EQ(selected(row.path), row.selected) << row.path;
    }
    EXPECT_EQ(selected("$").substr(0, 10), R"({"store":{)");
}

TEST(JsonPath, SaysWhatIsWrong) {
    for (const std::string_view path :
         {"$[",
          "$.",
          "$..",
          "$.a[",
          "$.a['x",
          "$.a[?(@.b",
          "$.a[?(@.b == )]",
          "$.a[1:2:0]",
          "$.a b",
          "$.foo()",
          "$.a[?(@.x =~ /a)]"}) {
        EXPECT_THAT(selected(path), testing::HasSubstr("of JSONPath")) << path;
    }
}

TEST(JsonPath, IsBounded) {
    std::string list = "[1";
    for (int i = 0; i < 2000; ++i) {
        list += ",1";
    }
    const auto document = data::read_json(list + "]", "list");
    const auto path = JsonPath::parse("$[?($ == 1)]");
    EXPECT_FALSE(path->select(*document));
}

} // namespace
} // namespace samara::vtl
