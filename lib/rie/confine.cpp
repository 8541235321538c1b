#include "rie/confine.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace samara::rie {

namespace {

base::Result<void> failed(std::string_view what) {
    return base::fail(fmt::format("cannot {}: {}", what, std::strerror(errno)));
}

bool drop_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2]{};
    return ::syscall(SYS_capset, &header, none) == 0;
}

} // namespace

base::Result<UserIds> parse_user_ids(const std::string& text) {
    UserIds ids;
    const char* end = text.data() + text.size();
    const auto [colon, user] = std::from_chars(text.data(), end, ids.user);
    if (user == std::errc{} && colon != end && *colon == ':') {
        const auto [rest, group] = std::from_chars(colon + 1, end, ids.group);
        if (group == std::errc{} && rest == end && ids.user != 0 && ids.group != 0) {
            return ids;
        }
    }
    return base::fail(fmt::format("--user is '{}', not UID:GID of an ordinary user", text));
}

base::Result<void> become(const UserIds& ids) {
    if (::chown("/tmp", ids.user, ids.group) != 0) {
        return failed("give /tmp away");
    }
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
        if (::prctl(PR_CAPBSET_DROP, capability) != 0) {
            return failed("drop a capability");
        }
    }
    if (::setgroups(0, nullptr) != 0 || ::setresgid(ids.group, ids.group, ids.group) != 0 ||
        ::setresuid(ids.user, ids.user, ids.user) != 0 || !drop_capabilities()) {
        return failed("become an ordinary user");
    }
    return {};
}

} // namespace samara::rie
