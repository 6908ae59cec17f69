"""Tells chargers what they are to show of prices."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...chargers.charger import Charger
from ...chargers.component import Component
from ...csms.money.plan import Piece, PricePlan, ShownPrices
from ..options import price_options, shows_prices
from ..prices import Prices
from ..rate import Rate
from ..tariffs import Tariff
from .words import Words

_QUARTER_S: Final = 900
_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The begin of a price that stays: any time long ago."""
_MOST_PIECES: Final = 200
"""Two days of quarters of an hour."""


class ShownPricesBoard(Component):
    """Keeps the price board of each charger up to date.

    A price that changes is told once per quarter of an hour at most; what the user
    changes is told at once. A charger calculates with prices only where the bill follows
    from them: where the own sun is measured and costs another price, no charger could
    know it, and what it would show were wrong.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        prices: Prices,
        measures_sun: Callable[[], bool],
    ) -> None:
        """Start without chargers.

        Args:
            hass: Home Assistant.
            entry: The config entry of the server.
            prices: Its prices.
            measures_sun: Returns whether the share of sun in sessions is known.
        """
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._prices = prices
        self._measures_sun = measures_sun
        self._chargers: set[Charger] = set()
        self._shown: ShownPrices | None = None
        self._told_in: int | None = None
        """The quarter of an hour in which a price was told last."""

    @override
    @callback
    def async_start(self) -> None:
        """Show what is known."""
        self._look(at_once=True)

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Show the prices at a charger; before it connects, where that is to come."""
        board = charger.charge_point.price_board
        board.plan_of = self._plan_of
        self._chargers.add(charger)
        self._show(charger)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Leave a charger alone."""
        super().async_detach(charger)
        self._chargers.discard(charger)

    @override
    @callback
    def async_update(self) -> None:
        """Apply a change of the prices, or of a tariff of a tag or vehicle."""
        self._look(at_once=True)

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Tell a price that has changed."""
        self._look()

    def _look(self, *, at_once: bool = False) -> None:
        shown = self._wanted()
        quarter = int(_now().timestamp() // _QUARTER_S)
        if shown != self._shown:
            if not at_once and quarter == self._told_in and self._shown is not None:
                return
            self._told_in, self._shown = quarter, shown
        for charger in self._chargers:
            self._show(charger)

    def _show(self, charger: Charger) -> None:
        board = charger.charge_point.price_board
        board.tells_costs = shows_prices(self._entry.options)
        board.show(self._shown)

    def _wanted(self) -> ShownPrices | None:
        options = price_options(self._entry.options)
        if not options.has_price or not shows_prices(self._entry.options):
            return None
        words, currency = Words(self._hass), self._prices.currency
        text = words.changing
        if options.is_fixed and options.price is not None:
            text = words.price(options.price, currency)
        is_plain = self._is_plain()
        if not is_plain:
            text = words.of_sun(text)
        return ShownPrices(
            currency=currency,
            messages={words.language: words.messages(text)},
            plan=self._plan_of("", None) if is_plain else None,
        )

    def _is_plain(self) -> bool:
        """Return whether what everybody pays follows from the price of the grid."""
        if not self._measures_sun():
            return True
        rate = self._prices.rate("", None)
        return all(
            after.sun in (None, after.grid)
            for tariff in self._prices.tariffs()
            for after in (tariff.applied(rate),)
        )

    def _plan_of(self, id_tag: str, vehicle: str | None) -> PricePlan | None:
        """Return what a kWh costs somebody from now on."""
        options = price_options(self._entry.options)
        if not self._is_plain():
            return None
        tariff = self._prices.tariff(id_tag, vehicle)
        now = _now()
        price = self._prices.price()
        if price is None:
            return None
        begin, until = dt_util.as_local(_EVER), None
        pieces: list[tuple[datetime, float]] = []
        for slot in () if options.is_fixed else self._prices.coming(now):
            start, until = dt_util.as_local(slot.start), dt_util.as_local(slot.end)
            if start > now:
                pieces.append((start, self._after(tariff, slot.price)))
            else:
                begin = start
        # What is paid now goes before what a list says of it.
        pieces.insert(0, (begin, self._after(tariff, price)))
        merged: list[Piece] = []
        for start, one in pieces[:_MOST_PIECES]:
            if not merged or merged[-1].price != one:
                merged.append(Piece(start=start, price=one))
        words = Words(self._hass)
        currency = self._prices.currency
        return PricePlan(
            currency=currency,
            pieces=tuple(merged),
            until=until,
            text=words.price(merged[0].price, currency)
            if len(merged) == 1
            else words.changing,
            language=words.language,
        )

    def _after(self, tariff: Tariff, price: float) -> float:
        return round(tariff.applied(Rate(grid=price)).grid or 0.0, 5)


def _now() -> datetime:
    return dt_util.utcnow()
