#pragma once

#include "base/error.h"

#include <string>

#include <sys/types.h>

/// What the emulator does to itself before anything of the user's runs beside it.
namespace samara::rie {

struct UserIds {
    uid_t user = 0;
    gid_t group = 0;
};

/// "1000:1000".
base::Result<UserIds> parse_user_ids(const std::string& text);

/// Becomes that user for good: no other group, no capability, none to be had by a program either.
/// /tmp becomes theirs. Needs to be root with CAP_SETUID, CAP_SETGID, CAP_SETPCAP and CAP_CHOWN.
/// From then on the death of the parent ends nothing (a change of user clears PR_SET_PDEATHSIG, and
/// bubblewrap, root without CAP_KILL, could not send it): only Lifeline does.
base::Result<void> become(const UserIds& ids);

} // namespace samara::rie
