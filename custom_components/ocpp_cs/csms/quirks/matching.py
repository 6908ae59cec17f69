"""Whom a rule is about, by what a charge point says of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import re
from typing import Any

from ..model.model import Identity


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Whom a rule is about: expressions that are found in what it says of itself.

    Without regard to case. A rule about versions is for those who tell theirs.
    """

    vendor: str = ""
    model: str = ""
    firmware_from: str | None = None
    firmware_below: str | None = None

    def fits(self, identity: Identity) -> bool:
        """Tell whether it is about this charge point."""
        if not _found(self.vendor, identity.vendor):
            return False
        if not _found(self.model, identity.model):
            return False
        if self.firmware_from is None and self.firmware_below is None:
            return True
        version = firmware_version(identity.firmware)
        return (
            version is not None
            and (
                self.firmware_from is None
                or version >= (firmware_version(self.firmware_from) or ())
            )
            and (
                self.firmware_below is None
                or version < (firmware_version(self.firmware_below) or ())
            )
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What differs for those who match; `differs` has fields of `Quirks`."""

    name: str
    match: Match
    differs: Mapping[str, Any] = field(default_factory=dict)


_search: Callable[[str, str, int], object] = re.search


def _found(pattern: str, text: str | None) -> bool:
    # Some pad what they say to a fixed length.
    clean = (text or "").strip(" \t\r\n\0")
    return not pattern or bool(_search(pattern, clean, re.IGNORECASE))


def firmware_version(text: str | None) -> tuple[int, ...] | None:
    """Return the numbers of a version: (55, 5) for "055.5", (59, 3) for "59.3-rc2".

    Trailing zeros count for nothing; None without a number.
    """
    numbers = [int(one) for one in re.findall(r"\d+", (text or "").partition("-")[0])]
    if not numbers:
        return None
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
