"""The list of the requirements of OCPP 2.1 that the page tells of.

A file per letter of a functional block; each use case in it has its requirements, one a
line: the number, whose it is, and what it asks for in words of our own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from . import e, i, k, q

OURS, STATIONS, LEFT_OUT = "C", "S", "-"
"""Whose a requirement is: the central system's, the station's, or nobody's here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """A requirement on the list, with or without a test."""

    id: str
    title: str
    use_case: str
    of_station: bool
    """True if the station has to do it, and the central system has no part in it."""
    left_out: str | None
    """Why it is left out, if it is."""


def read(use_case: str, text: str) -> Iterator[Requirement]:
    """Yield the requirements of a use case; `text` is as in the files beside this one."""
    for line in text.strip().splitlines():
        number, whose, what = line.split(maxsplit=2)
        title, _, why = what.partition(" :: ")
        if whose not in {OURS, STATIONS, LEFT_OUT} or (whose == LEFT_OUT) != bool(why):
            raise ValueError(f"{use_case}: {line}")
        yield Requirement(
            id=f"{use_case}.FR.{number}",
            title=title,
            use_case=use_case,
            of_station=whose == STATIONS,
            left_out=why or None,
        )


TITLES = {
    use_case: title
    for block in (e, i, k, q)
    for use_case, (title, _) in block.USE_CASES.items()
}
"""Use case -> what it is about, in the order of the page."""

CATALOGUE = {
    one.id: one
    for block in (e, i, k, q)
    for use_case, (_, text) in block.USE_CASES.items()
    for one in read(use_case, text)
}
"""Requirement's number -> requirement, in the order of the page."""
