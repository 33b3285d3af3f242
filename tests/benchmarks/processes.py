"""Run a program in a new process and measure its cost, including helper processes. Linux only.

CPU time comes from `wait4`, which counts a process, its threads, and every child that it waited
for: exact, without a monitor that runs beside the program. The helper of the official SDK has a
session of its own, and is counted as long as the SDK waits for its end. `wait4` would miss a helper
that outlives its parent, so this process makes itself the subreaper: the kernel hands it every
orphan below it, and it waits for those too. Each process is waited for, and so counted, once.

Peak memory is `VmHWM` of each process, read while the program pauses after its last line.
`ru_maxrss` does not work: it survives `exec`, so a small program inherits the size of its parent.
"""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
ORPHAN_TIMEOUT_SECONDS = 10.0
"""Time in which orphans may end by themselves."""


@dataclass(frozen=True)
class Cost:
    """The cost of one run of a program."""

    wall: float
    """Seconds from start to exit, without the pause in which memory is read."""
    cpu: float
    """Seconds of user and system time of the program and everything it started."""
    peak: int
    """Peak resident memory in bytes, summed over those processes."""
    output: str
    """The line that the program printed."""


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def measure(arguments: Iterable[str], environ: Mapping[str, str]) -> Cost:
    """Run Python with `arguments`: a program that prints one line and ends with its input.

    It gets `environ` and an empty home, and nothing else of the caller's environment.
    """
    others = children(os.getpid())
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-P", *arguments],
            env={**clean_environ(home), **environ},
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process:
            assert process.stdin
            assert process.stdout
            output = process.stdout.readline()
            reported = time.perf_counter()
            peak = sum(map(peak_memory, family(children(os.getpid()) - others)))
            released = time.perf_counter()
            process.stdin.close()
            _, status, usage = os.wait4(process.pid, 0)
            ended = time.perf_counter()
            process.returncode = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime + reap_orphans(others)
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(f"{list(arguments)} failed:\n{errors.read()}")
    return Cost(reported - started + ended - released, cpu, peak, output)


def clean_environ(home: str) -> dict[str, str]:
    """Return an environment in which no client reads or writes outside `home`."""
    folders = ("HOME", "TMPDIR", "WANDB_DIR", "WANDB_CONFIG_DIR", "WANDB_CACHE_DIR")
    return {
        **dict.fromkeys((*folders, "WANDB_DATA_DIR", "WANDB_ARTIFACT_DIR"), home),
        "LANG": "C.UTF-8",
        "NO_PROXY": "*",
        "PATH": os.defpath,
        "WANDB_API_KEY": "0123456789" * 4,
        "WANDB_ERROR_REPORTING": "false",
        "WANDB_SILENT": "true",
    }


def reap_orphans(others: set[int]) -> float:
    """Wait for all children but `others` and return the CPU seconds that they took."""
    cpu = 0.0
    deadline = time.monotonic() + ORPHAN_TIMEOUT_SECONDS
    while orphans := children(os.getpid()) - others:
        for pid in orphans:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            done, _, usage = os.wait4(pid, os.WNOHANG)
            if done:
                cpu += usage.ru_utime + usage.ru_stime
        time.sleep(0.01)
    return cpu


def children(parent: int) -> set[int]:
    """Return the processes whose parent is `parent`."""
    return {pid for pid, its_parent in parents().items() if its_parent == parent}


def family(pids: set[int]) -> set[int]:
    """Return processes and all their descendants."""
    known = parents()
    found = set(pids)
    while below := {pid for pid, parent in known.items() if parent in found} - found:
        found |= below
    return found


def parents() -> dict[int, int]:
    """Return the parent of every process."""
    found: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                # The name of the program, in parentheses, may contain anything.
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            found[int(folder.name)] = int(fields[1])
    return found


def peak_memory(pid: int) -> int:
    """Return the peak resident memory of a process in bytes, 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
