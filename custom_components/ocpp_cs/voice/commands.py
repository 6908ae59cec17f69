"""Does what a sentence asks for, and tells what has become of it."""

import asyncio
from collections.abc import Callable, Collection
import contextlib
from dataclasses import dataclass
from datetime import time
import re
from typing import Any, Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized

from ..plans.model import MOST_KWH
from .facts import (
    AWAY,
    BROKEN,
    CHARGING,
    FULL,
    NO_CAR,
    OFF,
    PAUSED,
    UNKNOWN,
    fullness,
    has_car,
    readiness,
    sentence,
    short,
    short_fullness,
    short_readiness,
    situation,
)
from .places import CHARGING as SWITCH, Meant, Spoken, all_places, is_exposed, meant
from .sentences import MODE_WORDS, Command, plain
from .speech import Speech, async_speech

_PAUSE: Final = "switch.paused"
_MODE: Final = "select.charge_mode"
_BOOST: Final = "button.boost"
_ENERGY: Final = "number.energy_target"
_TIME: Final = "time.ready_at"
_PLAN: Final = "switch.ready_in_time"
_SUN: Final = "solar"
_FAST: Final = "fast"
_MANUAL: Final = "manual"
_MOST_NAMED: Final = 6
"""More places are not told one by one."""
_PATIENCE_S: Final = 5.0
"""Seconds in which a command should show; nobody waits longer for an answer."""
_WATCHED: Final = (
    "charge_control",
    "charge_mode",
    "charge_plan",
    "intent",
    "limiter",
    "power",
    "status",
    "transaction",
)
"""The fields of a connector that what is said of it depends on."""
_REFUSED: Final = {
    "refused": "refused",
    "refused_undeclared": "refused",
    "session_runs": "refused",
    "call_timeout": "no_answer",
    "call_timeout_undeclared": "no_answer",
    "not_connected": "is_away",
}
"""The answers to errors of chargers whose own texts are not for speech."""
_CLOCK: Final = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?: uhr)?(?: (\d{2}))?"
    r"(?: ?(a|p)\.? ?m\.?)?(?: (?:o'?clock|uhr))?"
)
_DAY_WORDS: Final = re.compile(
    r"\b(tomorrow|morning|in the|at|morgen|früh|morgens|um)\b|[.!?]+$"
)


class _Instead(Exception):
    """Has what is to be said instead."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody has said."""

    command: Command
    words: str | None = None
    """The words in which the name of a place may be."""
    whole: bool = True
    """Whether they are all a name, and not a sentence with one."""
    mode: str | None = None
    amount: str | None = None
    """An energy in kWh."""
    time: str | None = None
    context: Context | None = None
    """The context with the user, whose permissions apply."""


async def async_answer(hass: HomeAssistant, said: Said, language: str) -> str:
    """Do what a sentence asks for, and return what to say in that language."""
    speech = await async_speech(hass, language)
    try:
        answering = _Answering(hass, said, speech)
        return await answering.answer()
    except _Instead as instead:
        return str(instead)


