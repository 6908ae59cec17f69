"""What is true of a connector at present, as a sentence and in short."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ..sensor.charging_state import ABSENT, ChargingState, charging_state
from ..sensor.session import time_remaining
from .places import Spoken
from .speech import Speech

AWAY: Final = "away"
OFF: Final = "off"
WAITING_FOR_PLAN: Final = "waiting_for_plan"
SUN_OR_PLAN: Final = "waiting_for_sun_or_plan"
UNKNOWN: Final = "unknown"
CHARGING: Final = ChargingState.CHARGING.value
FULL: Final = ChargingState.FULL.value
PAUSED: Final = ChargingState.PAUSED.value
NO_CAR: Final = frozenset(state.value for state in ABSENT)
BROKEN: Final = frozenset(
    {AWAY, UNKNOWN, ChargingState.FAULT.value, ChargingState.OUT_OF_SERVICE.value}
)
"""What says nothing of a car."""
_BY_PLAN: Final = {
    ChargingState.WAITING_FOR_SUN: SUN_OR_PLAN,
    ChargingState.STARTING: WAITING_FOR_PLAN,
    ChargingState.PAUSED_BY_CHARGER: WAITING_FOR_PLAN,
    ChargingState.PAUSED_BY_VEHICLE: WAITING_FOR_PLAN,
    ChargingState.ENDED: WAITING_FOR_PLAN,
}
"""What a charging state means while a plan waits for its hours."""


def situation(one: Spoken) -> str:
    """Return the charging state of a connector, or what else is to be said first."""
    connector, control = one.connector, one.hub.charge_control
    if not one.charger.charge_point.connected:
        return AWAY
    mode = control.mode(connector)
    state = charging_state(connector, mode, control.decision(connector))
    if state is None:
        return UNKNOWN
    if state.value == PAUSED and not connector.limiter.user_intent.paused:
        return OFF
    if one.hub.charge_plans.shown(connector).state.value == "waiting":
        return _BY_PLAN.get(state, state.value)
    return state.value


def has_car(one: Spoken) -> bool:
    """Return whether a vehicle is plugged in."""
    return one.connector.plugged_in is True


def sentence(one: Spoken, speech: Speech, now: str | None = None) -> str:
    """Return what a connector does; `now` is its situation, if that is known."""
    now = situation(one) if now is None else now
    words = {"place": one.name, "car": one.car(speech)}
    if now == CHARGING:
        power = one.connector.measurements.get("power")
        if power is None or power < 100:
            return speech.say("is_charging", **words)
        return speech.say(
            "is_charging_with", **words, power=speech.number(power / 1000, 1)
        )
    if now == OFF:
        return speech.say("is_off", **words, mode=speech.modes().get(OFF, OFF))
    if now in {WAITING_FOR_PLAN, SUN_OR_PLAN}:
        start = one.hub.charge_plans.shown(one.connector).start
        if start is not None and start > dt_util.utcnow():
            return speech.say(f"is_{now}_at", **words, time=speech.clock(start))
    return speech.say(f"is_{now}", **words)


def short(one: Spoken, speech: Speech) -> str:
    """Return what a connector does, for a list."""
    now = situation(one)
    if now in {AWAY, UNKNOWN, WAITING_FOR_PLAN, SUN_OR_PLAN}:
        return speech.say(f"short_{now}")
    return speech.state(PAUSED if now == OFF else now)


def fullness(one: Spoken, speech: Speech) -> str:
    """Return how full the car of a connector is."""
    now, car = situation(one), one.car(speech)
    if now in NO_CAR:
        return sentence(one, speech, now)
    if now == FULL:
        return sentence(one, speech, now)
    if (percent := _percent(one, speech)) is not None:
        return speech.say("soc", car=car, soc=percent)
    if now in BROKEN:
        return sentence(one, speech, now)
    energy = _energy(one, speech)
    if now == CHARGING and energy is not None:
        return speech.say("energy", car=car, energy=energy)
    return f"{speech.say('soc_unknown', car=car)} {sentence(one, speech, now)}"


def short_fullness(one: Spoken, speech: Speech) -> str:
    """Return how full the car of a connector is, for a list."""
    now = situation(one)
    if now != FULL:
        if (percent := _percent(one, speech)) is not None:
            return f"{percent} %"
        if now == CHARGING and (energy := _energy(one, speech)) is not None:
            return f"{short(one, speech)}, {energy} kWh"
    return short(one, speech)


def readiness(one: Spoken, speech: Speech) -> str:
    """Return when the car of a connector is ready."""
    now, car = situation(one), one.car(speech)
    if (seconds := _remaining(one)) is not None and now == CHARGING:
        if seconds < 60:
            return speech.say("ready_soon", car=car)
        return speech.say(
            "ready_in",
            car=car,
            duration=speech.duration(seconds),
            time=speech.clock(_after(seconds)),
        )
    if now in {WAITING_FOR_PLAN, SUN_OR_PLAN}:
        end = one.hub.charge_plans.shown(one.connector).end
        text = sentence(one, speech, now)
        if end is None:
            return text
        return f"{text} {speech.say('ready_by_plan', time=speech.clock(end))}"
    if now == CHARGING:
        return speech.say("ready_unknown", car=car)
    return sentence(one, speech, now)


def short_readiness(one: Spoken, speech: Speech) -> str:
    """Return when the car of a connector is ready, for a list."""
    if (seconds := _remaining(one)) is not None and situation(one) == CHARGING:
        return speech.say("short_ready", time=speech.clock(_after(seconds)))
    return short(one, speech)


def _after(seconds: float) -> datetime:
    return dt_util.utcnow() + timedelta(seconds=seconds)


def _percent(one: Spoken, speech: Speech) -> str | None:
    soc = one.hub.vehicles.soc(one.charger, one.connector)
    return None if soc is None else speech.number(soc)


def _energy(one: Spoken, speech: Speech) -> str | None:
    energy = one.connector.session_energy_wh
    if energy is None or one.connector.transaction is None:
        return None
    return speech.number(energy / 1000, 1)


def _remaining(one: Spoken) -> int | None:
    """Return the seconds until a car is ready; None if that is unknown."""
    hub, charger = one.hub, one.charger
    return time_remaining(
        one.connector,
        hub.charge_plans.shown(one.connector),
        lambda connector: hub.vehicles.car(charger, connector).missing_kwh,
        dt_util.utcnow(),
    )
