#include "cloud/at_once.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace samara::cloud {

void for_each_at_once(std::size_t count, const std::function<void(std::size_t index)>& work) {
    constexpr std::size_t most_threads = 10; // as many connections as the AWS CLI has to a host
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min(count, most_threads); ++i) {
        threads.emplace_back([&] {
            for (std::size_t index = next++; index < count; index = next++) {
                work(index);
            }
        });
    }
}

} // namespace samara::cloud