class _Answering:
    """Answers one sentence."""

    def __init__(self, hass: HomeAssistant, said: Said, speech: Speech) -> None:
        """Find out what is meant.

        Raises:
            _Instead: There is nothing of that name, or nothing at all.
        """
        self._hass, self._said, self._speech = hass, said, speech
        every = all_places(hass, speech)
        places = [one for one in every if is_exposed(hass, one)]
        if not places:
            raise self._instead("none_exposed" if every else "no_place")
        self._is_single = len(places) == 1
        found = meant(hass, places, said.words, whole=said.whole)
        if found is None:
            raise self._instead("unknown_place", place=said.words or "")
        self._meant: Meant = found

    async def answer(self) -> str:
        """Do it, and return what to say."""
        match self._said.command:
            case Command.START:
                return await self._start(self._one(_may_start))
            case Command.STOP:
                return await self._stop(self._one(_runs, "nothing_runs_anywhere"))
            case Command.FAST:
                return await self._fast(self._one(has_car))
            case Command.SUN:
                return await self._set_mode(_SUN)
            case Command.MODE:
                return await self._set_mode(self._mode_of(self._said.mode or ""))
            case Command.PLAN:
                return await self._plan()
            case Command.FULL:
                return self._tell(fullness, short_fullness)
            case Command.READY:
                return self._tell(readiness, short_readiness)
            case Command.STATUS:
                return self._tell(sentence, short)

    # Which one.

    def _one(self, fits: Callable[[Spoken], bool], nobody: str | None = None) -> Spoken:
        """Return the place that a command is for.

        Args:
            fits: Returns whether a place comes into question if several are meant.
            nobody: The key of the answer if none does; otherwise what they do is told.

        Raises:
            _Instead: It is none, or one of several.
        """
        found = self._places()
        if len(found) == 1:
            return found[0]
        fitting = [one for one in found if fits(one)]
        if not fitting:
            if nobody is not None and not self._meant.is_named:
                raise self._instead(nobody)
            raise _Instead(self._overview(found, sentence, short))
        if len(fitting) > 1:
            raise _Instead(self._which(fitting))
        return fitting[0]

    def _places(self) -> tuple[Spoken, ...]:
        """Return the places that are meant.

        Raises:
            _Instead: The vehicle that is meant is nowhere.
        """
        places, vehicle = self._meant.places, self._meant.vehicle
        if places or vehicle is None:
            return places
        away = self._speech.say("vehicle_away", vehicle=vehicle.name)
        if self._said.command is Command.FULL and vehicle.soc_entity is not None:
            state = self._hass.states.get(vehicle.soc_entity)
            with contextlib.suppress(AttributeError, ValueError):
                soc = self._speech.number(float(state.state if state else ""))
                told = self._speech.say("soc", car=vehicle.name, soc=soc)
                raise _Instead(f"{away} {told}")
        raise _Instead(away)

    def _which(self, places: Collection[Spoken]) -> str:
        """Return how to say which of several places is meant."""
        first = next(iter(places))
        example = self._speech.say(
            f"example_{self._said.command.value}", place=first.label
        )
        return self._speech.say(
            "several", places=self._list(places, short), example=example
        )

    def _tell(
        self,
        told: Callable[[Spoken, Speech], str],
        in_short: Callable[[Spoken, Speech], str],
    ) -> str:
        return self._overview(self._places(), told, in_short)

    def _overview(
        self,
        places: Collection[Spoken],
        told: Callable[[Spoken, Speech], str],
        in_short: Callable[[Spoken, Speech], str],
    ) -> str:
        """Return what is true of several places: of those with a car."""
        if len(places) > 1:
            places = [one for one in places if situation(one) not in NO_CAR]
        if not places:
            return self._speech.say("no_car_anywhere")
        if len(places) == 1:
            return told(next(iter(places)), self._speech)
        return f"{self._list(places, in_short)}."

    def _list(
        self, places: Collection[Spoken], in_short: Callable[[Spoken, Speech], str]
    ) -> str:
        return "; ".join(
            f"{one.label}: {in_short(one, self._speech)}"
            for one in list(places)[:_MOST_NAMED]
        )

    # What is done.

    async def _start(self, one: Spoken) -> str:
        now = situation(one)
        if now == CHARGING:
            return self._say("charging_already", one)
        if now in (NO_CAR | BROKEN | {FULL}) - {UNKNOWN}:
            return sentence(one, self._speech, now)
        if now == OFF:
            return self._with_hint(one, now)
        await self._begin(one, now)
        now = situation(one)
        if now == CHARGING:
            return self._say("started", one)
        if now.startswith("waiting_for_"):
            return self._with_hint(one, now)
        return self._not_yet(one, now)

    async def _begin(self, one: Spoken, now: str) -> None:
        """Ask for charging, and wait a short time for it."""
        if now == PAUSED and _PAUSE in one.entities:
            await self._act(one, _PAUSE, "turn_off")
        if one.connector.transaction is None:
            await self._act(one, SWITCH, "turn_on")
        await _until(one, lambda: _has_begun(one))

    def _not_yet(self, one: Spoken, now: str) -> str:
        """Return what is to be said of a start that shows no effect yet."""
        if now in NO_CAR | {AWAY, FULL, "fault", "out_of_service", "paused_by_vehicle"}:
            return sentence(one, self._speech, now)
        return self._say("accepted", one)

    def _with_hint(self, one: Spoken, now: str) -> str:
        """Return what a connector does, and how to charge all the same."""
        text = sentence(one, self._speech, now)
        if not {_BOOST, _MODE} & one.entities.keys():
            return text
        example = self._speech.say("example_fast", place=one.label)
        return f"{text} {self._speech.say('hint_fast', example=example)}"

    async def _stop(self, one: Spoken) -> str:
        ran = _runs(one)
        if not ran and not has_car(one):
            return sentence(one, self._speech)
        if situation(one) == AWAY:
            return sentence(one, self._speech)
        # Also without a session: it cancels a start that is still to come.
        await self._act(one, SWITCH, "turn_off")
        if not ran:
            return self._say("nothing_runs", one)
        await _until(one, lambda: not _runs(one))
        return self._say("stop_accepted" if _runs(one) else "stopped", one)

    async def _fast(self, one: Spoken) -> str:
        now = situation(one)
        if now in (NO_CAR | BROKEN | {FULL}) - {UNKNOWN}:
            return sentence(one, self._speech, now)
        mode = one.hub.charge_control.mode(one.connector).value
        if mode not in {_MANUAL, _FAST}:
            if _BOOST in one.entities:
                await self._act(one, _BOOST, "press")
            elif _MODE in one.entities:
                await self._act(one, _MODE, "select_option", option=_FAST)
        await self._begin(one, now)
        now = situation(one)
        if now == CHARGING:
            return self._say("fast", one)
        if now.startswith("waiting_for_"):
            return sentence(one, self._speech, now)
        return self._not_yet(one, now)

    def _mode_of(self, words: str) -> str:
        names = {
            plain(text): option for option, text in self._speech.modes().items()
        } | dict(MODE_WORDS)
        if (option := names.get(plain(words))) is None:
            raise self._instead("no_mode", mode=words)
        return option

    async def _set_mode(self, option: str) -> str:
        if not any(_MODE in one.entities for one in self._places()):
            raise self._instead("no_modes_anywhere")
        one = self._one_with(_MODE)
        await self._act(one, _MODE, "select_option", option=option)
        return self._say("mode", one, mode=self._speech.modes().get(option, option))

    async def _plan(self) -> str:
        energy = _energy_of(self._said.amount or "")
        if energy is None:
            raise self._instead("no_energy", energy=self._said.amount or "")
        clock = _clock_of(self._said.time or "")
        if clock is None:
            raise self._instead("no_time", time=self._said.time or "")
        one = self._one_with(_PLAN)
        await self._act(one, _ENERGY, "set_value", value=energy)
        await self._act(one, _TIME, "set_value", time=clock.isoformat())
        await self._act(one, _PLAN, "turn_on")
        text = self._say(
            "planned",
            one,
            energy=self._speech.number(energy, 0 if energy == int(energy) else 1),
            time=self._speech.clock(clock),
        )
        mode = one.hub.charge_control.mode(one.connector).value
        if one.hub.charge_plans.shown(one.connector).state.value == "other_mode":
            name = self._speech.modes().get(mode, mode)
            return f"{text} {self._say('plan_ignored', one, mode=name)}"
        if not has_car(one):
            return f"{text} {sentence(one, self._speech)}"
        return text

    def _one_with(self, entity: str) -> Spoken:
        """Return the place for a setting: the only one, or that with a car."""
        found = [one for one in self._places() if entity in one.entities]
        if len(found) == 1 and self._meant.is_named:
            return found[0]
        if len(found) > 1 and not any(map(has_car, found)):
            raise _Instead(self._which(found))
        return self._one(lambda one: entity in one.entities and has_car(one))

    async def _act(self, one: Spoken, entity: str, action: str, **data: Any) -> None:
        """Do something with an entity of a place.

        Raises:
            _Instead: It does not have it, refuses it, or the user may not do it.
        """
        entity_id = one.entities.get(entity, "")
        if self._hass.states.get(entity_id) is None:
            raise self._instead("no_entity", place=one.name)
        try:
            await self._hass.services.async_call(
                entity.partition(".")[0],
                action,
                {ATTR_ENTITY_ID: entity_id, **data},
                blocking=True,
                context=self._said.context,
            )
        except Unauthorized:
            raise self._instead("not_allowed") from None
        except HomeAssistantError as err:
            if err.translation_key == "no_transaction":
                # Nobody knows the id of what charges there all the same.
                charges = situation(one) == CHARGING
                key = "unknown_session" if charges else "nothing_runs"
                raise self._instead(key, place=one.name) from None
            if key := _REFUSED.get(err.translation_key or "", ""):
                raise self._instead(key, place=one.name) from None
            raise _Instead(
                self._speech.error(err) or self._speech.say("refused", place=one.name)
            ) from None

    def _say(self, key: str, one: Spoken, **words: str) -> str:
        return self._speech.say(key, place=one.name, car=one.car(self._speech), **words)

    def _instead(self, key: str, **words: str) -> _Instead:
        return _Instead(self._speech.say(key, **words))


