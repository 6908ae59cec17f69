"""docs/performance.md as a whole: what is measured, the figures of one run, and what they say."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from .rig import FLOOR, OURS, Haste, Steady

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"

_HEAD = """\
# Performance

What a charger costs Home Assistant, measured in a real Home Assistant and beside the least that any integration could do.

    scripts/bench            all of it, three quarters of an hour
    scripts/bench --quick    six minutes, with fewer rounds and without the test of memory
    scripts/bench --write    all of it, and writes this page anew, but for the dashboard

It asserts nothing: a benchmark that fails on a busy machine is switched off soon. This page is what one run wrote.

## What is measured

One Home Assistant process with its recorder on SQLite, as it comes. Two servers run in it:

- **ours**: this integration, with chargers that are adopted and charge.
- **floor**: `bench/floor`, a websocket server of forty lines. It parses each message with orjson, answers it, and sets the states of the
  eight values with `hass.states.async_set`. It checks nothing, has no entities, and knows no sessions. Whoever wants the eight values in
  Home Assistant cannot do less.

The load is a process of its own (`bench/load.py`) with up to a hundred chargers of a three-phase kind for each server. Every message is a
`MeterValues` within a transaction, with eight values that all differ from the message before: the energy register, the power, three
currents and three voltages. Runs of the floor and of ours take turns, and the tables show medians, so that what else the machine does
hits both.

- *As fast as it goes*: each charger sends as soon as it has its answer. The CPU time is that of the whole process while messages come. It
  leaves out most of the recorder's work, which comes later.
- *Steady load*: 50 messages per second in all, over several of the recorder's intervals of five seconds. *Event loop* is the CPU time
  of the thread that everything in Home Assistant shares, *process* that of all threads, so it includes what the recorder does with the
  states. This is what the machine pays in the end. *Garbage* is what garbage collections take of the event loop's thread, and is not in
  *event loop*: a collection of Home Assistant's whole heap lasts as long as some hundred messages, and any thread may be the one that
  does it. In *process* all of them are counted.
- *State writes* counts `state_changed` events. We write fewer than eight, because the phases' currents and voltages are disabled until
  somebody wants them: what is left is the power, the energy, the largest current, the mean voltage, and the energy of the session.
- *Reconnection*: all connections are cut, and a second later all chargers connect and boot in the same moment.
- *OCPP 2.0.1*: the same eight values as TransactionEvent of a hundred further stations, by turns with the MeterValues of 1.6
  (`python -m bench.versions` measures this alone).
