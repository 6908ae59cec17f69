"""Opens books in a process of its own: `upgradable.py FOLDER BOOKS HOW MOMENT`.

FOLDER is where the package `csms` is. HOW says what happens at that moment:

- `whole`: nothing; it prints how many steps SQLite took, and how many files were moved,
- `step`: it is killed after so many steps of SQLite's,
- `file`: it is killed before that file is synced, moved or removed,
- `write`: it is killed by the write that makes a file larger than so many bytes,
- `full`: no file can be larger than so many bytes, and it prints what that leads to.
"""

import os
from pathlib import Path
import resource
import signal
import sqlite3
import sys
from typing import Any

_EVERY = 1000
"""Instructions of SQLite's virtual machine that are a step."""


class Moments:
    """Counts what happens, and kills the process at the moment that was asked for."""

    def __init__(self, how: str, moment: int) -> None:
        self._how = how
        self._moment = moment
        self.counts = {"step": 0, "file": 0}

    def count(self, how: str) -> int:
        self.counts[how] += 1
        if how == self._how and self.counts[how] == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def before(self, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def counted(*args: Any, **more: Any) -> Any:
            self.count("file")
            return original(*args, **more)

        setattr(owner, name, counted)


def main(books: Path, how: str, moment: int) -> None:
    from csms.transactions.sqlite import SqliteStore  # type: ignore[import-not-found]

    moments = Moments(how, moment)
    moments.before(os, "fsync")
    moments.before(Path, "replace")
    moments.before(Path, "unlink")
    connect = sqlite3.connect

    def watched(*args: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*args, **more)
        connection.set_progress_handler(lambda: moments.count("step"), _EVERY)
        return connection

    sqlite3.connect = watched  # type: ignore[assignment]
    if how in {"write", "full"}:
        signal.signal(
            signal.SIGXFSZ, signal.SIG_DFL if how == "write" else signal.SIG_IGN
        )
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (moment, moment))
    try:
        SqliteStore(books).close()
    except (sqlite3.Error, OSError) as err:
        print(type(err).__name__)
    else:
        print(moments.counts["step"], moments.counts["file"])


if __name__ == "__main__":
    # Last: beside `csms` there are modules with names of the standard library's.
    sys.path.append(sys.argv[1])
    main(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
