#pragma once

#include "vtl/value.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace samara::vtl {

/// What one rendering may use. Steps and bytes are counted, so that the same template with the same
/// request always ends in the same place.
struct Limits {
    std::size_t steps = 400'000;
    std::size_t bytes = std::size_t{48} * 1024 * 1024;  ///< texts, lists and maps made, in all
    std::size_t output = std::size_t{10} * 1024 * 1024; ///< as a payload of API Gateway
    std::size_t depth = 300;                            ///< nested values, blocks and macros
    /// docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: iterations of a #foreach.
    std::size_t iterations = 1'000;
    std::chrono::milliseconds regular_expressions{60}; ///< matching, in all; 0: none
};

/// One rendering: what it has made, what it may still use, and why it failed. Whoever computes asks
/// failed() before going on.
class Work {
public:
    explicit Work(Limits limits = {}) : limits_(limits) {}

    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    Work(Work&&) = delete;
    Work& operator=(Work&&) = delete;
    ~Work() = default;

    /// One level deeper for as long as it lives.
    class Depth {
    public:
        explicit Depth(Work& work);
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;
        Depth(Depth&&) = delete;
        Depth& operator=(Depth&&) = delete;

        ~Depth() { --work_.depth_; }

    private:
        Work& work_;
    };

    [[nodiscard]] const Limits& limits() const { return limits_; }

    /// Counts; false once there are too many, or something else has failed.
    bool step(std::size_t count = 1);
    bool use_bytes(std::size_t count);
    bool use_regular_expression(std::chrono::steady_clock::duration time);

    /// Only the first failure counts.
    void fail(std::string reason);

    [[nodiscard]] bool failed() const { return !reason_.empty(); }

    [[nodiscard]] const std::string& reason() const { return reason_; }

    Value text(std::string content);
    List* list();
    Map* map();
    void add(List& list, Value value);
    void put(Map& map, std::string key, Value value);

private:
    Limits limits_;
    std::size_t steps_ = 0;
    std::size_t bytes_ = 0;
    std::size_t depth_ = 0;
    std::chrono::steady_clock::duration matching_{};
    std::string reason_;
    std::deque<std::string> texts_; // deques: what they hold keeps its address
    std::deque<List> lists_;
    std::deque<Map> maps_;
};

} // namespace samara::vtl