- *TLS*: the same server with its encryption turned on, as a user does it. A hundred further chargers connect to its port for TLS (1.3, with
  the server's certificate for elliptic curves) and check its certificate. Each round measures the same load without TLS and with it, one
  right after the other; the ratio is the median of the rounds' ratios. *CPU s* of a reconnection is all that Home Assistant does until the
  chargers have been asked what it wants to know, the handshakes included.
- *Reaction*: three cars charge on one fuse, and the house's meter tells of more and more load. The clock runs from before the last value of
  the meter is sent to Home Assistant, over its REST interface, until the limit has come over the charger's socket.
- *Memory*: the resident size of the process, read when the recorder has nothing left to do, after a warm-up of 25 000 messages.

Two things to know when reading the figures. With a single charger at dozens of messages per second the recorder is slower per state than
with many, because each state refers to the one before it; this has to do with SQLAlchemy and is the same on both sides. And per message a
steady load costs more than haste: the processor has gone to sleep, and its caches are cold.

## Figures

"""

_HISTORY = """\
## The history

What a session, and questions about sessions, take with 20 000 sessions in the books (five and a half years of ten a day) and with those of
one month only, in milliseconds until it is done. Both are asked by turns in the same process (`python -m bench.books`). A session is two
writes that are on the disk before they are answered.

"""

_TAIL = """
Nothing but opening the books depends on how many there are: the file is checked then, once per start and in a thread of its own.
That questions are answered from indexes is a test (`tests/csms/transactions/test_storage.py`).
"""

_DASHBOARD_TITLE = "## The dashboard\n"

_DASHBOARD = f"""\
{_DASHBOARD_TITLE}
How long the views take in a house with 12 places to charge (6 chargers of two connectors, each place with a plan and a session that runs)
and 20 000 sessions of two years, in milliseconds (`.dev/hass/bin/python -m bench.views --write`, which writes this part only).
A real Home Assistant with a recorder and a real Chromium are on the same machine.

- *Answer*: from asking in the page until Home Assistant has answered all that the view needs. *Now* and *Plans* need the live state, and
  the plan of each place.
- *View*: from going there, from another page of Home Assistant's that is open already, until all of its data is drawn. What the view asks
  of Home Assistant is in it. *All* is a click in *Sessions*.
- *Loaded anew*: the whole page is loaded, as after opening the browser. The answer is then that of Home Assistant's own page of the user's
  profile, loaded as well until it is drawn.

Both are measured by turns. All figures are medians but for the slowest of the rounds; a round before them is not counted. A view is to be
there within 1000 ms of the answer.

"""

type Runs[T] = Mapping[tuple[int, str], T]


def _between(ratios: Sequence[float]) -> str:
    low, high = min(ratios), max(ratios)
    if f"{low:.1f}" == f"{high:.1f}":
        return f"{low:.1f} times"
    return f"{low:.1f} to {high:.1f} times"


def summary(
    haste: Runs[Haste],
    steady: Runs[Steady],
    reconnection: Mapping[str, tuple[float, float]],
    memory: Mapping[str, Sequence[float]],
) -> str:
    """Return what the figures of a run say, and nothing that they do not.

    `reconnection` has the worst seconds and the calls to each charger, `memory` the
    sizes in MiB, by server.
    """
    sizes = sorted({size for size, _ in steady})
    process = [steady[size, OURS].cpu_ms / steady[size, FLOOR].cpu_ms for size in sizes]
    loop = [steady[size, OURS].loop_ms / steady[size, FLOOR].loop_ms for size in sizes]
    few, many = min(haste)[0], max(haste)[0]
    seconds, calls = reconnection[OURS]
    lines = [
        (
            "In short: under a steady load a message costs the machine "
            f"{_between(process)} the floor, and the event loop {_between(loop)} "
            "the floor."
        ),
        (
            "As fast as it goes, a message takes "
            f"{haste[few, OURS].cpu_ms:.2f} ms of the processor with {few} charger "
            f"and {haste[many, OURS].cpu_ms:.2f} ms with {many}."
        ),
        (
            f"{many} chargers that come back at once are accepted within "
            f"{seconds:.2f} seconds, with {calls:.0f} calls to each."
        ),
    ]
    if sizes_of := memory.get(OURS):
        grown = sizes_of[-1] - sizes_of[0]
        lines.append(f"After the warm-up, memory changes by {grown:+.0f} MiB.")
    return "\n".join(lines)


def page(figures: str, in_short: str, history: str) -> str:
    """Return the whole page."""
    return f"{_HEAD}{figures.rstrip()}\n\n{in_short}\n\n{_HISTORY}{history}\n{_TAIL}"


def with_dashboard(figures: str) -> str:
    """Return the page as it is now, with other figures of the dashboard."""
    text = PAGE.read_text(encoding="utf-8")
    rest = text.partition(f"\n{_DASHBOARD_TITLE}")[0].rstrip()
    return f"{rest}\n\n{_DASHBOARD}{figures}\n"


def kept_dashboard() -> str:
    """Return what the page says of the dashboard, which has a run of its own."""
    _, title, rest = PAGE.read_text(encoding="utf-8").partition(f"\n{_DASHBOARD_TITLE}")
    return f"{title}{rest}"
