"""The files beside the database of sessions: copies and broken databases."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
import os
from pathlib import Path
import shutil

_BESIDE = ("-journal", "-wal", "-shm")
"""The suffixes of the files that SQLite keeps beside a database."""

_KEPT_VERSIONS = 2
"""The number of copies from before a migration that are kept."""


def copy_of(path: Path) -> Path:
    """Return the path of a database's daily copy."""
    return path.with_name(f"{path.name}.copy")


def version_copy(path: Path, version: tuple[int, int]) -> Path:
    """Return the path of a database's copy in an earlier version."""
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
    """Remove copies of earlier versions, except the newest."""
    for one in version_copies(path)[:-_KEPT_VERSIONS]:
        with suppress(OSError):
            one.unlink()


def meanwhile(path: Path) -> Path:
    """Return the path for sessions while the database is of a later version."""
    return path.with_name(f"{path.name}.meanwhile")


def beside(path: Path) -> Iterator[Path]:
    """Yield the existing files of SQLite beside a database."""
    for ending in _BESIDE:
        if (one := path.with_name(f"{path.name}{ending}")).exists():
            yield one


def new_file(path: Path) -> Path:
    """Return the path for a new file before it is renamed; leftovers are removed."""
    new = path.with_name(f"{path.name}.new")
    for leftover in (new, *beside(new)):
        leftover.unlink(missing_ok=True)
    return new


def restore(path: Path) -> datetime | None:
    """Restore a missing database from its copy.

    Returns:
        The time of the copy; None if there is none.
    """
    copy = copy_of(path)
    if not copy.exists():
        return None
    if any(beside(path)):
        set_aside(path, datetime.now(UTC))
    new = path.with_name(f"{path.name}.new")
    # The copy stays, as the restored database may break as well.
    shutil.copyfile(copy, new)
    sync(new)
    new.rename(path)
    return datetime.fromtimestamp(copy.stat().st_mtime, UTC)


def sync(path: Path) -> None:
    """Write a file's content to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def set_aside(path: Path, now: datetime) -> Path:
    """Rename a broken database, with SQLite's files beside it.

    Returns:
        The new path.

    Raises:
        OSError: The files cannot be renamed.
    """
    name = f"{path.name}.broken-{now:%Y%m%dT%H%M%S}"
    aside, number = path.with_name(name), 1
    while aside.exists() or any(beside(aside)):
        number += 1
        aside = path.with_name(f"{name}-{number}")
    # The journal first: a database that is renamed without it cannot be repaired.
    for one in beside(path):
        one.rename(path.with_name(one.name.replace(path.name, aside.name, 1)))
    if path.exists():
        path.rename(aside)
    return aside


def remove(path: Path) -> None:
    """Remove a database and its copies, but no broken ones.

    Raises:
        OSError: A file cannot be removed.
    """
    other = meanwhile(path)
    copies = (*version_copies(path), *version_copies(other))
    # Earlier versions wrote this copy when they added columns.
    before_update = path.with_name(f"{path.name}.before-update")
    for one in (path, copy_of(path), before_update, other, copy_of(other), *copies):
        one.unlink(missing_ok=True)
        one.with_name(f"{one.name}.new").unlink(missing_ok=True)
        for leftover in beside(one):
            leftover.unlink()
