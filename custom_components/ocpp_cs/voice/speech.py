"""Texts in the language in which somebody speaks."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from ..const import DOMAIN

_CAR: Final = "{car}"
_STATES: Final = f"component.{DOMAIN}.entity.sensor.charging_state.state."
_MODES: Final = f"component.{DOMAIN}.entity.select.charge_mode.state."


class Speech:
    """Makes sentences in one language."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        """Speak a language with the texts of Home Assistant in it."""
        self._texts = texts
        self._is_german = language.partition("-")[0].lower() == "de"

    def say(self, key: str, **words: str) -> str:
        """Return a text; `key` is without the prefix `voice_`."""
        template = self._texts[f"component.{DOMAIN}.common.voice_{key}"]
        if template.startswith(_CAR) and "car" in words:
            words = words | {"car": words["car"][:1].upper() + words["car"][1:]}
        return template.format(**words)

    def car_at(self, place: str) -> str:
        """Return what the car at a place is called that has no name itself."""
        text = self.say("car_at", place="{place}")
        before, words = text.partition("{place}")[0].split(), place.split()
        if before and len(words) > 1 and before[-1].casefold() == words[0].casefold():
            # Not "an der Wallbox Wallbox Garage".
            place = " ".join(words[1:])
        return text.format(place=place)

    def state(self, state: str) -> str:
        """Return the words on the screen for a charging state."""
        return self._texts.get(f"{_STATES}{state}", state)

    def modes(self) -> dict[str, str]:
        """Return the names of the charge modes."""
        return {
            key.removeprefix(_MODES): text
            for key, text in self._texts.items()
            if key.startswith(_MODES)
        }

    def error(self, err: HomeAssistantError) -> str | None:
        """Return the text of an error of ours; None if it is of others."""
        key = f"component.{DOMAIN}.exceptions.{err.translation_key}.message"
        if err.translation_domain != DOMAIN or (text := self._texts.get(key)) is None:
            return None
        return text.format(**(err.translation_placeholders or {}))

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number as it is written in that language."""
        text = f"{value:.{digits}f}"
        return text.replace(".", ",") if self._is_german else text

    def clock(self, when: datetime | time) -> str:
        """Return a local time of the day."""
        if isinstance(when, datetime):
            when = dt_util.as_local(when).time()
        if self._is_german:
            return f"{when.hour}:{when.minute:02} Uhr"
        half = "AM" if when.hour < 12 else "PM"
        return f"{(when.hour + 11) % 12 + 1}:{when.minute:02} {half}"

    def duration(self, seconds: float) -> str:
        """Return a duration in hours and minutes."""
        hours, minutes = divmod(max(1, round(seconds / 60)), 60)
        parts = [f"{hours} h"] if hours else []
        return " ".join([*parts, f"{minutes} min"] if minutes else parts)


async def async_speech(hass: HomeAssistant, language: str) -> Speech:
    """Return what speaks a language."""
    texts: dict[str, str] = {}
    for category in ("common", "entity", "exceptions"):
        texts |= await async_get_translations(hass, language, category, {DOMAIN})
    return Speech(language, texts)
