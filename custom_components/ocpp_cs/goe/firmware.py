"""Firmware versions that compare."""

from dataclasses import dataclass
import re
from typing import Self

_NUMBER = re.compile(r"[vV]?(\d{1,6})(?:\.(\d{1,6}))?(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Firmware:
    """A version as the charger spells it: "055.5", "59.4", "59.3-rc2"."""

    text: str
    number: tuple[int, int] | None
    """(55, 5), (59, 4), (59, 3); None if there is no number in it."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a version; whatever it is, something comes out."""
        match = _NUMBER.match(text)
        number = (int(match[1]), int(match[2] or 0)) if match else None
        return cls(text, number)

    def at_least(self, major: int, minor: int = 0) -> bool:
        """Whether it is that version or a newer one; an unknown one is not."""
        return self.number is not None and self.number >= (major, minor)
