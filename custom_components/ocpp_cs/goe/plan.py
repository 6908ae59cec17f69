"""What has to change on a charger for the central system to run it, and why.

The order matters. First what brings the charger to us: the tag and the intervals, then the
address, which acts at once where OCPP is on already, then OCPP itself. Only when the charger
is here follows what gives us control, so that a wrong address neither stops a car (`ocppf`)
nor lets one charge that the charger's own logic had held back. Of these `frc` is the last:
it starts a car that was held back, under the settings that are to count.
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
"""A; the least that a car takes (IEC 61851)."""

LONGEST_TAG = 20
"""Characters of a tag, by OCPP 1.6."""


class Access(StrEnum):
    """Who may charge."""

    PLUG = "plug"
    """Whoever plugs in: the charger starts by itself, with the tag `ocppd`."""
    CARD = "card"
    """Who shows a card, or is started from Home Assistant."""


class Away(StrEnum):
    """What the charger does while the central system is away."""

    STOP = "stop"
    SLOW = "slow"
    """Charge with 6 A."""
    GO_ON = "go_on"
    """Charge as before."""


class Reason(StrEnum):
    """Why a key changes; a translation key."""

    ADDRESS = "address"
    ENABLE = "enable"
    ID_TAG = "id_tag"
    SAMPLE_INTERVAL = "sample_interval"
    HEARTBEAT_INTERVAL = "heartbeat_interval"
    AWAY_STOP = "away_stop"
    AWAY_SLOW = "away_slow"
    AWAY_GO_ON = "away_go_on"
    FORCE_STATE = "force_state"
    """Forced on or off, it would not do what OCPP says."""
    LOGIC_MODE = "logic_mode"
    """Eco and trip planning compete with Home Assistant."""
    SURPLUS = "surplus"
    TARIFF = "tariff"
    PHASES = "phases"
    """Forced phases defeat switching them."""
    PAUSE = "pause"
    """Without it no limit pauses the car."""
    ACCESS_PLUG = "access_plug"
    ACCESS_CARD = "access_card"
    CURRENT = "current"
    """It caps every limit of OCPP."""


class Hindrance(StrEnum):
    """What may keep the charger from doing what it is told, and is left to the user."""

    SCHEDULER = "scheduler"
    LOAD_BALANCING = "load_balancing"
    ENERGY_LIMIT = "energy_limit"
    INOPERATIVE = "inoperative"
    SIMULATED_UNPLUG = "simulated_unplug"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user, and Home Assistant, want. None leaves a value as it is."""

    url: str
    """Ours, with the charge point id (`address.charge_url`)."""
    access: Access = Access.PLUG
    away: Away = Away.SLOW
    sample_interval: int | None = None
    """s"""
    heartbeat_interval: int | None = None
    """s"""
    id_tag: str | None = None
    """Of those who only plug in, at most 20 characters; None makes one of the serial number."""
    max_current: int | None = None
    """A; None is what the installation bears (`ama`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A key that gets another value."""

    key: str
    old: Json
    new: Json
    reason: Reason

    @property
    def connects(self) -> bool:
        """Whether it is needed for the charger to come to us."""
        return self.key in CONNECTING


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What has to change, in the order in which it does."""

    url: str
    suitability: Suitability
    changes: tuple[Change, ...]
    told_by_ocpp: Mapping[str, Json] = field(hash=False)
    """Values before of what the central system may change later, whether it is to change or not."""
    replaces: str | None = None
    """The central system that the charger has now, and loses."""
    unreadable: tuple[str, ...] = ()
    """Keys that should have a certain value, but are not told: they are left alone."""
    hindrances: tuple[Hindrance, ...] = ()


def make_plan(state: GoEState, wishes: Wishes) -> Plan:
    """Return what has to change; `changes` is empty where nothing has to, or can."""
    wanted = _wanted(state, wishes)
    return _plan(state, wishes.url, wanted)


def plan_repair(state: GoEState, url: str) -> Plan:
    """Return what has to change for a charger to come to us at `url`, and nothing else."""
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
    """Return what the installation bears, in A; None if the charger does not tell."""
    bounds = [
        bound
        for bound in (state.controls.maximum_current, state.identity.max_current)
        if bound is not None and bound >= SLOW_CURRENT
    ]
    return min(bounds, default=None)


def _current(state: GoEState, wishes: Wishes) -> int | None:
    """Return the current that may flow at most; None if the charger does not tell."""
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
