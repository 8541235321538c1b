#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

namespace samara::rie {

/// A pipe whose other end only samara holds. When that is gone, this process ends, and as process 1
/// everything else with it. PR_SET_PDEATHSIG does not do: it is not sent when the parent died
/// before it was set, and a change of user clears it. Private to the program: shows Boost.
class Lifeline {
public:
    /// Nothing is watched when the descriptor is negative.
    Lifeline(boost::asio::io_context& context, int descriptor);
    Lifeline(const Lifeline&) = delete;
    Lifeline& operator=(const Lifeline&) = delete;
    Lifeline(Lifeline&&) = delete;
    Lifeline& operator=(Lifeline&&) = delete;
    ~Lifeline();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace samara::rie
