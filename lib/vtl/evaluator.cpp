#include "vtl/evaluator.h"

#include "vtl/methods.h"

#include <algorithm>
#include <array>
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
        assign(definition->name, static_cast<const DefinedBlock*>(definition->block.get()));
    } else if (const auto* left = std::get_if<Break>(&node.content)) {
        loops_left_ = left->loops;
        return Flow::leave_loop;
    } else if (std::holds_alternative<Stop>(node.content)) {
        return Flow::stop;
    }
    return Flow::next;
}

/// What stands for a reference without value: in a macro, for an argument, what the caller wrote.
const std::string& Evaluator::written(const Reference& reference) const {
    const bool plain = !reference.quiet && reference.written.size() == reference.name.size() + 1;
    for (std::size_t at = frame_; plain && at != 0; at = frames_[at - 1].caller) {
        const auto argument = frames_[at - 1].arguments.find(reference.name);
        if (argument != frames_[at - 1].arguments.end()) {
            const auto* given = std::get_if<Reference>(&argument->second->content);
            return given == nullptr ? reference.written : given->written;
        }
    }
    return reference.written;
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
            print.reference.quiet && print.backslashes % 2 == 0 ? "" : written(print.reference));
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
        assign(target.name, value);
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

std::map<std::string, Variable, std::less<>>& Evaluator::own_variables() {
    return frame_ == 0 ? variables_ : frames_[frame_ - 1].own;
}

/// As #set does it in a macro: what the macros that are being rendered have of that name is
/// changed, and the template's variable.
void Evaluator::assign(const std::string& name, const Value& value) {
    for (std::size_t at = frame_; at != 0; at = frames_[at - 1].caller) {
        frames_[at - 1].own.insert_or_assign(name, Variable{value, false});
    }
    variables_.insert_or_assign(name, Variable{value, false});
}

Evaluator::Flow Evaluator::loop(const Foreach& node, std::string& output) {
    const Values items = items_of(evaluate(node.items));
    Map* state = work_.map();
    state->is_loop = true;
    const Value around = variable("foreach").value;
    if (Map* const* parent = std::get_if<Map*>(&around); parent != nullptr && (*parent)->is_loop) {
        const Value* topmost = (*parent)->find("topmost");
        work_.put(*state, "topmost", topmost == nullptr ? Value(*parent) : *topmost);
        work_.put(*state, "parent", *parent);
    }
    // What the loop's own names were outside, they are again after it.
    const std::array<std::string_view, 3> names{node.name, "foreach", "velocityCount"};
    auto& variables = own_variables();
    std::map<std::string, Variable, std::less<>> outer;
    for (const std::string_view name : names) {
        if (const auto known = variables.find(name); known != variables.end()) {
            outer.emplace(name, known->second);
        }
    }
    Flow flow = Flow::next;
    const std::size_t count = std::min(items.size(), work_.limits().iterations);
    for (std::size_t index = 0; index < count && flow == Flow::next && work_.step(4); ++index) {
        update_loop(*state, index, items.size());
        variables.insert_or_assign(node.name, Variable{items[index], false});
        variables.insert_or_assign("foreach", Variable{state, false});
        variables.insert_or_assign(
            "velocityCount", Variable{static_cast<std::int64_t>(index + 1), false});
        flow = render(node.body, output);
    }
    for (const std::string_view name : names) {
        if (const auto known = variables.find(name); known != variables.end()) {
            variables.erase(known);
        }
    }
    variables.merge(outer);
    return behind_loop(flow);
}

Evaluator::Flow Evaluator::behind_loop(Flow flow) {
    if (flow != Flow::leave_loop) {
        return flow;
    }
    return --loops_left_ == 0 ? Flow::next : Flow::leave_loop;
}

/// Variables that it sets are the template's, too; an argument that is not given is no argument.
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
    Frame frame;
    frame.caller = frame_;
    const auto& parameters = macro->second.parameters;
    for (std::size_t i = 0; i < std::min(parameters.size(), call.arguments.size()); ++i) {
        frame.arguments.insert_or_assign(parameters[i], &call.arguments[i]);
    }
    if (call.body) {
        frame.own.emplace(
            "bodyContent", Variable{static_cast<const DefinedBlock*>(call.body.get()), false});
    }
    const std::size_t caller = frame_;
    frames_.push_back(std::move(frame));
    frame_ = frames_.size();
    ++macro_depth_;
    const Flow flow = render(macro->second.body, output);
    --macro_depth_;
    frame_ = caller;
    frames_.pop_back();
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
