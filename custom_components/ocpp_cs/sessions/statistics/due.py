"""The hours of statistics that have to be made anew."""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any, Final, Self

from .hours import Span, merged

_ALWAYS: Final[Span] = (0, 1 << 40)


@dataclass(slots=True)
class Due:
    """What of a series has to be made anew."""

    since: int
    """The first hour."""
    spans: set[Span] = field(default_factory=set)
    """Hours that are 0 unless sessions are in them now."""


class DueHours(dict[str, Due]):
    """What has to be made anew, by the key of a series."""

    def want(self, key: str, since: int, *spans: Span) -> None:
        """Add hours of a series.

        Args:
            key: The key of the series.
            since: The first hour.
            spans: Hours that are 0 unless sessions are in them now.
        """
        if (known := self.get(key)) is None:
            self[key] = Due(since, set(spans))
        else:
            known.since = min(since, known.since)
            known.spans.update(spans)

    def want_all(self, key: str) -> None:
        """Add all hours of a series, also those in which no session ever was."""
        self.want(key, 0, _ALWAYS)

    def add(self, other: DueHours) -> None:
        """Add what others have."""
        for key, one in other.items():
            self.want(key, one.since, *one.spans)

    def take(self, keys: Container[str]) -> DueHours:
        """Remove and return the series with these keys."""
        taken = DueHours({key: one for key, one in self.items() if key in keys})
        for key in taken:
            del self[key]
        return taken

    def record(self) -> dict[str, Any]:
        """Return what `read` reads, as JSON data."""
        return {
            key: [one.since, [list(span) for span in merged(one.spans)]]
            for key, one in self.items()
        }

    @classmethod
    def read(cls, record: object) -> Self:
        """Return what was recorded; what cannot be read is left out."""
        due = cls()
        for key, value in (record if isinstance(record, dict) else {}).items():
            match value:
                case [int(since), [*spans]]:
                    due.want(key, since)
                    for span in spans:
                        match span:
                            case [int(first), int(last)]:
                                due.want(key, since, (first, last))
        return due
