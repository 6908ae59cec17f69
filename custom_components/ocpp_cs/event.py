"""Event entities of chargers: authorizations, restarts, faults, security events."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.event import (
    EventEntity,
    EventEntityDescription,
    EventExtraStoredData,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .csms.access.authorization import AuthorizationStatus
from .entity import OcppEntity, OcppEntityDescription
from .hub import OcppConfigEntry
from .sessions.events import SESSION_ENDED, SESSION_STARTED

if TYPE_CHECKING:
    from .chargers.charger import Charger

PARALLEL_UPDATES = 0

OTHER = "other"
LAST_EVENT = "last_event"

SECURITY_EVENTS = (
    "attempted_replay_attacks",
    "central_system_failed_to_authenticate",
    "failed_to_authenticate_at_central_system",
    "firmware_updated",
    "invalid_central_system_certificate",
    "invalid_charge_point_certificate",
    "invalid_firmware_signature",
    "invalid_firmware_signing_certificate",
    "invalid_messages",
    "invalid_tls_cipher_suites",
    "invalid_tls_version",
    "maintenance_login_accepted",
    "maintenance_login_failed",
    "memory_exhaustion",
    "reconfiguration_of_security_parameters",
    "reset_or_reboot",
    "security_log_was_cleared",
    "setting_system_time",
    "startup_of_the_device",
    "tamper_detection_activated",
)
"""The security events that OCPP lists, by the words of 1.6 (security whitepaper)."""

type Happening = tuple[str, dict[str, Any]]
"""The type of an event, and its attributes."""


def _letters(name: str) -> str:
    """Return a normalized name to compare by.

    OCPP 2 has some names in the singular, and other words for the two sides.
    """
    letters = "".join(filter(str.isalnum, name)).lower()
    letters = letters.replace("chargingstation", "chargepoint")
    return letters.replace("csms", "centralsystem").rstrip("s")


_SECURITY_EVENTS = {_letters(name): name for name in SECURITY_EVENTS}


def _authorization(data: dict[str, Any]) -> Happening | None:
    """Convert an `authorization`; the id of a named tag is private."""
    name, connector_id = data["name"], data["connector_id"]
    if data["own"] and name is None:
        # The tag of remotely started sessions was not presented by anyone.
        return None
    attributes: dict[str, Any] = (
        {"id_tag": data["id_tag"]} if name is None else {"tag": name}
    )
    if connector_id is not None:
        attributes["connector_id"] = connector_id
    return str(data["status"]), attributes


def _security_event(data: dict[str, Any]) -> Happening:
    """Convert a `security_event`; vendor-specific types become `other`."""
    told = str(data.get("type", ""))
    kind = _SECURITY_EVENTS.get(_letters(told), OTHER)
    timestamp = data.get("timestamp")
    attributes = {
        "type": told if kind == OTHER else None,
        "tech_info": data.get("tech_info"),
        "timestamp": (
            timestamp.isoformat() if isinstance(timestamp, datetime) else timestamp
        ),
    }
    return kind, {key: value for key, value in attributes.items() if value}


def _monitor(data: dict[str, Any]) -> Happening:
    """Convert a `monitor_event`; what is not known is left out."""
    timestamp = data["timestamp"]
    attributes = data | {
        "event": None,
        "timestamp": None if timestamp is None else timestamp.isoformat(),
    }
    return data["event"], {
        key: value for key, value in attributes.items() if value is not None
    }


def _incident(kind: str, data: dict[str, Any]) -> Happening:
    """Convert a `boot` or `fault`, without the data that the device shows anyway."""
    return kind, {
        key: value
        for key, value in data.items()
        if value is not None and key not in {"vendor", "model"}
    }


@dataclass
class OcppEventData(EventExtraStoredData):
    """The stored data of the last event, with its time."""

    last_event: str | None = None


@dataclass(frozen=True, kw_only=True)
class OcppEventDescription(OcppEntityDescription, EventEntityDescription):
    """Describes an event entity."""

    happening_fns: Mapping[str, Callable[[dict[str, Any]], Happening | None]]
    """Converts events by kind (see `ChargePoint.listen`); None ignores an event."""


CHARGER_DESCRIPTIONS: tuple[OcppEventDescription, ...] = (
    OcppEventDescription(
        key="authorization",
        translation_key="authorization",
        event_types=[str(status) for status in AuthorizationStatus],
        happening_fns={"authorization": _authorization},
    ),
    OcppEventDescription(
        key="incident",
        translation_key="incident",
        entity_category=EntityCategory.DIAGNOSTIC,
        event_types=["boot", "fault"],
        happening_fns={
            "boot": lambda data: _incident("boot", data),
            "fault": lambda data: _incident("fault", data),
        },
    ),
    OcppEventDescription(
        key="security",
        translation_key="security",
        entity_category=EntityCategory.DIAGNOSTIC,
        event_types=[*SECURITY_EVENTS, OTHER],
        happening_fns={"security_event": _security_event},
    ),
)

MONITOR = OcppEventDescription(
    key="monitor",
    translation_key="monitor",
    entity_category=EntityCategory.DIAGNOSTIC,
    event_types=["alert", "cleared", "changed"],
    happening_fns={"monitor_event": _monitor},
)


def _session(kind: str, data: dict[str, Any]) -> Happening:
    """Convert a `session_started` or `session_ended`."""
    return kind, {key: value for key, value in data.items() if key != "connector_id"}


SESSION = OcppEventDescription(
    key="session",
    translation_key="session",
    event_types=["started", "ended"],
    happening_fns={
        SESSION_STARTED: lambda data: _session("started", data),
        SESSION_ENDED: lambda data: _session("ended", data),
    },
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event entities of all chargers, now and later."""
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="event",
            add=async_add_entities,
            of_charger=_of_charger,
            of_connector=lambda charger, connector: (
                SessionEvent(charger, SESSION, connector),
            ),
        )
    )


