#include "net/stream_writer.h"

#include <future>
#include <memory>
#include <utility>

namespace samara::net {

bool StreamWriter::write(std::string bytes) {
    if (!open_ || bytes.empty()) {
        return open_;
    }
    auto written = std::make_shared<std::promise<bool>>();
    std::future<bool> taken = written->get_future();
    reply_.write(std::move(bytes), [written](bool open) { written->set_value(open); });
    open_ = taken.get();
    return open_;
}

} // namespace samara::net
