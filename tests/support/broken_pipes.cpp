// In every unit test program, as cli/main.cpp does it: peers that close a connection in the middle
// end the write, not the program. cpp-httplib's sockets raise SIGPIPE.

#include <csignal>

namespace {

[[maybe_unused]] const auto before = std::signal(SIGPIPE, SIG_IGN);

} // namespace
