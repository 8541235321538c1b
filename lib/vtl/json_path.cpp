#include "vtl/json_path.h"

#include "vtl/json_path_tree.h"
#include "vtl/regex.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::vtl {

namespace {

using Nodes = std::vector<const data::Value*>;
using Step = JsonPath::Step;
using Steps = std::vector<Step>;

std::optional<double> number_in(const data::Value& value) {
    if (const double* number = value.as_number()) {
        return *number;
    }
    const std::int64_t* integer = value.as_integer();
    return integer == nullptr ? std::nullopt : std::optional(static_cast<double>(*integer));
}

std::optional<std::int64_t> size_of(const data::Value& value) {
    const std::size_t size = value.is_list()     ? value.as_list()->size()
                             : value.is_map()    ? value.as_map()->size()
                             : value.is_string() ? value.text().size()
                                                 : std::string::npos;
    return size == std::string::npos ? std::nullopt
                                     : std::optional(static_cast<std::int64_t>(size));
}

/// How many of the items are in the list.
std::size_t count_in(const data::List& items, const data::Value& list) {
    const data::List* of = list.as_list();
    return of == nullptr ? 0
                         : static_cast<std::size_t>(std::count_if(
                               items.begin(), items.end(), [&](const data::Value& item) {
                                   return std::find(of->begin(), of->end(), item) != of->end();
                               }));
}

/// Walks one document.
class Walk {
public:
    Walk(const data::Value& document, std::size_t steps) : document_(document), left_(steps) {}

    JsonPath::Selection select(const data::Value& start, const Steps& steps) {
        Nodes nodes{&start};
        bool definite = true;
        for (const Step& step : steps) {
            if (step.kind == Step::Kind::function) {
                return apply_function(step.names[0], nodes, definite);
            }
            definite = definite && step.definite();
            nodes = take(nodes, step);
        }
        if (filtering_) { // what a filter compares is copied for each item
            for (const data::Value* node : nodes) {
                Nodes counted;
                gather(*node, counted);
            }
        }
        if (exhausted()) {
            return {};
        }
        if (!definite) {
            return {true, all(nodes)};
        }
        return nodes.empty() ? JsonPath::Selection{} : JsonPath::Selection{true, *nodes.front()};
    }

    [[nodiscard]] bool exhausted() const { return left_ == 0; }

private:
    bool visit() {
        left_ -= left_ > 0 ? 1 : 0;
        return left_ > 0;
    }

    static data::Value all(const Nodes& nodes) {
        data::List list;
        for (const data::Value* node : nodes) {
            list.push_back(*node);
        }
        return list;
    }

    /// The node and everything below it, each before what it holds.
    void gather(const data::Value& node, Nodes& nodes) {
        if (!visit()) {
            return;
        }
        nodes.push_back(&node);
        if (const data::List* list = node.as_list()) {
            for (const data::Value& item : *list) {
                gather(item, nodes);
            }
        } else if (const data::Map* map = node.as_map()) {
            for (const data::Entry& entry : *map) {
                gather(entry.value, nodes);
            }
        }
    }

    Nodes take(const Nodes& nodes, const Step& step) {
        Nodes from = nodes;
        if (step.anywhere) {
            from.clear();
            for (const data::Value* node : nodes) {
                gather(*node, from);
            }
        }
        Nodes taken;
        for (const data::Value* node : from) {
            if (!visit()) {
                break;
            }
            take_from(*node, step, taken);
        }
        return taken;
    }

    void take_from(const data::Value& node, const Step& step, Nodes& taken) {
        const data::List* list = node.as_list();
        switch (step.kind) {
        case Step::Kind::names:
            for (const std::string& name : step.names) {
                if (const data::Value* member = node.find(name)) {
                    taken.push_back(member);
                }
            }
            break;
        case Step::Kind::indexes:
            for (const std::int64_t index : step.indexes) {
                const auto size = static_cast<std::int64_t>(list == nullptr ? 0 : list->size());
                const std::int64_t place = index < 0 ? index + size : index;
                if (place >= 0 && place < size) {
                    taken.push_back(&(*list)[static_cast<std::size_t>(place)]);
                }
            }
            break;
        case Step::Kind::slice:
            take_slice(list, step, taken);
            break;
        case Step::Kind::every:
        case Step::Kind::filter:
            take_items(node, step, taken);
            break;
        case Step::Kind::function:
            break;
        }
    }

    void take_slice(const data::List* list, const Step& step, Nodes& taken) {
        const auto size = static_cast<std::int64_t>(list == nullptr ? 0 : list->size());
        const auto place = [&](std::int64_t index) {
            return std::clamp<std::int64_t>(index < 0 ? index + size : index, 0, size);
        };
        const std::int64_t end = place(step.to.value_or(size));
        for (std::int64_t i = place(step.from.value_or(0)); i < end && visit();) {
            taken.push_back(&(*list)[static_cast<std::size_t>(i)]);
            if (step.stride >= end - i) {
                break;
            }
            i += step.stride;
        }
    }

