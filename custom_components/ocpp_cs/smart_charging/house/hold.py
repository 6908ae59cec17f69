"""Whether to keep the home battery from discharging, as a car would empty it."""

from typing import Final

from ..model import Holding, Settings

_BEGIN_W: Final = 100.0
_END_W: Final = -300.0
"""With so much surplus nothing needs to be held."""
_RELEASE_S: Final = 60.0
"""The time after which it is released when there is no reason any more."""
_BAND_PERCENT: Final = 3.0
"""The state of charge must rise by so much above the limit for a release."""


class Hold:
    """Decides whether the home battery is held, so that it does not flap."""

    def __init__(self, settings: Settings) -> None:
        """Start without holding."""
        self._settings = settings
        self.on = False
        self._needless_since: float | None = None

    def take(
        self,
        *,
        charges: bool,
        missing_w: float | None,
        soc: float | None,
        price: float | None,
        now: float,
    ) -> bool:
        """Decide anew, and return whether to hold.

        Args:
            charges: Whether there is a battery, and a car that charges whatever the sun
                gives.
            missing_w: What house and cars take beyond the sun in W, be it from the
                grid or from the battery; None while it is unknown.
            soc: The state of charge of the battery in %; None while it is unknown:
                then it counts as low.
            price: The price of a kWh; None while it is unknown: then it counts as
                high.
            now: The time in s.
        """
        missing = self.on if missing_w is None else missing_w > self._threshold_w
        if charges and missing and self._is_chosen(soc, price):
            self.on, self._needless_since = True, None
        elif self.on:
            since = self._needless_since
            since = now if since is None else min(since, now)
            self._needless_since = since
            self.on = now - since < _RELEASE_S
        return self.on

    @property
    def _threshold_w(self) -> float:
        return _END_W if self.on else _BEGIN_W

    def _is_chosen(self, soc: float | None, price: float | None) -> bool:
        settings = self._settings
        match settings.holding:
            case Holding.OFF:
                return False
            case Holding.ALWAYS:
                return True
            case Holding.BELOW_SOC:
                band = _BAND_PERCENT if self.on else 0.0
                return soc is None or soc <= settings.hold_soc + band
            case Holding.ABOVE_PRICE:
                return price is None or price > settings.hold_price
