"""What displays say of prices, in the language of Home Assistant."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_cached_translations

from ...const import DOMAIN
from ...csms.money.plan import Messages

_DECIMAL_COMMA: Final = frozenset({"de"})
"""The languages of our texts that have it."""


class Words:
    """Makes the texts; they are short, as displays are small."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Speak the language that Home Assistant has now."""
        self.language: str = hass.config.language
        self._texts = async_get_cached_translations(
            hass, self.language, "common", DOMAIN
        )

    def _text(self, key: str) -> str:
        return self._texts.get(f"component.{DOMAIN}.common.{key}", "")

    def price(self, price: float, currency: str) -> str:
        """Return a price that stays: `0,35 EUR/kWh`."""
        number = f"{price:.4f}".rstrip("0")
        whole, _, decimals = number.partition(".")
        number = f"{whole}.{decimals:0<2}"
        if self.language.partition("-")[0] in _DECIMAL_COMMA:
            number = number.replace(".", ",")
        return f"{number} {currency}/kWh"

    def of_sun(self, price: str) -> str:
        """Return the price where the own sun is cheaper."""
        return self._text("display_price_sun").replace("{price}", price)

    @property
    def changing(self) -> str:
        """The text for a price that changes."""
        return self._text("display_price_changes")

    def messages(self, tariff: str) -> Messages:
        """Return what is shown while nothing better is known."""
        return Messages(tariff=tariff, total=self._text("display_cost_later"))
