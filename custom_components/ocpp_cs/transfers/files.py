"""The files that chargers uploaded, on the disk. All of it blocks: for the executor."""

from contextlib import suppress
from datetime import datetime
from io import BufferedWriter
from itertools import count
from pathlib import Path
import re
from secrets import token_hex
import shutil
from threading import Lock
from time import time

from homeassistant.core import HomeAssistant

from ..const import DOMAIN

KEPT = 5
"""Files of a charger; the oldest give way."""

_PART = ".part"
_PART_AGE = 3600.0
"""Seconds after which what was not finished never will be."""

_LONGEST_NAME = 100


def uploads_folder(hass: HomeAssistant, entry_id: str, *subentry_id: str) -> Path:
    """Return where the files of a server are, or those of one of its chargers."""
    return Path(hass.config.path(DOMAIN, "uploads", entry_id, *subentry_id))


def safe_name(told: str | None) -> str | None:
    """Return the name of a file as it can stand anywhere; None if nothing is left.

    Chargers make names up, and may send whole paths: only the last part counts.
    """
    name = re.split(r"[\\/]", told or "")[-1].strip()
    name = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII).strip(".")
    if len(name) > _LONGEST_NAME:
        stem, ending = Path(name).stem, Path(name).suffix[:20]
        name = stem[: _LONGEST_NAME - len(ending)] + ending
    return name if name.strip("_.-") else None


class Incoming:
    """A file that is being received: nobody sees it before it is complete.

    Whoever sends it may go away at any time, while a thread is busy with it.
    """

    def __init__(self, folder: Path) -> None:
        """Be a file in `folder`; see `begin`."""
        self._path = folder / f".{token_hex(8)}{_PART}"
        self._file: BufferedWriter | None = None
        self._lock = Lock()
        self._discarded = False
        self.size = 0
        """Bytes so far."""

    def begin(self) -> None:
        """Make the file, and its folder. Raises OSError."""
        with self._lock:
            if not self._discarded:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("xb")

    def write(self, data: bytes) -> None:
        """Add to it. Raises OSError."""
        with self._lock:
            if self._file is not None:
                self._file.write(data)
                self.size += len(data)

    def keep(self, name: str, now: datetime) -> Path:
        """Make it a file of that name and time; old ones go. Raises OSError."""
        if self._file is not None:
            self._file.close()
        folder = self._path.parent
        for number in count(1):
            again = f"-{number}" if number > 1 else ""
            target = folder / f"{now:%Y%m%d-%H%M%S}{again}_{name}"
            try:
                target.touch(exist_ok=False)
            except FileExistsError:
                continue
            break
        self._path.replace(target)
        # It is there; what is too much can go with the next one.
        with suppress(OSError):
            _tidy(folder, target)
        return target

    def discard(self, kept: Path | None = None) -> None:
        """Leave nothing behind, also if it was `kept` there already."""
        with self._lock:
            self._discarded = True
            file, self._file = self._file, None
            # What cannot be written need not be.
            with suppress(OSError):
                if file is not None:
                    file.close()
            with suppress(OSError):
                (kept or self._path).unlink()


def _tidy(folder: Path, newest: Path) -> None:
    """Remove what is too much, or was left by a crash."""
    finished = []
    for path in folder.iterdir():
        try:
            changed = path.stat().st_mtime
        except FileNotFoundError:
            # It was kept, or has given way, in another thread.
            continue
        if path.suffix == _PART and path.name.startswith("."):
            if changed < time() - _PART_AGE:
                path.unlink(missing_ok=True)
        elif path != newest:
            finished.append((changed, path))
    # The one that came just now stays, whatever a clock says.
    for _, path in sorted(finished, reverse=True)[KEPT - 1 :]:
        path.unlink(missing_ok=True)


def remove_files(folder: Path) -> None:
    """Remove a folder and all that is in it; it may be gone already."""
    shutil.rmtree(folder, ignore_errors=True)
