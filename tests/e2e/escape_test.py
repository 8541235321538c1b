"""Ways out of the sandbox, each tried by a function: files, processes, signals, namespaces, keys, devices,
sockets. Once with samara run by root and once by nobody. SECURITY.md names the tests by what they promise."""
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SAMARA, SamaraTest, background, free_port, wait_for  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.11, Handler: main.handler, CodeUri: app, Timeout: 20, MemorySize: 256}
"""

# Runs what the event says and gives what that leaves in `answer`, or the exception's name and errno.
CODE = '''
import ctypes, errno, os, platform, resource, signal, socket, stat, subprocess, sys

libc = ctypes.CDLL(None, use_errno=True)
NUMBERS = {"x86_64": 0, "aarch64": 1}
CALLS = {  # x86_64, aarch64
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "init_module": (175, 105), "delete_module": (176, 106), "finit_module": (313, 273),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "open_by_handle_at": (304, 265), "setns": (308, 268), "unshare": (272, 97), "clone": (56, 220),
    "clone3": (435, 435), "io_uring_setup": (425, 425), "reboot": (169, 142), "swapon": (167, 224), "sethostname": (170, 161),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "syslog": (103, 116), "acct": (163, 89), "quotactl": (179, 60),
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434), "prlimit64": (302, 261), "setpriority": (141, 140), "ioprio_set": (251, 30),
    "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    "move_pages": (279, 239), "migrate_pages": (256, 238), "setpgid": (109, 154), "socket": (41, 198),
}

def call(name, *arguments):
    """The errno's name, or the result."""
    number = CALLS[name][NUMBERS[platform.machine()]]
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments])
    return errno.errorcode[ctypes.get_errno()] if result == -1 else result

def handler(event, context):
    scope = dict(globals())
    try:
        exec(event["code"], scope)
        return scope["answer"]
    except OSError as error:
        return f"{type(error).__name__} {errno.errorcode.get(error.errno, error.errno)}"
    except Exception as error:
        return type(error).__name__
'''


class Escapes:
    """The cases; `user` is who runs samara."""

    user = None

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.secret = self.folder / "secret"
        self.secret.write_text("not for the function")
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", CODE)
        (self.folder / "cache").mkdir()
        self.environment.update({"SAMARA_ENGINE": "sandbox", "XDG_CACHE_HOME": str(self.folder / "cache"), "HOME": str(self.folder)})
        # Where the build is may be closed to others.
        self.program = self.folder / "samara"
        shutil.copy2(SAMARA, self.program)
        self.prefix = []
        if self.user is not None:
            if os.geteuid() != 0:
                self.skipTest("only root can become somebody else")
            self.prefix = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, self.user, self.user, follow_symlinks=False)
        self.port = free_port()

    def server(self, *options):
        return background(
            [*self.prefix, str(self.program), "local", "start-lambda", "--port", str(self.port), *options],
            env=self.environment, cwd=self.project)

    def ask(self, code):
        """What the function answers to `code`."""
        done = subprocess.run(
            ["curl", "-sS", "--max-time", "60", "-d", "@-", f"http://127.0.0.1:{self.port}/2015-03-31/functions/Fn/invocations"],
            input=json.dumps({"code": code}), capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def run_cases(self, *cases, options=()):
        with self.server(*options) as server:
            server.wait_for_line("Press CTRL+C to quit")
            for case in cases:
                case()
            self.assertEqual(self.ask("answer = 'still there'"), "still there")
            self.assertEqual(server.stop(), 0)
        self.assert_nothing_left()

    def test_promises(self):
        self.run_cases(
            self.no_privileges, self.files_of_the_host, self.nothing_to_write_but_tmp, self.settings_of_the_kernel,
            self.memory_of_the_emulator, self.refused_calls, self.namespaces, self.signals_to_the_emulator,
            self.other_processes, self.devices, self.sockets, self.identity_outside)

    def no_privileges(self):
        status = dict(self.ask("answer = [[w.strip() for w in l.partition(':')[::2]] for l in open('/proc/self/status')]"))
        for capabilities in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[capabilities], 16), 0, capabilities)
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(status["Seccomp"], "2")
        self.assertEqual(status["Groups"].split(), [] if self.user is None else status["Groups"].split())
        self.assertNotIn("0", status["Uid"].split() + status["Gid"].split())
        # A program with the set-user-id bit gives nothing.
        self.assertNotEqual(self.ask(
            "answer = subprocess.run(['su', '-c', 'id -u'], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.strip()"), "0")
        for identity in ("os.setuid(0)", "os.setgid(0)", "os.setgroups([0])", "os.chown('/tmp', 0, 0)"):
            self.assertIn(self.ask(f"{identity}; answer = 'done'"), ("PermissionError EPERM", "OSError EINVAL"), identity)

    def files_of_the_host(self):
        for path in (self.secret, "/etc/shadow", "/root", "/home", "/var/run/docker.sock", "/run", "/boot", "/srv", self.project / "template.yaml"):
            for way in ("", "/proc/1/root", "/proc/self/root", "/var/task/..", "/proc/self/cwd/../.."):
                self.assertEqual(self.ask(f"answer = os.path.exists({way + str(path)!r})"), False, (way, path))
        self.assertEqual(self.ask("os.symlink('/etc/shadow', '/tmp/link'); answer = open('/tmp/link').read()"), "FileNotFoundError ENOENT")
        # What is handed on at the start is not left open.
        self.assertEqual(self.ask("answer = [p for p in map(os.readlink, ('/proc/self/fd/%s' % n for n in os.listdir('/proc/self/fd') "
                                  "if os.path.exists('/proc/self/fd/%s' % n))) if p.startswith('/') and not p.startswith(('/dev/', '/proc/', '/tmp'))]"), [])

    def nothing_to_write_but_tmp(self):
        self.assertEqual(self.ask('''
