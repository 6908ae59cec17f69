"""Match rules by the identity that a charge point reports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import re
from typing import Any

from ..model.model import Identity


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """The charge points to which a rule applies.

    Vendor and model are regular expressions, searched without regard to case. A rule
    with a firmware version applies only if the charge point reports its version.
    """

    vendor: str = ""
    model: str = ""
    firmware_from: str | None = None
    firmware_below: str | None = None

    def fits(self, identity: Identity) -> bool:
        """Return whether the rule applies to a charge point of this identity."""
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
    """The deviations of matching charge points; `differs` has fields of `Quirks`."""

    name: str
    match: Match
    make: str = ""
    """The make as its owners know it, where `name` says more than that."""
    differs: Mapping[str, Any] = field(default_factory=dict)


_search: Callable[[str, str, int], object] = re.search


def _found(pattern: str, text: str | None) -> bool:
    # Some pad texts to a fixed length.
    clean = (text or "").strip(" \t\r\n\0")
    return not pattern or bool(_search(pattern, clean, re.IGNORECASE))


def firmware_version(text: str | None) -> tuple[int, ...] | None:
    """Return the numbers of a version: (55, 5) for "055.5", (59, 3) for "59.3-rc2".

    Trailing zeros are ignored. Return None without a number.
    """
    numbers = [int(one) for one in re.findall(r"\d+", (text or "").partition("-")[0])]
    if not numbers:
        return None
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
