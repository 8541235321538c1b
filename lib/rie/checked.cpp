// What the address sanitizer does in samara-rie-checked, unless ASAN_OPTIONS says otherwise.
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// It is called before the sanitizer is ready: prctl(2) is one of its own, and nothing here may be
// checked.
extern "C" __attribute__((no_sanitize("address", "undefined"))) const char*
__asan_default_options() { // NOLINT(bugprone-reserved-identifier): its name for it
    // Behind the sandbox's filter nobody may be traced, as a search for leaks would; and what has
    // been freed counts for the function's memory as long as it is kept.
    const bool filtered = ::syscall(SYS_prctl, PR_GET_SECCOMP) > 0;
    return filtered ? "detect_leaks=0:quarantine_size_mb=16" : "";
}