def _of_charger(charger: Charger) -> Iterator[OcppEvent]:
    for description in CHARGER_DESCRIPTIONS:
        yield OcppEvent(charger, description)
    if charger.charge_point.capabilities.monitors or charger.was_registered(
        MONITOR.key
    ):
        yield OcppEvent(charger, MONITOR)


class OcppEvent(OcppEntity, EventEntity):
    """An event entity of a charger, which shows the last event."""

    entity_description: OcppEventDescription

    @override
    async def async_get_last_state(self) -> State | None:
        """Return the last event, even if the charger was away when it was stored.

        The stored state is *unavailable* then, as it is whenever the server stops.
        """
        state = await super().async_get_last_state()
        extra = await self.async_get_last_extra_data()
        when = None if extra is None else extra.as_dict().get(LAST_EVENT)
        if state is None or not isinstance(when, str):
            return state
        return State(state.entity_id, when, state.attributes)

    @property
    @override
    def extra_restore_state_data(self) -> EventExtraStoredData:
        """Return the data of the last event to store."""
        data = super().extra_restore_state_data
        return OcppEventData(
            data.last_event_type, data.last_event_attributes, last_event=self.state
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the events of the charge point."""
        await super().async_added_to_hass()
        self.async_on_remove(self._charge_point.listen(self._heard))

    @callback
    def _heard(self, kind: str, data: dict[str, Any]) -> None:
        if (happening_fn := self.entity_description.happening_fns.get(kind)) is None:
            return
        if (happening := happening_fn(data)) is not None:
            self._trigger_event(*happening)
            # A session may be closed while its charger is away: shown when it is back.
            if self.available:
                self.async_write_ha_state()


class SessionEvent(OcppEvent):
    """The start or the end of a session of a connector."""

    # The books have them all.
    _unrecorded_attributes = frozenset(
        {
            "average_price",
            "cost",
            "currency",
            "duration",
            "end",
            "energy",
            "name",
            "reason",
            "solar_share",
            "start",
            "tag",
            "transaction_id",
            "vehicle",
            "who",
        }
    )

    @callback
    @override
    def _heard(self, kind: str, data: dict[str, Any]) -> None:
        if data.get("connector_id") == self.connector.number:
            super()._heard(kind, data)
