"""Tariffs: what a kWh costs for one tag or vehicle."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from ..const import CONF_TARIFF
from ..smart_charging.numbers import number
from .rate import Rate


class TariffKind(StrEnum):
    """What the price of a tariff means."""

    HOUSE = "house"
    """The prices of the server."""
    FIXED = "fixed"
    """A price of its own, such as the employer's rate or that of guests."""
    PLUS = "plus"
    """So much more than the server's prices; less if it is negative."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tariff:
    """The prices of one tag or vehicle."""

    kind: TariffKind = TariffKind.HOUSE
    price: float = 0.0
    sun_price: float | None = None
    """What a kWh of the own sun costs with a fixed price; None if it is the same."""

    def applied(self, rate: Rate) -> Rate:
        """Return the prices of this tariff, by those of the server.

        A rebate takes no price below zero that was not.
        """
        match self.kind:
            case TariffKind.FIXED:
                sun = self.price if self.sun_price is None else self.sun_price
                return replace(rate, grid=self.price, sun=sun)
            case TariffKind.PLUS:
                return replace(
                    rate, grid=self._changed(rate.grid), sun=self._changed(rate.sun)
                )
            case TariffKind.HOUSE:
                return rate

    @property
    def record(self) -> dict[str, Any]:
        """The same as it is stored: see `read_tariff`."""
        kept: dict[str, Any] = {"kind": self.kind.value, "price": self.price}
        return kept | ({} if self.sun_price is None else {"sun_price": self.sun_price})

    def _changed(self, price: float | None) -> float | None:
        return None if price is None else max(price + self.price, min(price, 0.0))


def tariff_of(data: Mapping[str, Any]) -> Tariff | None:
    """Return the tariff in the data of a tag's or vehicle's subentry; None without one."""
    return read_tariff(data.get(CONF_TARIFF))


def read_tariff(chosen: object) -> Tariff | None:
    """Return a tariff as it is stored; None for anything else."""
    if not isinstance(chosen, Mapping):
        return None
    kind, price = chosen.get("kind"), number(chosen.get("price"))
    if kind not in (TariffKind.FIXED, TariffKind.PLUS) or price is None:
        return None
    return Tariff(
        kind=TariffKind(kind), price=price, sun_price=number(chosen.get("sun_price"))
    )
