"""Refuse the system calls that a model never needs: other processes, programs, sockets, owners and modes of files
(Landlock leaves those to the user whose files they are), and what steers the machine.

A filter for the kernel (seccomp, classic BPF). Refused calls give EPERM, so that a library that asks for one by the way
goes on without it. Threads are made by `clone` with a flag that can be seen; `clone3` hides its flags, and is answered
with ENOSYS, after which the C library takes `clone`.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from dataclasses import dataclass

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24  # offsets in what the filter is shown; of arguments, low halves
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_CLONE_THREAD = 0x10000
_CLONE3 = 435
_NEW = (425, 426, 427, 434, 438, 424)  # io_uring, pidfd_open, pidfd_getfd, pidfd_send_signal: the same on all machines
_FLAGS_OF_FILES = (0x40086602, 0x40046602, 0x401C5820)  # of ioctl: FS_IOC_SETFLAGS, for 32 bits, FS_IOC_FSSETXATTR
_NEW_OF_FILES = (452, 463, 466, 469)  # fchmodat2, setxattrat, removexattrat, file_setattr: as well


@dataclass(frozen=True)
class _Machine:
    """Numbers of system calls. refused: whatever the arguments; own: refused unless meant for this process."""

    audit: int
    clone: int
    ioctl: int
    refused: tuple[int, ...]
    own: tuple[int, ...]


def _numbers(text: str) -> tuple[int, ...]:
    return (*(int(one.partition("=")[2]) for one in text.split()), *_NEW, *_NEW_OF_FILES)


_MACHINES = {
    "x86_64": lambda: _Machine(
        0xC000003E,
        56,
        16,
        _numbers("""
        fork=57 vfork=58 execve=59 execveat=322 socket=41 bind=49 listen=50 connect=42 ptrace=101
        process_vm_readv=310 process_vm_writev=311 unshare=272 setns=308 mount=165 umount2=166
        pivot_root=155 chroot=161 bpf=321 perf_event_open=298 userfaultfd=323 keyctl=250 add_key=248
        request_key=249 init_module=175 finit_module=313 kexec_load=246 reboot=169 swapon=167
        settimeofday=164 chmod=90 fchmod=91 fchmodat=268 chown=92 fchown=93 lchown=94 fchownat=260 utime=132
        utimes=235 futimesat=261 utimensat=280 setxattr=188 lsetxattr=189 fsetxattr=190 removexattr=197
        lremovexattr=198 fremovexattr=199
        """),
        (62, 200, 234),  # kill, tkill, tgkill
    ),
    "aarch64": lambda: _Machine(
        0xC00000B7,
        220,
        29,
        _numbers("""
        execve=221 execveat=281 socket=198 bind=200 listen=201 connect=203 ptrace=117 process_vm_readv=270
        process_vm_writev=271 unshare=97 setns=268 mount=40 umount2=39 pivot_root=41 chroot=51 bpf=280
        perf_event_open=241 userfaultfd=282 keyctl=219 add_key=217 request_key=218 init_module=105
        finit_module=273 kexec_load=104 reboot=142 swapon=224 settimeofday=170 fchmod=52 fchmodat=53
        fchownat=54 fchown=55 utimensat=88 setxattr=5 lsetxattr=6 fsetxattr=7 removexattr=14 lremovexattr=15
        fremovexattr=16
        """),
        (129, 130, 131),
    ),
}


def refuse_calls() -> str:
    """Apply the filter to this process and all its threads to come; what is in force, in words."""
    known = _MACHINES.get(platform.machine())
    if known is None:
        return "system calls not filtered: not known for this machine"
    program = b"".join(_program(known(), os.getpid()))
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_SECCOMP, _MODE_FILTER, header, 0, 0) != 0:
        return "system calls not filtered: this machine does not allow it"
    return "no other processes, no sockets, no owners or modes of files (system calls filtered)"


def _program(machine: _Machine, own: int) -> list[bytes]:
    made = [_line(_LOAD, _ARCHITECTURE), _line(_EQUAL, machine.audit, 1, 0), _line(_RETURN, _KILL)]
    made += [_line(_LOAD, _NUMBER), _line(_AT_LEAST, 0x40000000, 0, 1), _line(_RETURN, _ERROR | _ENOSYS)]
    made += [_line(_EQUAL, _CLONE3, 0, 1), _line(_RETURN, _ERROR | _ENOSYS)]
    for number in machine.refused:
        made += [_line(_EQUAL, number, 0, 1), _line(_RETURN, _ERROR | _EPERM)]
    made += [_line(_EQUAL, machine.clone, 0, 4), _line(_LOAD, _FIRST), _line(_ANY_BIT, _CLONE_THREAD, 1, 0)]
    made += [_line(_RETURN, _ERROR | _EPERM), _line(_RETURN, _ALLOW)]
    flags = [_line(_LOAD, _SECOND)]
    for request in _FLAGS_OF_FILES:
        flags += [_line(_EQUAL, request, 0, 1), _line(_RETURN, _ERROR | _EPERM)]
    made += [_line(_EQUAL, machine.ioctl, 0, len(flags) + 1), *flags, _line(_RETURN, _ALLOW)]
    for number in machine.own:
        made += [_line(_EQUAL, number, 0, 4), _line(_LOAD, _FIRST), _line(_EQUAL, own, 1, 0)]
        made += [_line(_RETURN, _ERROR | _EPERM), _line(_RETURN, _ALLOW)]
    return [*made, _line(_RETURN, _ALLOW)]


def _line(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)
