"""Which cases there are, and the mark that makes a test one of them.

The numbers and names are those of the Open Charge Alliance's compliance testing tool
for OCPP 1.6 (edition 2025-11). What happens in a case is written after the
specification.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

MARK = "oca_case"

_NUMBERS = {
    "Core": """
        001 003 004_1 004_2 005_1 007 010 011_1 011_2 012 013 014 017_1 017_2 018_1
        019_1 019_2 021 023_1 023_2 023_3 024 026 028 030 031 032_1 037_1 037_3 039
        040_1 040_2 061 064
    """,
    "Local authorization list": "042_1 042_2 043_1 043_3 043_4 043_5",
    "Firmware management": "044_1 044_2 044_3 045_1 045_2",
    "Reservation": "046 047 048_1 048_2 048_3 048_4 049 051 052 053",
    "Remote trigger": "054 055",
    "Smart charging": "056 057 059 066 067",
    "Security": "073 074 075_1 075_2 076 077 078 079 080 081 083 085 086 087 088",
}

PROFILES = {
    f"TC_{number}_CSMS": profile
    for profile, numbers in _NUMBERS.items()
    for number in numbers.split()
}
"""All cases for a central system: id -> feature profile, in the order of the OCA."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A case that has a test."""

    id: str
    title: str
    not_yet: str | None = None
    """Why it cannot be passed yet."""
    remark: str | None = None
    """What is to be said of it besides."""
    version: str = "1.6"
    """The version of OCPP that it is for."""

    @property
    def profile(self) -> str:
        """The feature profile that the case belongs to."""
        return PROFILES[self.id]


class NotYetError(Exception):
    """The one thing happened that keeps a case from being passed."""


def later(condition: bool, what: str) -> None:
    """Take note that `what` is not so yet, in a case that is `not_yet` passed."""
    if not condition:
        raise NotYetError(what)


CASES: dict[str, Case] = {}
"""The cases of the modules imported so far, by id."""


def case[F: Callable[..., Any]](
    case_id: str, title: str, *, not_yet: str | None = None, remark: str | None = None
) -> Callable[[F], F]:
    """Decorate the test of a case.

    One that is `not_yet` passed is tried all the same, and must come to what is
    `later`: once that is so, the mark has to go. Anything else fails as ever.
    """
    if case_id in CASES or case_id not in PROFILES:
        raise ValueError(f"{case_id} is none of the cases, or has a test already")
    one = Case(id=case_id, title=title, not_yet=not_yet, remark=remark)
    CASES[case_id] = one

    def decorate(test: F) -> F:
        if not_yet is not None:
            failing = pytest.mark.xfail(reason=not_yet, raises=NotYetError, strict=True)
            test = failing(test)
        marked: F = getattr(pytest.mark, MARK)(one)(test)
        return marked

    return decorate
