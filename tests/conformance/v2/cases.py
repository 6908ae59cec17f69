"""The mark that makes a test one of the cases for OCPP 2.0.1."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, override

import pytest

from tests.conformance.cases import MARK, Case

from .catalogue import COUNTED_TWICE, LISTS


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A case on the list, with or without a test."""

    id: str
    title: str
    profiles: tuple[str, ...]
    """The profiles that it counts for; the first one lists it."""
    mandatory: bool

    @property
    def not_claimed(self) -> str | None:
        """Why it is not claimed, if it is not."""
        return NOT_CLAIMED.get(self.id.removeprefix("TC_").removesuffix("_CSMS"))


_OCSP = (
    "it needs the responder of a contract's issuer, which would be asked at whatever "
    "address a station names"
)
_CONTRACTS = "only the provider of a contract can make this answer"
NOT_CLAIMED = {
    "A_12": "vehicles trust certificates of their makers' authorities, not ours",
    "C_50": _OCSP,
    "C_51": _OCSP,
    "C_52": _OCSP,
    "M_24": _OCSP,
    "M_26": _CONTRACTS,
    "M_28": _CONTRACTS,
}
"""Number of a case -> why it is not claimed."""

IN_PART = {
    "ISO 15118": "all that needs no contract certificates, of which there are none "
    "at home",
}
"""Profile -> what of it is claimed, if that is not all."""


def _listed() -> Iterator[Listed]:
    for profile, text in LISTS.items():
        for line in text.strip().splitlines():
            number, kind, title = line.split(maxsplit=2)
            others = [
                other
                for other, numbers in COUNTED_TWICE.items()
                if number in numbers.split()
            ]
            yield Listed(
                id=_id(number),
                title=title,
                profiles=(profile, *others),
                mandatory=kind == "M",
            )


def _id(number: str) -> str:
    return f"TC_{number}_CSMS"


CATALOGUE = {one.id: one for one in _listed()}
"""All cases, in the order of the list."""


class CaseOf201(Case):
    """A case for OCPP 2.0.1 that has a test."""

    __slots__ = ()

    @property
    @override
    def profile(self) -> str:
        return CATALOGUE[self.id].profiles[0]


CASES: dict[str, Case] = {}
"""The cases of the modules imported so far, by id."""


def case[F: Callable[..., Any]](
    number: str, *, remark: str | None = None
) -> Callable[[F], F]:
    """Decorate the test of a case; its number is that of the list ("B_01")."""
    mark = _mark(number, remark)

    def decorate(test: F) -> F:
        marked: F = mark(test)
        return marked

    return decorate


def cases(*numbers: str, **more: Any) -> pytest.MarkDecorator:
    """Decorate a test of several cases, which has the parameter `number`.

    Args:
        *numbers: The numbers of the cases.
        **more: Further parameters, each a list with a value for each case.
    """
    for values in more.values():
        assert len(values) == len(numbers)
    return pytest.mark.parametrize(
        ("number", *more),
        [
            pytest.param(*row, marks=_mark(row[0]), id=row[0])
            for row in zip(numbers, *more.values(), strict=True)
        ],
    )


def _mark(number: str, remark: str | None = None) -> pytest.MarkDecorator:
    """Return the mark of a case, which has one test."""
    listed = CATALOGUE[_id(number)]
    if listed.id in CASES:
        raise ValueError(f"{listed.id} has a test already")
    one = CaseOf201(id=listed.id, title=listed.title, remark=remark, version="2.0.1")
    CASES[listed.id] = one
    mark: pytest.MarkDecorator = getattr(pytest.mark, MARK)(one)
    return mark
