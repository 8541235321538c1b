#pragma once

#include "rie/telemetry.h"

#include <map>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace samara::rie {

/// Delivers telemetry to listeners on 127.0.0.1.
class AsioCourier : public Courier {
public:
    explicit AsioCourier(boost::asio::io_context& context);
    AsioCourier(const AsioCourier&) = delete;
    AsioCourier& operator=(const AsioCourier&) = delete;
    AsioCourier(AsioCourier&&) = delete;
    AsioCourier& operator=(AsioCourier&&) = delete;
    ~AsioCourier() override;

    void deliver(
        const Destination& destination, std::string batch, std::function<void(bool)> done) override;
    void after(std::chrono::milliseconds delay, std::function<void()> action) override;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace samara::rie
