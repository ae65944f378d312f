"""Shut the process in before it opens a stranger's file. What could not be had is said, not hidden."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
from pathlib import Path

from auditor.worker.inside.syscalls import refuse_calls

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on all architectures
_RULE_PATH_BENEATH, _RULESET_VERSION = 1, 1
_EXECUTE, _WRITE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_ALL_ACTIONS = {1: (1 << 13) - 1, 2: (1 << 14) - 1}  # by version of Landlock; later ones add _TRUNCATE
_LARGEST_FILE = 64 * 2**20
_PROCESSES, _OPEN_FILES = 1024, 512

_libc = ctypes.CDLL(None, use_errno=True)


def shut_in(parent: int, private: Path, cpu_seconds: int) -> list[str]:
    """Apply every measure that this machine grants; the measures in force, and those that are not."""
    _die_with(parent)
    private_user, no_network = _without_network()
    _limit(cpu_seconds, private_user)
    _call_prctl(_PR_SET_NO_NEW_PRIVS, 1)
    Path("/proc/self/oom_score_adj").write_text("1000")  # when memory runs out, this process goes first
    return [
        "process of its own, ends with its parent",
        no_network,
        _without_files(private),
        refuse_calls(),
        f"processor time {cpu_seconds} s, files {_LARGEST_FILE >> 20} MiB, no core dumps",
        "resident memory, files and answering time watched by the parent",
        "private directory, no environment of the user",
    ]


def _die_with(parent: int) -> None:
    _call_prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent has already ended")


def _without_network() -> tuple[bool, str]:
    """A network namespace of its own has no interface that is up. A user namespace gives the right to make one."""
    if _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        return True, "no network (namespace)"
    if _libc.unshare(_CLONE_NEWNET) == 0:
        return False, "no network (namespace)"
    sys.addaudithook(_refuse_sockets)
    return False, "network refused in Python: this machine grants no namespace"


def _refuse_sockets(event: str, _: object) -> None:
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"):
        raise PermissionError("the model's process has no network")


def _limit(cpu_seconds: int, private_user: bool) -> None:
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: _LARGEST_FILE,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
    }
    if private_user:  # elsewhere the user's other processes would count as well, and threads could not be started
        limits[resource.RLIMIT_NPROC] = _PROCESSES
    for which, most in limits.items():
        hard = resource.getrlimit(which)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (allowed, allowed))


def _without_files(private: Path) -> str:
    """Landlock (Linux 5.13): no program can be started, nothing written outside the private directory."""
    version = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_RULESET_VERSION))
    if version < 1:
        return "files not shut off: this machine has no Landlock"
    everything = _ALL_ACTIONS.get(version, _ALL_ACTIONS[2] | _TRUNCATE)
    handled = everything & ~(_READ_FILE | _READ_DIR)
    ruleset = _checked(
        _libc.syscall(_CREATE_RULESET, struct.pack("=Q", handled), ctypes.c_size_t(8), ctypes.c_uint32(0))
    )
    null_actions = _WRITE | (_TRUNCATE & everything)
    for path, actions in ((private, handled & ~_EXECUTE), (Path("/dev/null"), null_actions)):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", actions, place)
        _checked(_libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, ctypes.c_uint32(0)))
        os.close(place)
    _checked(_libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0)))
    os.close(ruleset)
    return "no other programs, writing in the private directory only (Landlock)"


def _call_prctl(option: int, value: int) -> None:
    _checked(_libc.prctl(option, value, 0, 0, 0))


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
