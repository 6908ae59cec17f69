"""The changes to a charger for control by the central system, and their reasons.

The order matters. First come the settings that connect the charger: the id tag and the
intervals, then the URL, which takes effect at once if OCPP is enabled already, then
OCPP itself. The settings that give control follow only when the charger is connected,
so that a wrong URL neither stops a car (`ocppf`) nor starts a car that the charger's
own logic has stopped. The last is `frc`: it can start a stopped car, for which the
other settings must be in effect.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .address import same_place
from .enums import AccessControl, ForceState, LogicMode, PhaseMode, Suitability
from .model import GoEState
from .settings import CONNECTING, SETTINGS, TOLD_BY_OCPP
from .values import Json, same

SLOW_CURRENT = 6
"""The minimum current of a car in A (IEC 61851)."""

LONGEST_TAG = 20
"""The maximum length of an id tag in OCPP 1.6."""


class Access(StrEnum):
    """The authorization for charging."""

    PLUG = "plug"
    """No card needed: sessions start at plug-in, with the id tag `ocppd`."""
    CARD = "card"
    """A card or a remote start by Home Assistant is needed."""


class Away(StrEnum):
    """The behaviour of the charger while the central system is away."""

    STOP = "stop"
    SLOW = "slow"
    """Charge with 6 A."""
    GO_ON = "go_on"
    """Continue to charge as before."""


class Reason(StrEnum):
    """The reason for a change; a translation key."""

    ADDRESS = "address"
    ENABLE = "enable"
    ID_TAG = "id_tag"
    SAMPLE_INTERVAL = "sample_interval"
    HEARTBEAT_INTERVAL = "heartbeat_interval"
    AWAY_STOP = "away_stop"
    AWAY_SLOW = "away_slow"
    AWAY_GO_ON = "away_go_on"
    FORCE_STATE = "force_state"
    """A forced state overrides OCPP."""
    LOGIC_MODE = "logic_mode"
    """Eco and trip planning compete with Home Assistant."""
    SURPLUS = "surplus"
    TARIFF = "tariff"
    PHASES = "phases"
    """A forced number of phases prevents phase switching."""
    PAUSE = "pause"
    """Without it no limit pauses the car."""
    ACCESS_PLUG = "access_plug"
    ACCESS_CARD = "access_card"
    CURRENT = "current"
    """It caps every limit of OCPP."""


class Hindrance(StrEnum):
    """A setting that may prevent control by OCPP; it is left to the user."""

    SCHEDULER = "scheduler"
    LOAD_BALANCING = "load_balancing"
    ENERGY_LIMIT = "energy_limit"
    INOPERATIVE = "inoperative"
    SIMULATED_UNPLUG = "simulated_unplug"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The wishes of the user and of Home Assistant. None leaves a value as it is."""

    url: str
    """The URL of this server with the charge point id (`address.charge_url`)."""
    access: Access = Access.PLUG
    away: Away = Away.SLOW
    sample_interval: int | None = None
    """In seconds."""
    heartbeat_interval: int | None = None
    """In seconds."""
    id_tag: str | None = None
    """For charging without a card, up to 20 characters; None: from the serial number."""
    max_current: int | None = None
    """In A; None for the maximum of the installation (`ama`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change of a key to another value."""

    key: str
    old: Json
    new: Json
    reason: Reason

    @property
    def connects(self) -> bool:
        """Return whether the charger needs it to connect to the central system."""
        return self.key in CONNECTING


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The changes, in the order in which they are written."""

    url: str
    suitability: Suitability
    changes: tuple[Change, ...]
    told_by_ocpp: Mapping[str, Json] = field(hash=False)
    """The present values of keys that the central system may change, planned or not."""
    replaces: str | None = None
    """The URL of the central system that the charger uses now, if it is another one."""
    unreadable: tuple[str, ...] = ()
    """Keys that should be changed, but whose values are not reported."""
    hindrances: tuple[Hindrance, ...] = ()


def make_plan(state: GoEState, wishes: Wishes) -> Plan:
    """Return the plan; `changes` is empty if nothing must, or can, be changed."""
    wanted = _wanted(state, wishes)
    return _plan(state, wishes.url, wanted)


def plan_repair(state: GoEState, url: str) -> Plan:
    """Return the plan that only makes the charger connect to `url`."""
    return _plan(
        state, url, {"ocppu": (url, Reason.ADDRESS), "ocppe": (True, Reason.ENABLE)}
    )


def _plan(state: GoEState, url: str, wanted: Mapping[str, tuple[Json, Reason]]) -> Plan:
    settings = state.settings
    usable = state.suitability.usable
    changes = tuple(
        Change(key=key, old=settings[key], new=wanted[key][0], reason=wanted[key][1])
        for key in SETTINGS
        if usable
        and key in wanted
        and key in settings
        and not same(settings[key], wanted[key][0])
    )
    present = state.ocpp.url
    replaced = None
    if state.ocpp.enabled and not same_place(present, url):
        replaced = present
    return Plan(
        url=url,
        suitability=state.suitability,
        changes=changes,
        told_by_ocpp={key: settings[key] for key in TOLD_BY_OCPP if key in settings},
        replaces=replaced or None,
        unreadable=tuple(key for key in wanted if key not in settings),
        hindrances=tuple(_hindrances(state)),
    )


def _wanted(state: GoEState, wishes: Wishes) -> dict[str, tuple[Json, Reason]]:
    tag = wishes.id_tag or f"HA-{state.identity.serial}"
    away: dict[Away, tuple[Json, Reason]] = {
        Away.STOP: (0, Reason.AWAY_STOP),
        Away.SLOW: (SLOW_CURRENT, Reason.AWAY_SLOW),
        Away.GO_ON: (None, Reason.AWAY_GO_ON),
    }
    access: dict[Access, tuple[Json, Reason]] = {
        Access.PLUG: (AccessControl.OPEN.value, Reason.ACCESS_PLUG),
        Access.CARD: (AccessControl.WAIT.value, Reason.ACCESS_CARD),
    }
    wanted: dict[str, tuple[Json, Reason]] = {
        "ocppd": (tag[:LONGEST_TAG], Reason.ID_TAG),
        "ocppu": (wishes.url, Reason.ADDRESS),
        "ocppe": (True, Reason.ENABLE),
        "ocppf": away[wishes.away],
        "lmo": (LogicMode.DEFAULT.value, Reason.LOGIC_MODE),
        "fup": (False, Reason.SURPLUS),
        "awe": (False, Reason.TARIFF),
        "psm": (PhaseMode.AUTO.value, Reason.PHASES),
        "acp": (True, Reason.PAUSE),
        "acs": access[wishes.access],
        "frc": (ForceState.NEUTRAL.value, Reason.FORCE_STATE),
    }
    if wishes.sample_interval is not None:
        wanted["ocppi"] = (wishes.sample_interval, Reason.SAMPLE_INTERVAL)
    if wishes.heartbeat_interval is not None:
        wanted["ocpph"] = (wishes.heartbeat_interval, Reason.HEARTBEAT_INTERVAL)
    if (current := _current(state, wishes)) is not None:
        wanted["amp"] = (current, Reason.CURRENT)
    return wanted


def most_current(state: GoEState) -> int | None:
    """Return the maximum current of the installation in A; None if not reported."""
    bounds = [
        bound
        for bound in (state.controls.maximum_current, state.identity.max_current)
        if bound is not None and bound >= SLOW_CURRENT
    ]
    return min(bounds, default=None)


def _current(state: GoEState, wishes: Wishes) -> int | None:
    """Return the maximum current to set, in A; None if not reported."""
    if (most := most_current(state)) is None:
        return None
    wish = most if wishes.max_current is None else wishes.max_current
    return max(SLOW_CURRENT, min(wish, most))


def _hindrances(state: GoEState) -> list[Hindrance]:
    controls = state.controls
    there = {
        Hindrance.SCHEDULER: controls.scheduled,
        Hindrance.LOAD_BALANCING: controls.load_balancing,
        Hindrance.ENERGY_LIMIT: controls.energy_limited,
        Hindrance.INOPERATIVE: state.ocpp.inoperative,
        Hindrance.SIMULATED_UNPLUG: controls.unplug_simulated,
    }
    return [hindrance for hindrance, is_there in there.items() if is_there]