found = []
for folder, names, files in os.walk("/"):
    if folder.startswith(("/proc", "/sys/fs")):
        names[:] = []
        continue
    if os.access(folder, os.W_OK):
        found.append(folder)
        names[:] = []
answer = found'''), ["/tmp"])
        for path in ("/x", "/usr/x", "/etc/x", "/var/x", "/var/task/x", "/opt/x", "/var/runtime/x", "/dev/x", "/dev/shm/x", "/sys/x"):
            self.assertIn(self.ask(f"open({path!r}, 'w'); answer = 'written'"),
                          ("OSError EROFS", "PermissionError EACCES", "FileNotFoundError ENOENT", "PermissionError EPERM"), path)

    def settings_of_the_kernel(self):
        self.assertEqual(self.ask('''
found = []
for top in ("/proc", "/sys"):
    for folder, names, files in os.walk(top):
        if folder == "/proc":
            names[:] = [n for n in names if not n.isdigit() and n not in ("self", "thread-self")]
        for name in files:
            try:
                os.close(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_NONBLOCK))
                found.append(os.path.join(folder, name))
            except OSError:
                pass
answer = found'''), [])
        for path in ("/proc/kcore", "/proc/keys", "/proc/kmsg", "/proc/timer_list", "/proc/sched_debug", "/proc/sysrq-trigger"):
            self.assertIn(self.ask(f"answer = open({path!r}, 'rb').read(1).decode()"),
                          ("", "PermissionError EACCES", "PermissionError EPERM", "FileNotFoundError ENOENT"), path)
        for path in ("/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi", "/proc/scsi"):
            self.assertIn(self.ask(f"answer = os.listdir({path!r})"), ([], "FileNotFoundError ENOENT"), path)

    def memory_of_the_emulator(self):
        for path in ("mem", "environ", "maps", "auxv", "stack", "syscall", "personality"):
            self.assertIn(self.ask(f"answer = open('/proc/1/{path}', 'rb').read(1).decode()"),
                          ("PermissionError EACCES", "PermissionError EPERM", "FileNotFoundError ENOENT"), path)
        self.assertEqual(self.ask("answer = os.listdir('/proc/1/fd')"), "PermissionError EACCES")
        self.assertEqual(self.ask("answer = os.readlink('/proc/1/exe')"), "PermissionError EACCES")
        for path in ("oom_score_adj", "comm", "coredump_filter", "clear_refs", "autogroup", "timerslack_ns", "uid_map", "setgroups"):
            self.assertNotEqual(self.ask(f"os.write(os.open('/proc/1/{path}', os.O_WRONLY), b'0'); answer = 'written'"), "written", path)

    def refused_calls(self):
        for name in ("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise", "add_key", "request_key",
                     "keyctl", "bpf", "perf_event_open", "userfaultfd", "kexec_load", "kexec_file_load", "init_module", "finit_module",
                     "delete_module", "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount",
                     "fspick", "mount_setattr", "open_by_handle_at", "setns", "reboot", "swapon", "sethostname", "settimeofday",
                     "clock_settime", "syslog", "acct", "quotactl"):
            self.assertEqual(self.ask(f"answer = call({name!r}, 0, 0, 0, 0, 0)"), "EPERM", name)
        self.assertEqual(self.ask("answer = call('io_uring_setup', 1, 0)"), "ENOSYS")
        # The same by the 32-bit entry of the machine, where there is one: int 0x80 with the number of mount.
        self.assertIn(self.ask('''
