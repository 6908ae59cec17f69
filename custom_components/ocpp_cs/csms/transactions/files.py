"""The files beside the one with the sessions: copies, and what was set aside."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
import os
from pathlib import Path
import shutil

_BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite keeps beside a file, by what is added to its name."""

_KEPT_VERSIONS = 2
"""So many copies of before a migration are kept."""


def copy_of(path: Path) -> Path:
    """Return where the second copy of books is."""
    return path.with_name(f"{path.name}.copy")


def version_copy(path: Path, version: tuple[int, int]) -> Path:
    """Return where books are kept as they were in an earlier version."""
    major, minor = version
    return path.with_name(
        f"{path.name}.version-{major}" + (f".{minor}" if minor else "")
    )


def version_copies(path: Path) -> list[Path]:
    """Return the copies of earlier versions, from the oldest to the newest."""
    return sorted(
        (
            one
            for one in path.parent.glob(f"{path.name}.version-*")
            if not one.name.endswith((".new", *_BESIDE))
        ),
        key=lambda one: one.stat().st_mtime_ns,
    )


def drop_old_versions(path: Path) -> None:
    """Remove copies of earlier versions, but for the newest ones."""
    for one in version_copies(path)[:-_KEPT_VERSIONS]:
        with suppress(OSError):
            one.unlink()


def meanwhile(path: Path) -> Path:
    """Return where sessions go while the books are those of a later version."""
    return path.with_name(f"{path.name}.meanwhile")


def beside(path: Path) -> Iterator[Path]:
    """Give the files that SQLite has left beside one."""
    for ending in _BESIDE:
        if (one := path.with_name(f"{path.name}{ending}")).exists():
            yield one


def new_file(path: Path) -> Path:
    """Return where a file is made before it takes its place; nothing is there."""
    new = path.with_name(f"{path.name}.new")
    for leftover in (new, *beside(new)):
        leftover.unlink(missing_ok=True)
    return new


def restore(path: Path) -> datetime | None:
    """Let the copy take the place of books that are gone; return of when it is."""
    copy = copy_of(path)
    if not copy.exists():
        return None
    if any(beside(path)):
        set_aside(path, datetime.now(UTC))
    new = path.with_name(f"{path.name}.new")
    # The copy stays where it is: what took its place may break as well.
    shutil.copyfile(copy, new)
    sync(new)
    new.rename(path)
    return datetime.fromtimestamp(copy.stat().st_mtime, UTC)


def sync(path: Path) -> None:
    """See to it that a file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def set_aside(path: Path, now: datetime) -> Path:
    """Rename broken books, with what SQLite keeps beside them; return their new name.

    Raises OSError.
    """
    name = f"{path.name}.broken-{now:%Y%m%dT%H%M%S}"
    aside, number = path.with_name(name), 1
    while aside.exists() or any(beside(aside)):
        number += 1
        aside = path.with_name(f"{name}-{number}")
    # The journal first: books that are renamed without it cannot be repaired.
    for one in beside(path):
        one.rename(path.with_name(one.name.replace(path.name, aside.name, 1)))
    if path.exists():
        path.rename(aside)
    return aside


def remove(path: Path) -> None:
    """Remove books, but for those that were set aside. Raises OSError."""
    other = meanwhile(path)
    copies = (*version_copies(path), *version_copies(other))
    for one in (path, copy_of(path), other, copy_of(other), *copies):
        one.unlink(missing_ok=True)
        one.with_name(f"{one.name}.new").unlink(missing_ok=True)
        for leftover in beside(one):
            leftover.unlink()
