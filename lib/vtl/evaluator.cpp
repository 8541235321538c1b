#include "vtl/evaluator.h"

#include "vtl/methods.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace samara::vtl {

namespace {

/// velocimacro.max.depth
constexpr std::size_t deepest_macro = 20;

/// $foreach, as it is in one round.
void update_loop(Map& state, std::size_t index, std::size_t count) {
    state.put("index", static_cast<std::int64_t>(index));
    state.put("count", static_cast<std::int64_t>(index + 1));
    state.put("hasNext", index + 1 < count);
    state.put("first", index == 0);
    state.put("last", index + 1 == count);
}

} // namespace

std::string Evaluator::run() {
    std::string output;
    render(tree_.body, output);
    return output;
}

void Evaluator::append(std::string& output, std::string_view text) {
    output += text;
    if (output.size() > work_.limits().output) {
        work_.fail(fmt::format("its output is larger than {} bytes", work_.limits().output));
        output.clear();
    }
}

Evaluator::Flow Evaluator::render(const Block& block, std::string& output) {
    const Work::Depth depth(work_);
    for (const Node& node : block) {
        if (work_.failed()) {
            return Flow::stop;
        }
        const std::size_t outer = offset_;
        offset_ = node.offset;
        if (!work_.step()) {
            return Flow::stop;
        }
        if (const Flow flow = render(node, output); flow != Flow::next || work_.failed()) {
            return work_.failed() ? Flow::stop : flow;
        }
        offset_ = outer;
    }
    return Flow::next;
}

Evaluator::Flow Evaluator::render(const Node& node, std::string& output) {
    if (const auto* text = std::get_if<Text>(&node.content)) {
        append(output, text->text);
    } else if (const auto* reference = std::get_if<Print>(&node.content)) {
        print(*reference, output);
    } else if (const auto* assignment = std::get_if<Set>(&node.content)) {
        set(*assignment);
    } else if (const auto* condition = std::get_if<If>(&node.content)) {
        return choose(*condition, output);
    } else if (const auto* repeated = std::get_if<Foreach>(&node.content)) {
        return loop(*repeated, output);
    } else if (const auto* macro = std::get_if<MacroCall>(&node.content)) {
        return call(*macro, output);
    } else if (const auto* definition = std::get_if<Define>(&node.content)) {
        variables_.insert_or_assign(
            definition->name,
            Variable{static_cast<const DefinedBlock*>(definition->block.get()), false});
    } else if (std::holds_alternative<Break>(node.content)) {
        return Flow::leave_loop;
    } else if (std::holds_alternative<Stop>(node.content)) {
        return Flow::stop;
    }
    return Flow::next;
}

/// A backslash keeps a reference that has a value from being replaced, and two are one.
void Evaluator::print(const Print& print, std::string& output) {
    const Value value = resolve(print.reference, print.reference.steps.size());
    if (work_.failed()) {
        return;
    }
    const auto known = variables_.find(print.reference.name);
    const bool quiet = print.reference.quiet || (known != variables_.end() && known->second.quiet);
    if (is_null(value) && (!quiet || print.backslashes > 0)) {
        append(output, std::string(print.backslashes, '\\'));
        append(
            output,
            print.reference.quiet && print.backslashes % 2 == 0 ? "" : print.reference.written);
        return;
    }
    append(output, std::string(print.backslashes / 2, '\\'));
    if (print.backslashes % 2 == 1) {
        append(output, print.reference.written);
    } else if (!is_null(value)) {
        append(output, text(value));
    }
}

/// A value that is none leaves the variable as it is (directive.set.null.allowed is false).
void Evaluator::set(const Set& set) {
    const Value value = evaluate(set.value);
    if (is_null(value) || work_.failed()) {
        return;
    }
    const Reference& target = set.target;
    if (target.steps.empty()) {
        variables_.insert_or_assign(target.name, Variable{value, false});
        return;
    }
    const Value holder = resolve(target, target.steps.size() - 1);
    const Step& last = target.steps.back();
    if (last.kind == Step::Kind::method) {
        work_.fail("'#set' cannot set the result of a method");
        return;
    }
    const Value key = last.kind == Step::Kind::property ? Value{} : evaluate(last.arguments[0]);
    if (Map* const* map = std::get_if<Map*>(&holder)) {
        work_.put(
            **map, last.kind == Step::Kind::property ? last.name : text_of(key, work_), value);
    } else if (std::holds_alternative<List*>(holder)) {
        call_method(holder, "set", {key, value}, work_);
    }
}

