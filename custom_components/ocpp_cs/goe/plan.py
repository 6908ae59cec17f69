"""The changes to a charger for control by the central system, and their reasons.

The order matters. First come the settings that connect the charger: the id tag and the
intervals, then the URL, which takes effect at once if OCPP is enabled already, then
OCPP itself. The settings that give control follow only when the charger is connected,
so that a wrong URL neither stops a car (`ocppf`) nor starts a car that the charger's
own logic has stopped. The last is `frc`: it can start a stopped car, for which the
other settings must be in effect.

The settings of encryption come before the URL, as they count from the next connection
on; a charger that refuses one of them keeps its URL.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .address import same_place
from .enums import AccessControl, ForceState, LogicMode, PhaseMode, Suitability
from .model import GoEState
from .settings import CONNECTING, SETTINGS, TOLD_BY_OCPP, WRITE_ONLY
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
    ROOT = "root"
    """The certificate that the charger has to trust."""
    CLIENT_CERTIFICATE = "client_certificate"
    CLIENT_KEY = "client_key"
    TRUST = "trust"
    """Which certificates the charger trusts."""
    VERIFY = "verify"
    """The charger would accept any certificate, or any name in it."""
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
class Encryption:
    """The certificates for encrypted connections, as PEM."""

    root: str | None = None
    """The certificate to trust; None for the public CAs that the firmware knows."""
    certificate: str | None = None
    """The charger's own certificate, with its chain; None to set none."""
    key: str | None = field(default=None, repr=False)

    def settings(self) -> dict[str, tuple[Json, Reason]]:
        """Return the wanted settings, except the URL."""
        wanted: dict[str, tuple[Json, Reason]] = {
            # The firmware's CAs would go before a certificate of one's own.
            "ocppg": (self.root is None, Reason.TRUST),
            "ocppss": (False, Reason.VERIFY),
            "ocppcn": (False, Reason.VERIFY),
        }
        if self.root is not None:
            wanted["ocppsc"] = (self.root, Reason.ROOT)
        return wanted | self.own()

    def own(self) -> dict[str, tuple[Json, Reason]]:
        """Return the wanted settings for the charger's own certificate."""
        if self.certificate is None or self.key is None:
            return {}
        return {
            "ocppcc": (self.certificate, Reason.CLIENT_CERTIFICATE),
            "ocppck": (self.key, Reason.CLIENT_KEY),
        }


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
    encryption: Encryption | None = None
    """For an encrypted `url`; None to leave the settings of encryption as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change of a key to another value."""

    key: str
    old: Json
    new: Json = field(repr=False)
    """May be a private key."""
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
    restarts: bool = False
    """True if OCPP has to be switched off and on for the changes to take effect."""

    @property
    def overwritten(self) -> tuple[str, ...]:
        """Return the keys of which the present values cannot be restored."""
        return tuple(
            change.key
            for change in self.changes
            if change.key in WRITE_ONLY and change.old is True
        )


def make_plan(state: GoEState, wishes: Wishes) -> Plan:
    """Return the plan; `changes` is empty if nothing must, or can, be changed."""
    wanted = _wanted(state, wishes)
    return _plan(state, wishes.url, wanted)


def plan_repair(state: GoEState, url: str) -> Plan:
    """Return the plan that only makes the charger connect to `url`."""
    return _plan(
        state, url, {"ocppu": (url, Reason.ADDRESS), "ocppe": (True, Reason.ENABLE)}
    )


def plan_tls(state: GoEState, url: str, encryption: Encryption) -> Plan:
    """Return the plan that makes the charger connect to `url` with encryption."""
    wanted = encryption.settings()
    wanted |= {"ocppu": (url, Reason.ADDRESS), "ocppe": (True, Reason.ENABLE)}
    return _restarting(state, _plan(state, url, wanted))


def plan_certificates(state: GoEState, encryption: Encryption) -> Plan:
    """Return the plan that only replaces certificates of an encrypted connection."""
    wanted = encryption.own()
    if encryption.root is not None:
        wanted["ocppsc"] = (encryption.root, Reason.ROOT)
    return _restarting(state, _plan(state, state.ocpp.url or "", wanted))


def _restarting(state: GoEState, plan: Plan) -> Plan:
    """Return a plan after which the charger connects again."""
    keys = {change.key for change in plan.changes}
    # A write to these restarts OCPP itself.
    connects = bool(keys & {"ocppu", "ocppe"}) or state.ocpp.enabled is not True
    return replace(plan, restarts=bool(keys) and not connects)


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
    if wishes.encryption is not None:
        wanted |= wishes.encryption.settings()
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
