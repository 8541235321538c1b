#pragma once

#include "base/error.h"
#include "os/cancellation.h"
#include "os/process.h"
#include "os/unique_fd.h"

#include <optional>
#include <string>

#include <sys/types.h>

namespace samara::engine::sandbox {

/// The way out of a sandbox with a network namespace of its own (--sandbox-network isolated):
/// slirp4netns(1) takes its packets to the outside. Neither the host's loopback nor its abstract
/// sockets are there, nor link-local addresses, where clouds keep credentials: their route leads
/// nowhere, and nothing inside has the capability to change it.
///
/// pasta(1) would do the same, but Debian's turns into nobody when root starts it and cannot join
/// the namespace then, and nothing tells when it is ready or makes it end with us.
class IsolatedNetwork {
public:
    /// Why there can be none here; functions have no network at all then.
    static std::optional<std::string> missing();

    /// Connects the network namespace of process `first`, and the user namespace that owns it where
    /// that is another one than ours. `first` must not have begun with its program.
    static base::Result<IsolatedNetwork> attach(pid_t first, const os::Cancellation& cancel);

private:
    IsolatedNetwork(os::Process process, os::UniqueFd lifeline)
        : lifeline_(std::move(lifeline)), process_(std::move(process)) {}

    os::UniqueFd lifeline_; ///< closed, also by our death, it ends the process
    os::Process process_;
};

/// What /etc/resolv.conf says in there: the name server of slirp4netns, with the search list and
/// options of the host's file.
std::string isolated_resolver(std::string_view host_file);

} // namespace samara::engine::sandbox
