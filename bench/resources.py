"""What a process has used, as Linux tells it."""

from dataclasses import dataclass
import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


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
    # /proc/<pid>/stat counts all threads; the main thread has the process's id.
    return Cpu(
        _cpu_seconds(Path(f"/proc/{pid}/stat")),
        _cpu_seconds(Path(f"/proc/{pid}/task/{pid}/stat")),
    )


def _cpu_seconds(path: Path) -> float:
    # The name in parentheses may hold spaces; utime and stime are fields 14 and 15.
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


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
