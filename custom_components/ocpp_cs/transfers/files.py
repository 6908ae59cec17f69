"""Uploaded files on the disk. All functions block and belong in the executor."""

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
"""Files to keep per charger; the oldest are deleted."""

_PART = ".part"
_PART_AGE = 3600.0
"""Seconds after which an unfinished file is abandoned."""

_LONGEST_NAME = 100


def uploads_folder(hass: HomeAssistant, entry_id: str, *subentry_id: str) -> Path:
    """Return the folder for the files of a server, or of one of its chargers."""
    return Path(hass.config.path(DOMAIN, "uploads", entry_id, *subentry_id))


def safe_name(told: str | None) -> str | None:
    """Return a safe file name; None if nothing is left.

    Chargers may send any text or a path: only the last part is used.
    """
    name = re.split(r"[\\/]", told or "")[-1].strip()
    name = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII).strip(".")
    if len(name) > _LONGEST_NAME:
        stem, ending = Path(name).stem, Path(name).suffix[:20]
        name = stem[: _LONGEST_NAME - len(ending)] + ending
    return name if name.strip("_.-") else None


class Incoming:
    """A file that is being received: hidden until it is complete.

    The request may be cancelled at any time, while a thread writes the file.
    """

    def __init__(self, folder: Path) -> None:
        """Prepare a file in `folder`; see `begin`."""
        self._path = folder / f".{token_hex(8)}{_PART}"
        self._file: BufferedWriter | None = None
        self._lock = Lock()
        self._discarded = False
        self.size = 0
        """Bytes received so far."""

    def begin(self) -> None:
        """Create the file and its folder. Raises OSError."""
        with self._lock:
            if not self._discarded:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("xb")

    def write(self, data: bytes) -> None:
        """Write data. Raises OSError."""
        with self._lock:
            if self._file is not None:
                self._file.write(data)
                self.size += len(data)

    def keep(self, name: str, now: datetime) -> Path:
        """Rename the file to a name with the time; delete old files. Raises OSError."""
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
        # The file is saved; a failed cleanup is repeated with the next one.
        with suppress(OSError):
            _tidy(folder, target)
        return target

    def discard(self, kept: Path | None = None) -> None:
        """Delete the file, even if it was already renamed to `kept`."""
        with self._lock:
            self._discarded = True
            file, self._file = self._file, None
            # Unwritten data is not needed.
            with suppress(OSError):
                if file is not None:
                    file.close()
            with suppress(OSError):
                (kept or self._path).unlink()


def _tidy(folder: Path, newest: Path) -> None:
    """Delete the oldest files and those that a crash left."""
    finished = []
    for path in folder.iterdir():
        try:
            changed = path.stat().st_mtime
        except FileNotFoundError:
            # Another thread has renamed or deleted it.
            continue
        if path.suffix == _PART and path.name.startswith("."):
            if changed < time() - _PART_AGE:
                path.unlink(missing_ok=True)
        elif path != newest:
            finished.append((changed, path))
    # The newest file stays, even if a clock is wrong.
    for _, path in sorted(finished, reverse=True)[KEPT - 1 :]:
        path.unlink(missing_ok=True)


def remove_files(folder: Path) -> None:
    """Delete a folder and its content; it may be gone already."""
    shutil.rmtree(folder, ignore_errors=True)
