#include "vtl/work.h"

#include <fmt/format.h>

namespace samara::vtl {

namespace {

constexpr std::size_t item_bytes = sizeof(Value) * 2;
constexpr std::size_t entry_bytes = 160; // with its place in the index

} // namespace

Work::Depth::Depth(Work& work) : work_(work) {
    if (++work_.depth_ > work_.limits_.depth) {
        work_.fail(fmt::format("it is nested deeper than {} levels", work_.limits_.depth));
    }
}

bool Work::step(std::size_t count) {
    steps_ += count;
    if (steps_ > limits_.steps) {
        fail(fmt::format("it takes more than {} steps", limits_.steps));
    }
    return !failed();
}

bool Work::use_bytes(std::size_t count) {
    bytes_ += count;
    if (bytes_ > limits_.bytes) {
        fail(fmt::format("its values take more than {} MB", limits_.bytes / 1024 / 1024));
    }
    return !failed();
}

bool Work::use_regular_expression(std::chrono::steady_clock::duration time) {
    matching_ += time;
    if (matching_ >= limits_.regular_expressions) {
        fail("its regular expressions take too long");
    }
    return !failed();
}

void Work::fail(std::string reason) {
    if (reason_.empty()) {
        reason_ = std::move(reason);
    }
}

Value Work::text(std::string content) {
    if (!use_bytes(content.size() + sizeof(std::string))) {
        return {};
    }
    return &texts_.emplace_back(std::move(content));
}

List* Work::list() {
    use_bytes(sizeof(List));
    return &lists_.emplace_back();
}

Map* Work::map() {
    use_bytes(sizeof(Map));
    return &maps_.emplace_back();
}

void Work::add(List& list, Value value) {
    if (use_bytes(item_bytes)) {
        list.items.push_back(value);
    }
}

void Work::put(Map& map, std::string key, Value value) {
    if (use_bytes(entry_bytes + 2 * key.size())) {
        map.put(std::move(key), value);
    }
}

} // namespace samara::vtl