answer = "none"
if platform.machine() == "x86_64":
    import mmap
    code = bytes.fromhex("53b815000000cd805bc3")  # push rbx; mov eax, 21; int 0x80; pop rbx; ret
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    enter = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    answer = -enter()'''), (1, 38, "none"))

    def namespaces(self):
        for bit in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000, 0x4000000, 0x2000000, 0x80):
            self.assertEqual(self.ask(f"answer = call('unshare', {bit})"), "EPERM", hex(bit))
            if bit != 0x80:
                self.assertEqual(self.ask(f"answer = call('clone', {bit | signal.SIGCHLD}, 0, 0, 0, 0)"), "EPERM", hex(bit))
        self.assertEqual(self.ask("answer = call('clone3', 0, 0)"), "ENOSYS")
        self.assertNotEqual(self.ask("answer = subprocess.run(['unshare', '-r', 'true'], capture_output=True).returncode"), 0)

    def signals_to_the_emulator(self):
        high = 1 << 32  # the kernel looks at the lower half only
        for number in (0, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGTSTP, signal.SIGCHLD, signal.SIGUSR1):
            for first in (1, high + 1):
                self.assertEqual(self.ask(f"answer = call('kill', {first}, {int(number)})"), "EPERM", number)
                self.assertEqual(self.ask(f"answer = call('tkill', {first}, {int(number)})"), "EPERM", number)
                self.assertEqual(self.ask(f"answer = call('tgkill', {first}, {first}, {int(number)})"), "EPERM", number)
        for attempt in ("call('rt_sigqueueinfo', 1, 15, 0)", "call('rt_tgsigqueueinfo', 1, 1, 15, 0)", "call('pidfd_open', 1, 0)",
                        "call('prlimit64', 1, 0, 0, 0)", "call('setpriority', 0, 1, 19)", "call('ioprio_set', 1, 1, 0)",
                        "call('sched_setaffinity', 1, 0, 0)", "call('sched_setscheduler', 1, 5, 0)", "call('sched_setparam', 1, 0)",
                        "call('sched_setattr', 1, 0, 0)", "call('move_pages', 1, 0, 0, 0, 0, 0)", "call('setpgid', 0, 1)"):
            self.assertEqual(self.ask(f"answer = {attempt}"), "EPERM", attempt)
        # To all that there is, from a process that it does not end.
        self.assertEqual(self.ask('''
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    for number in (signal.SIGCONT, signal.SIGURG):
        os.kill(-1, number)
    os.write(writer, b"x")
    os._exit(0)
