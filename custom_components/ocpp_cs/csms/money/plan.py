"""What a kWh costs from now on, as a charger may show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A price, from a time on until that of the next piece."""

    start: datetime
    """Aware, in the local time of the charger."""
    price: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PricePlan:
    """What a kWh costs somebody from now on."""

    currency: str
    """As in ISO 4217."""
    pieces: tuple[Piece, ...]
    """At least one; the first one holds now."""
    until: datetime | None = None
    """The end of what is known; None if the last price stays."""
    text: str = ""
    """The same for people, in their language."""
    language: str = ""

    def at(self, when: datetime) -> float:
        """Return the price at a time; what is not known is that of the last piece."""
        found = self.pieces[0]
        for piece in self.pieces:
            if piece.start > when:
                break
            found = piece
        return found.price

    def cut(self, most: int) -> PricePlan:
        """Return the first pieces of it."""
        if len(self.pieces) <= most:
            return self
        return PricePlan(
            currency=self.currency,
            pieces=self.pieces[:most],
            until=self.pieces[most].start,
            text=self.text,
            language=self.language,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Messages:
    """What a charger shows while it does not know better."""

    tariff: str
    """Of the price, where no other is known."""
    total: str
    """Of the cost, where that is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPrices:
    """What a charger is to show to everybody."""

    currency: str
    messages: Mapping[str, Messages] = field(default_factory=dict)
    """Language -> the messages in it."""
    plan: PricePlan | None = None
    """The price of whoever has no other; None if a charger cannot calculate with it."""
