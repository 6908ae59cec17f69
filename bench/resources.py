"""What a process has used, as Linux tells it."""

from dataclasses import dataclass
import os
from pathlib import Path
import time


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU time in seconds."""

    process: float
    """All threads together."""
    loop: float
    """The main thread, in which Home Assistant's event loop runs."""

    def __sub__(self, other: Cpu) -> Cpu:
        return Cpu(self.process - other.process, self.loop - other.loop)

    def __mul__(self, factor: float) -> Cpu:
        return Cpu(self.process * factor, self.loop * factor)


def cpu_of(pid: int) -> Cpu:
    """Return the CPU time that a process has used so far."""
    # The main thread has the process's id.
    return Cpu(
        time.clock_gettime(_clock_of(pid)), _run_time(Path(f"/proc/{pid}/schedstat"))
    )


def _clock_of(pid: int) -> int:
    """Return the clock of the CPU time of all threads of a process."""
    # As clock_getcpuclockid(3) has it. Threads that have ended count as well.
    return (~pid << 3) | 2


def _run_time(path: Path) -> float:
    """Return what a thread has used, in seconds.

    In nanoseconds, where `stat` has ticks of 10 ms: a message takes less than one.
    """
    return int(path.read_text().split()[0]) / 1e9


def rss_mib(pid: int) -> float:
    """Return the memory of a process that is in RAM, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} has no memory")


def processor() -> str:
    """Return the name of this machine's processor and how many it has."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    else:
        name = os.uname().machine
    return f"{os.cpu_count()} x {name}"