    void take_items(const data::Value& node, const Step& step, Nodes& taken) {
        const bool filtered = step.kind == Step::Kind::filter;
        const auto take_item = [&](const data::Value& item) {
            if (visit() && (!filtered || holds(*step.filter, item))) {
                taken.push_back(&item);
            }
        };
        if (const data::List* list = node.as_list()) {
            std::for_each(list->begin(), list->end(), take_item);
        } else if (filtered && node.is_map()) {
            take_item(node); // a filter of an object tests it, as Jayway's does
        } else if (const data::Map* map = node.as_map()) {
            for (const data::Entry& entry : *map) {
                take_item(entry.value);
            }
        }
    }

    bool holds(const PathFilter& filter, const data::Value& item) {
        const auto part_holds = [&](const PathFilter& part) { return holds(part, item); };
        switch (filter.kind) {
        case PathFilter::Kind::any_of:
            return std::any_of(filter.parts.begin(), filter.parts.end(), part_holds);
        case PathFilter::Kind::all_of:
            return std::all_of(filter.parts.begin(), filter.parts.end(), part_holds);
        case PathFilter::Kind::negation:
            return !holds(filter.parts.front(), item);
        case PathFilter::Kind::test:
            break;
        }
        const JsonPath::Selection left = value_of(filter.left, item);
        if (filter.operation.empty()) {
            return left.found;
        }
        return compare(filter.operation, left, value_of(filter.right, item));
    }

    JsonPath::Selection value_of(const PathOperand& operand, const data::Value& item) {
        if (!operand.is_path) {
            return {true, operand.constant};
        }
        const bool outer = std::exchange(filtering_, true);
        JsonPath::Selection selection =
            select(operand.of_document ? document_ : item, operand.path);
        filtering_ = outer;
        return selection;
    }

    bool compare(
        const std::string& operation,
        const JsonPath::Selection& left,
        const JsonPath::Selection& right) {
        if (operation == "==" || operation == "!=") {
            const bool equal = left.found == right.found && left.value == right.value;
            return equal == (operation == "==");
        }
        if (!left.found || !right.found) {
            return operation == "nin";
        }
        if (operation == "size" || operation == "empty") {
            const auto size = size_of(left.value);
            const data::Value expected =
                operation == "size" ? data::Value(size.value_or(-1)) : data::Value(size == 0);
            return size.has_value() && expected == right.value;
        }
        if (operation == "contains") {
            return left.value.is_string()
                       ? left.value.text().find(right.value.text()) != std::string::npos
                       : count_in(data::List{right.value}, left.value) == 1;
        }
        if (operation == "anyof" || operation == "noneof" || operation == "subsetof") {
            const data::List* list = left.value.as_list();
            if (list == nullptr) {
                return false;
            }
            const std::size_t common = count_in(*list, right.value);
            return operation == "anyof"    ? common > 0
                   : operation == "noneof" ? common == 0
                                           : common == list->size();
        }
        if (operation == "in" || operation == "nin") {
            const data::List* list = right.value.as_list();
            const bool is_in =
                list != nullptr && std::find(list->begin(), list->end(), left.value) != list->end();
            return is_in == (operation == "in");
        }
        if (operation == "=~") {
            return left.value.is_string() && Regex(std::string(right.value.text()), matching_)
                                                 .matches(*left.value.as_string());
        }
        const auto a = number_in(left.value);
        const auto b = number_in(right.value);
        const bool texts = left.value.is_string() && right.value.is_string();
        if (!texts && (!a || !b)) {
            return false;
        }
        const bool less = texts ? left.value.text() < right.value.text() : *a < *b;
        const bool more = texts ? left.value.text() > right.value.text() : *a > *b;
        return operation == "<"    ? less
               : operation == ">"  ? more
               : operation == "<=" ? !more
                                   : !less;
    }

    JsonPath::Selection
    apply_function(const std::string& name, const Nodes& nodes, bool definite) const {
        const data::Value value =
            definite ? (nodes.empty() ? data::Value() : *nodes.front()) : all(nodes);
        const data::List* list = value.as_list();
        if (name == "keys" && value.is_map()) {
            data::List keys;
            for (const data::Entry& entry : *value.as_map()) {
                keys.emplace_back(entry.key);
            }
            return {true, keys};
        }
        if (name == "length" || name == "size") {
            const auto size = size_of(value);
            return size ? JsonPath::Selection{true, *size} : JsonPath::Selection{};
        }
        std::vector<double> numbers;
        for (const data::Value& item : list == nullptr ? data::List() : *list) {
            if (const auto number = number_in(item)) {
                numbers.push_back(*number);
            }
        }
        if (numbers.empty()) {
            return {};
        }
        double sum = 0;
        for (const double number : numbers) {
            sum += number;
        }
        if (name == "min") {
            return {true, *std::min_element(numbers.begin(), numbers.end())};
        }
        if (name == "max") {
            return {true, *std::max_element(numbers.begin(), numbers.end())};
        }
        return {true, name == "sum" ? sum : sum / static_cast<double>(numbers.size())};
    }

    const data::Value& document_;
    std::size_t left_;
    bool filtering_ = false;
    Work matching_;
};

} // namespace

base::Result<JsonPath::Selection>
JsonPath::select(const data::Value& document, std::size_t steps) const {
    Walk walk(document, steps);
    Selection selection = walk.select(document, *steps_);
    if (walk.exhausted()) {
        return base::fail(fmt::format("a JSONPath visits more than {} values", steps));
    }
    return selection;
}

} // namespace samara::vtl
