#pragma once

#include "serving/access_log.h"

#include <chrono>

namespace samara::gateway {

/// Notes in the record how long an integration took, from construction to destruction.
class IntegrationTime {
public:
    explicit IntegrationTime(serving::AccessRecord& record) : record_(record) {}

    IntegrationTime(const IntegrationTime&) = delete;
    IntegrationTime& operator=(const IntegrationTime&) = delete;
    IntegrationTime(IntegrationTime&&) = delete;
    IntegrationTime& operator=(IntegrationTime&&) = delete;

    ~IntegrationTime() {
        record_.integration = std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - begin_);
    }

private:
    serving::AccessRecord& record_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

} // namespace samara::gateway
