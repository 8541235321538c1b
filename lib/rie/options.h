#pragma once

#include "base/error.h"

#include <string>
#include <vector>

namespace samara::rie {

/// The command line of samara-rie.
struct Options {
    std::string listen = "0.0.0.0:8080";
    int listen_descriptor = -1; ///< a listening socket to take instead
    std::string runtime_api = "127.0.0.1:9001";
    bool runtime_api_given = false; ///< else another port will do where 9001 is taken
    int ready_descriptor = -1;      ///< gets one line, "ready", when calls are taken
    int lifeline_descriptor = -1;   ///< its end of file ends everything
    std::string user;               ///< UID:GID to become; empty: stay
    std::string extensions = "/opt/extensions";
    bool no_limits = false;
    bool no_timeout = false;
    bool help = false;
    bool version = false;
    std::vector<std::string> command;
};

/// Options end at the first word that is none: the command begins there.
base::Result<Options> parse_options(const std::vector<std::string>& arguments);

std::string_view usage();

} // namespace samara::rie