Evaluator::Flow Evaluator::choose(const If& node, std::string& output) {
    for (const auto& [condition, block] : node.branches) {
        const bool holds = is_true(evaluate(condition));
        if (work_.failed()) {
            return Flow::stop;
        }
        if (holds) {
            return render(block, output);
        }
    }
    return render(node.otherwise, output);
}

/// What #foreach goes over: the items of a list, the values of a map.
Values Evaluator::items_of(const Value& value) {
    Values items;
    if (List* const* list = std::get_if<List*>(&value)) {
        items = (*list)->items;
    } else if (Map* const* map = std::get_if<Map*>(&value)) {
        for (const auto& [key, item] : (*map)->entries) {
            items.push_back(item);
        }
    }
    work_.step(items.size() / 16);
    return items;
}

Evaluator::Flow Evaluator::loop(const Foreach& node, std::string& output) {
    const Values items = items_of(evaluate(node.items));
    Map* state = work_.map();
    // What the loop's own names were outside, they are again after it.
    std::map<std::string, Variable, std::less<>> outer;
    for (const std::string_view name :
         {std::string_view(node.name),
          std::string_view("foreach"),
          std::string_view("velocityCount")}) {
        if (const auto known = variables_.find(name); known != variables_.end()) {
            outer.emplace(name, known->second);
        }
    }
    if (const auto parent = outer.find(std::string_view("foreach")); parent != outer.end()) {
        state->put("parent", parent->second.value);
    }
    Flow flow = Flow::next;
    const std::size_t count = std::min(items.size(), work_.limits().iterations);
    for (std::size_t index = 0; index < count && flow == Flow::next && work_.step(4); ++index) {
        update_loop(*state, index, items.size());
        variables_.insert_or_assign(node.name, Variable{items[index], false});
        variables_.insert_or_assign("foreach", Variable{state, false});
        variables_.insert_or_assign(
            "velocityCount", Variable{static_cast<std::int64_t>(index + 1), false});
        flow = render(node.body, output);
    }
    for (const std::string_view name :
         {std::string_view(node.name),
          std::string_view("foreach"),
          std::string_view("velocityCount")}) {
        if (const auto known = variables_.find(name); known != variables_.end()) {
            variables_.erase(known);
        }
    }
    variables_.merge(outer);
    return flow == Flow::leave_loop ? Flow::next : flow;
}

/// Parameters are the macro's own; all other variables are the template's.
Evaluator::Flow Evaluator::call(const MacroCall& call, std::string& output) {
    const auto macro = tree_.macros.find(call.name);
    if (macro == tree_.macros.end()) {
        work_.fail(fmt::format("there is no macro '{}'", call.name));
        return Flow::stop;
    }
    if (macro_depth_ >= deepest_macro) {
        work_.fail(fmt::format("macros call each other more than {} deep", deepest_macro));
        return Flow::stop;
    }
    std::vector<std::pair<std::string, Variable>> own;
    for (std::size_t i = 0; i < macro->second.parameters.size(); ++i) {
        Variable argument;
        if (i < call.arguments.size()) {
            argument.value = evaluate(call.arguments[i]);
        }
        own.emplace_back(macro->second.parameters[i], argument);
    }
    if (call.body) {
        own.emplace_back(
            "bodyContent", Variable{static_cast<const DefinedBlock*>(call.body.get()), false});
    }
    std::vector<std::pair<std::string, std::optional<Variable>>> outer;
    for (const auto& [name, argument] : own) {
        const auto known = variables_.find(name);
        outer.emplace_back(
            name, known == variables_.end() ? std::nullopt : std::optional(known->second));
    }
    for (const auto& [name, argument] : own) {
        variables_.insert_or_assign(name, argument);
    }
    ++macro_depth_;
    const Flow flow = render(macro->second.body, output);
    --macro_depth_;
    for (auto& [name, value] : outer) {
        variables_.erase(name);
        if (value) {
            variables_.insert_or_assign(name, *value);
        }
    }
    return flow == Flow::leave_loop ? Flow::next : flow;
}

std::string Evaluator::block_text(const DefinedBlock& block) {
    std::string output;
    if (macro_depth_ >= deepest_macro) {
        work_.fail("a '#define' that names itself has no end");
        return output;
    }
    ++macro_depth_;
    render(block.body, output);
    --macro_depth_;
    work_.use_bytes(output.size());
    return output;
}

} // namespace samara::vtl