os.waitpid(child, 0)
answer = os.read(reader, 1).decode()'''), "x")

    def other_processes(self):
        """Only those of the sandbox are there."""
        self.assertEqual(self.ask("answer = all(int(open('/proc/%s/status' % p).read().split('NSpid:')[1].split()[0]) == int(p) "
                                  "for p in os.listdir('/proc') if p.isdigit())"), True)
        self.assertEqual(self.ask(f"answer = call('kill', {os.getpid() + 100000}, 0)"), "ESRCH")
        self.assertLess(self.ask("answer = len([p for p in os.listdir('/proc') if p.isdigit()])"), 6)

    def devices(self):
        self.assertEqual(self.ask("answer = sorted(os.listdir('/dev'))"),
                         ["fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom", "zero"])
        self.assertEqual(self.ask("os.mknod('/tmp/memory', stat.S_IFCHR | 0o600, os.makedev(1, 1)); answer = 'made'"), "PermissionError EPERM")
        self.assertEqual(self.ask("answer = open('/dev/tty').read()"), "FileNotFoundError ENOENT")

    def sockets(self):
        """A server on an abstract socket of the host is reached where the network is shared, and sees who calls."""
        with socket.socket(socket.AF_UNIX) as listener:
            name = f"samara-escape-{os.getpid()}"
            listener.bind("\0" + name)
            listener.listen()
            listener.settimeout(20)
            self.assertEqual(self.ask(f"s = socket.socket(socket.AF_UNIX); s.connect('\\0{name}'); answer = 'connected'"), "connected")
            connection, _ = listener.accept()
            with connection:
                _, user, group = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        self.assert_unprivileged(user, group)
        # Families beside Unix, IP, netlink and packets; whatever stands above the 32 bits that the kernel takes.
        self.assertEqual(self.ask("answer = [f for f in range(64) for high in (0, 1 << 32) for t in (1, 2, 3, 5) "
                                  "if f not in (1, 2, 10, 16, 17) and call('socket', f + high, t, 0) != 'EAFNOSUPPORT']"), [])
        self.assertEqual(self.ask("socket.socket(socket.AF_NETLINK, socket.SOCK_RAW); answer = 'made'"), "made")
        self.assertEqual(self.ask("socket.socket(socket.AF_INET, socket.SOCK_RAW, 1); answer = 'made'"), "PermissionError EPERM")
        self.assertEqual(self.ask("socket.socket(socket.AF_PACKET, socket.SOCK_RAW); answer = 'made'"), "PermissionError EPERM")

    def identity_outside(self):
        mark = f"escape-{os.getpid()}-{self.port}"
        self.ask(f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '{mark}']); answer = 1")

        def marked():
            found = []
            for process in pathlib.Path("/proc").iterdir():
                if process.name.isdigit():
                    try:
                        if mark.encode() in (process / "cmdline").read_bytes().split(b"\0"):
                            found.append(process)
                    except OSError:
                        pass
            return found

        process = wait_for(marked, "the function's process on the host")[0]
        status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line)
        for number in status["Uid"].split():
            self.assert_unprivileged(int(number), int(status["Gid"].split()[0]))

    def assert_unprivileged(self, user, group):
        if self.user is None and os.geteuid() == 0:
            self.assertGreaterEqual(user, 1000)
            self.assertGreaterEqual(group, 1000)
            self.assertNotIn(f":{user}:", pathlib.Path("/etc/passwd").read_text(), "a user of its own")
        else:
            self.assertEqual(user, os.geteuid() if self.user is None else self.user)

    def test_isolated_network(self):
        """--sandbox-network isolated: the outside, but nothing that only this machine serves; without the means
        for that, no network at all, and said."""
        outside = own_address()
        with socket.create_server(("0.0.0.0", 0)) as everywhere, socket.create_server(("127.0.0.1", 0)) as local, \
                socket.socket(socket.AF_UNIX) as abstract:
            abstract.bind(f"\0samara-isolated-{os.getpid()}")
            abstract.listen()
            port = everywhere.getsockname()[1]

            def closed():
                def connect(address, family="AF_INET"):
                    return self.ask(f"s = socket.socket(socket.{family}); s.settimeout(3); s.connect({address!r}); answer = 'connected'")

                for address in (("127.0.0.1", port), local.getsockname(), ("10.0.2.2", port), ("169.254.169.254", 80), ("169.254.170.2", 80)):
                    self.assertNotEqual(connect(address), "connected", address)
                self.assertNotEqual(connect(f"\0samara-isolated-{os.getpid()}", "AF_UNIX"), "connected")
                self.assertNotEqual(self.ask("answer = subprocess.run(['ip', 'route', 'del', 'blackhole', '169.254.0.0/16']).returncode"), 0)
                self.no_privileges()
                self.assertEqual(connect((outside, port)) == "connected", self.has_way_out(), outside)

            with self.server("--sandbox-network", "isolated") as server:
                server.wait_for_line("Press CTRL+C to quit")
                closed()
                self.assertEqual(server.stop(), 0)
            self.assertEqual("no network at all" in server.output(), not self.has_way_out(), server.output())
        self.assert_nothing_left()

    def has_way_out(self):
        def can_open(path):
            return subprocess.run([*self.prefix, "sh", "-c", f"exec 3<>{path}"], capture_output=True).returncode == 0

        return shutil.which("slirp4netns") is not None and can_open("/dev/net/tun")

    def test_code_that_only_its_owner_may_read(self):
        """Modes of the user's files are no hindrance, and set-user-id bits do not survive."""
        (self.project / "app" / "main.py").chmod(0o600)
        helper = self.project / "app" / "bin" / "helper"
        helper.parent.mkdir()
        helper.write_text("#!/bin/sh\necho helped\n")
        helper.chmod(0o4700)
        helper.parent.chmod(0o700)
        if self.user is not None:
            for path in (helper, helper.parent):
                os.chown(path, self.user, self.user)
            helper.chmod(0o4700)

        def served():
            self.assertEqual(self.ask("answer = subprocess.run(['/var/task/bin/helper'], capture_output=True, text=True).stdout"), "helped\n")
            self.assertEqual(self.ask("answer = os.access('/var/task/main.py', os.W_OK)"), False)

        self.run_cases(served)


def own_address():
    """Of this machine, as others see it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("198.51.100.1", 9))
        return probe.getsockname()[0]


class EscapeAsRoot(Escapes, SamaraTest):  # alone: fork bombs, and what is left of processes and memory
    def test_no_network_without_the_means_for_an_isolated_one(self):
        tools = self.folder / "tools"
        tools.mkdir()
        for name in ("bwrap", "python3.11"):
            (tools / name).symlink_to(shutil.which(name))
        self.environment["PATH"] = str(tools)
        with self.server("--sandbox-network", "isolated") as server:
            server.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(self.ask("answer = [name for _, name in socket.if_nameindex()]"), ["lo"])
            self.assertNotEqual(self.ask("s = socket.socket(); s.connect(('127.0.0.1', %d)); answer = 'connected'" % self.port), "connected")
            self.assertEqual(server.stop(), 0)
        self.assertRegex(server.output(), "slirp4netns is not installed .*no network at all")


class EscapeAsNobody(Escapes, SamaraTest):  # alone: fork bombs, and what is left of processes and memory
    user = 65534


if __name__ == "__main__":
    unittest.main()
