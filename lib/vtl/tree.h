#pragma once

#include "vtl/value.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

/// A template as the parser leaves it. Places are offsets into its text.
namespace samara::vtl {

struct Expression;
struct Node;
using ExpressionPtr = std::unique_ptr<Expression>;
using Block = std::vector<Node>;

/// ".name", ".name(arguments)" or "[index]".
struct Step {
    enum class Kind : std::uint8_t { property, method, index };
    Kind kind = Kind::property;
    std::string name;
    std::vector<Expression> arguments; ///< an index has one
    std::size_t offset = 0;
};

struct Reference {
    std::string name;
    std::vector<Step> steps;
    bool quiet = false;
    std::string written; ///< what is printed when it has no value
    std::size_t offset = 0;
};

enum class Operator : std::uint8_t {
    logical_or,
    logical_and,
    equal,
    not_equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    add,
    subtract,
    multiply,
    divide,
    remainder,
};

struct Constant {
    std::variant<bool, std::int64_t, double, std::string> value;
};

struct Interpolation {
    Block block;
};

struct Unary {
    bool negative = false; ///< minus, else not
    ExpressionPtr operand;
};

struct Binary {
    Operator operation = Operator::add;
    ExpressionPtr left;
    ExpressionPtr right;
};

struct ListLiteral {
    std::vector<Expression> items;
};

struct RangeLiteral {
    ExpressionPtr first;
    ExpressionPtr last;
};

struct MapMember;

struct MapLiteral {
    std::vector<MapMember> members;
};

struct Expression {
    std::variant<
        Constant,
        Interpolation,
        Reference,
        Unary,
        Binary,
        ListLiteral,
        RangeLiteral,
        MapLiteral>
        content;
    std::size_t offset = 0;
};

struct MapMember {
    Expression key;
    Expression value;
};

struct Text {
    std::string text;
};

/// A reference in the text, behind some backslashes.
struct Print {
    Reference reference;
    std::size_t backslashes = 0;
};

struct Set {
    Reference target;
    Expression value;
};

struct Branch;

struct If {
    std::vector<Branch> branches;
    Block otherwise;
};

struct Foreach {
    std::string name;
    Expression items;
    Block body;
};

struct Break {
    std::size_t loops = 1; ///< how many it leaves
};

struct Stop {};

struct DefinedBlock {
    Block body;
};

struct Define {
    std::string name;
    std::unique_ptr<DefinedBlock> block;
};

struct MacroCall {
    std::string name;
    std::vector<Expression> arguments;
    std::unique_ptr<DefinedBlock> body; ///< of #@name(...) ... #end
};

struct Node {
    std::variant<Text, Print, Set, If, Foreach, Break, Stop, Define, MacroCall> content;
    std::size_t offset = 0;
};

struct Branch {
    Expression condition;
    Block block;
};

struct Macro {
    std::vector<std::string> parameters;
    Block body;
};

struct Tree {
    Block body;
    std::map<std::string, Macro, std::less<>> macros;
};

} // namespace samara::vtl
