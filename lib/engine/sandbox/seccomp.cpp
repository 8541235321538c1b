#include "engine/sandbox/seccomp.h"

#include "base/try.h"
#include "os/unique_fd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>

#include <linux/sched.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace samara::engine::sandbox {

namespace {

using Filter = std::unique_ptr<void, decltype(&::seccomp_release)>;

constexpr std::array refused{
    // keys, programs in the kernel, counters, faults handed to user space
    "add_key",
    "bpf",
    "keyctl",
    "perf_event_open",
    "request_key",
    "userfaultfd",
    // modules and other kernels
    "create_module",
    "delete_module",
    "finit_module",
    "init_module",
    "kexec_file_load",
    "kexec_load",
    // mounts and roots
    "chroot",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "mount",
    "mount_setattr",
    "move_mount",
    "open_by_handle_at",
    "open_tree",
    "pivot_root",
    "umount",
    "umount2",
    // other namespaces
    "setns",
    // the machine
    "acct",
    "adjtimex",
    "clock_adjtime",
    "clock_settime",
    "ioperm",
    "iopl",
    "lookup_dcookie",
    "nfsservctl",
    "quotactl",
    "reboot",
    "setdomainname",
    "sethostname",
    "settimeofday",
    "stime",
    "swapoff",
    "swapon",
    "syslog",
    "vhangup",
};

constexpr std::array for_debuggers{
    "kcmp",
    "pidfd_getfd",
    "process_madvise",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
};

// What they are asked to do first is not known to callers: they fall back to the calls before.
// socketcall is socket(2) of 32-bit programs with its arguments out of a filter's sight.
constexpr std::array unknown{
    "clone3", "io_uring_enter", "io_uring_register", "io_uring_setup", "socketcall"};

// The others reach what no namespace of the network holds (a hypervisor's AF_VSOCK), or parts of
// the kernel that no function needs. AF_PACKET takes a capability that nobody has here.
constexpr std::array<int, 5> families{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET};
constexpr int end_of_families = 64; // beyond those that kernels know

// Calls that act on the process in an argument.
struct Target {
    const char* name;
    unsigned argument;
};

constexpr std::array on_process{
    Target{"kill", 0},
    Target{"tkill", 0},
    Target{"tgkill", 0},
    Target{"rt_sigqueueinfo", 0},
    Target{"rt_tgsigqueueinfo", 0},
    Target{"pidfd_open", 0},
    Target{"prlimit64", 0},
    Target{"sched_setaffinity", 0},
    Target{"sched_setattr", 0},
    Target{"sched_setparam", 0},
    Target{"sched_setscheduler", 0},
    Target{"setpriority", 1},
    Target{"ioprio_set", 1},
    Target{"migrate_pages", 0},
    Target{"move_pages", 0},
    Target{"setpgid", 1}, // into its process group, to signal that
};

constexpr std::array<std::uint64_t, 8> new_namespaces{
    CLONE_NEWUSER,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWNET,
    CLONE_NEWIPC,
    CLONE_NEWUTS,
    CLONE_NEWCGROUP,
    CLONE_NEWTIME,
};

// An architecture may not have the call; libseccomp says so, and there is nothing to refuse then.
bool has(int call) {
    return call != __NR_SCMP_ERROR;
}

template <std::size_t N>
int refuse(void* filter, const std::array<const char*, N>& names, int error) {
    int failed = 0;
    for (const char* name : names) {
        const int call = ::seccomp_syscall_resolve_name(name);
        if (failed == 0 && has(call)) {
            failed = ::seccomp_rule_add(
                filter, SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error)), call, 0);
        }
    }
    return failed;
}

// The kernel takes 32 bits of these arguments; what a program puts above them is no way around.
constexpr std::uint64_t low_half = 0xffff'ffff;

int refuse_families(void* filter) {
    int failed = 0;
    for (int family = 0; family < end_of_families && failed == 0; ++family) {
        if (std::find(families.begin(), families.end(), family) == families.end()) {
            const scmp_arg_cmp it{
                0, SCMP_CMP_MASKED_EQ, low_half, static_cast<std::uint64_t>(family)};
            failed = ::seccomp_rule_add_array(
                filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, &it);
        }
    }
    return failed;
}

int refuse_first_process(void* filter) {
    int failed = 0;
    for (const Target& target : on_process) {
        const int call = ::seccomp_syscall_resolve_name(target.name);
        if (failed == 0 && has(call)) {
            const scmp_arg_cmp first{target.argument, SCMP_CMP_MASKED_EQ, low_half, 1};
            failed = ::seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), call, 1, &first);
        }
    }
    return failed;
}

int refuse_namespaces(void* filter) {
    int failed = 0;
    for (const char* name : {"unshare", "clone"}) {
        const int call = ::seccomp_syscall_resolve_name(name);
        for (const std::uint64_t flag : new_namespaces) {
            // In clone(2) a byte of the flags is the signal at the child's end, CLONE_NEWTIME in
            // it.
            if (failed == 0 && (call != SCMP_SYS(clone) || flag != CLONE_NEWTIME)) {
                const scmp_arg_cmp with{0, SCMP_CMP_MASKED_EQ, flag, flag};
                failed = ::seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), call, 1, &with);
            }
        }
    }
    return failed;
}

// The machine's 32-bit calls would be another way to the same.
void add_other_calls(void* filter) {
    if (::seccomp_arch_native() == SCMP_ARCH_X86_64) {
        static_cast<void>(::seccomp_arch_add(filter, SCMP_ARCH_X86));
        static_cast<void>(::seccomp_arch_add(filter, SCMP_ARCH_X32));
    } else if (::seccomp_arch_native() == SCMP_ARCH_AARCH64) {
        static_cast<void>(::seccomp_arch_add(filter, SCMP_ARCH_ARM));
    }
}

base::Result<std::string> exported(void* filter) {
    // A program is at most 32 KiB, and a pipe takes twice that.
    TRY_ASSIGN(auto pipe, os::make_pipe());
    if (const int failed = ::seccomp_export_bpf(filter, pipe.write.get()); failed != 0) {
        return os::fail_errno("cannot make the filter of system calls", -failed);
    }
    pipe.write.reset();
    std::string program;
    std::array<char, 4096> chunk{};
    for (ssize_t count = 0; (count = ::read(pipe.read.get(), chunk.data(), chunk.size())) > 0;) {
        program.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return program;
}

} // namespace

base::Result<std::string> seccomp_program(bool debug) {
    const Filter filter(::seccomp_init(SCMP_ACT_ALLOW), &::seccomp_release);
    if (filter == nullptr) {
        return base::fail("cannot make the filter of system calls");
    }
    // A tree of comparisons rather than a list: each call of the function goes through it.
    static_cast<void>(::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
    add_other_calls(filter.get());
    int failed = refuse(filter.get(), refused, EPERM);
    failed = failed != 0 ? failed : refuse(filter.get(), unknown, ENOSYS);
    if (!debug) {
        failed = failed != 0 ? failed : refuse(filter.get(), for_debuggers, EPERM);
    }
    failed = failed != 0 ? failed : refuse_first_process(filter.get());
    failed = failed != 0 ? failed : refuse_families(filter.get());
    failed = failed != 0 ? failed : refuse_namespaces(filter.get());
    if (failed != 0) {
        return os::fail_errno("cannot make the filter of system calls", -failed);
    }
    return exported(filter.get());
}

} // namespace samara::engine::sandbox