def _may_start(one: Spoken) -> bool:
    return has_car(one) and situation(one) not in BROKEN | {CHARGING, FULL}


def _runs(one: Spoken) -> bool:
    return one.connector.transaction is not None


def _has_begun(one: Spoken) -> bool:
    """Return whether it is clear what has become of a start."""
    now = situation(one)
    if now in NO_CAR | BROKEN | {CHARGING, FULL}:
        return True
    return _runs(one) and now.startswith("waiting_for_")


async def _until(one: Spoken, done: Callable[[], bool]) -> None:
    """Wait until something is true of a connector, but not long."""
    changed = asyncio.Event()
    unwatch = one.connector.watch(_WATCHED, changed.set)
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                while not done():
                    changed.clear()
                    await changed.wait()
    finally:
        unwatch()


def _energy_of(words: str) -> float | None:
    """Return an energy in kWh; None if it is none, or no car takes it."""
    try:
        energy = float(words.strip().replace(",", "."))
    except ValueError:
        return None
    return energy if 0 < energy <= MOST_KWH else None


def _clock_of(words: str) -> time | None:
    """Return a time of the day; None if it is none."""
    text = " ".join(_DAY_WORDS.sub(" ", words.casefold()).split())
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or found[3] or 0), found[4]
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    hour = 0 if hour == 24 and not minute else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None
