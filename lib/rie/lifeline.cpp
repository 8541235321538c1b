#include "rie/lifeline.h"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace samara::rie {

namespace asio = boost::asio;

struct Lifeline::State {
    State(asio::io_context& context, int descriptor) : line(context, descriptor) {}

    void watch() {
        line.async_wait(
            asio::posix::stream_descriptor::wait_read, [](const boost::system::error_code& error) {
                if (!error) {
                    ::_exit(0);
                }
            });
    }

    asio::posix::stream_descriptor line;
};

Lifeline::Lifeline(asio::io_context& context, int descriptor) {
    if (descriptor >= 0) {
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        state_ = std::make_unique<State>(context, descriptor);
        state_->watch();
    }
}

Lifeline::~Lifeline() = default;

} // namespace samara::rie
