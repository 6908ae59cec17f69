"""An adopted charger as Home Assistant sees it: its subentry, device, connectors."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo
from homeassistant.helpers.event import async_call_later

from ..const import (
    CONF_CONNECTORS,
    CONF_FIRMWARE,
    CONF_MODEL,
    CONF_NAMED_BY_ID,
    CONF_SERIAL,
    CONF_SOLAR,
    CONF_VENDOR,
    DOMAIN,
    LOGGER,
)
from ..csms.charge_point import ChargePoint
from ..csms.connector import Connector
from ..csms.model.capabilities import Feature
from ..csms.model.errors import CsmsError
from ..csms.model.model import MAX_DECLARED_CONNECTORS
from .bus_events import async_fire_events
from .naming import charger_name, device_identifier, product_name, unique_id
from .overrides import identity_of
from .subentries import identity_data, settings_of

_PATIENCE = 10.0
"""Seconds that a charger has, once connected, to say what it is and has."""


class Charger:
    """Keeps subentry and device in step with what the charge point tells."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        subentry: ConfigSubentry,
        charge_point: ChargePoint,
        *,
        own_tag: str,
        tag_name: Callable[[str], str | None],
        registered: frozenset[str],
        grown: Callable[[Charger], None],
    ) -> None:
        """Belong to `subentry` of `entry`.

        `own_tag` is that of its server, `tag_name` returns what the user calls a tag.
        `registered` are the unique ids of its entities from before. `grown` is
        called when there may be more to show than there was.
        """
        self._hass = hass
        self._entry = entry
        self._own_tag = own_tag
        self.tag_name = tag_name
        self._registered = registered
        self._grown = grown
        self.subentry = subentry
        self.subentry_id = subentry.subentry_id
        # Most do not boot just because Home Assistant did.
        charge_point.recall_identity(identity_of(subentry.data))
        self.charge_point = charge_point
        self.name = subentry.title
        self._data = subentry.data
        self.settings = charge_point.settings
        self.device_id = ""
        """In the device registry; valid once the charger has started."""
        self._was_connected: bool | None = True if charge_point.connected else None
        self._patient = True
        """Whether there is hope that the charger says more of itself."""
        self._asked = False
        self._unsubscribe: list[Callable[[], None]] = []
        self._watched_connectors: set[int] = set()
        self._cancel_timer: Callable[[], None] | None = None

    @callback
    def async_start(self) -> None:
        """Begin to follow the charge point."""
        self._learn()
        self._register_device()
        watch = self.charge_point.watch
        self._unsubscribe += [
            watch(("identity",), self._identity_changed),
            watch(("connected",), self._connected_changed),
            watch(
                ("connectors", "ready", "capabilities", "reservations"), self._changed
            ),
            async_fire_events(self._hass, self.charge_point, self.device_id),
        ]
        self._start_timer()
        self._changed()

    @callback
    def async_stop(self) -> None:
        """Let go of the charge point."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        self._stop_timer()

    @callback
    def async_update(self) -> bool:
        """Take over what the user changed; return whether settings are among it."""
        if self.name != self.subentry.title:
            self.name = self.subentry.title
            self._register_device()
            self._has_grown()
        # Whatever is changed, it is replaced.
        if self._data is self.subentry.data:
            return False
        solar = self._data.get(CONF_SOLAR)
        self._data = self.subentry.data
        if self._data.get(CONF_SOLAR) != solar:
            # With the vehicle's state of charge comes the target for it.
            self._has_grown()
        settings = self.settings
        self.settings = settings_of(self.subentry, self._own_tag)
        return settings != self.settings

    @property
    def device_info(self) -> DeviceInfo:
        """The device of the charger."""
        data = self.subentry.data
        return DeviceInfo(
            identifiers={device_identifier(self.charge_point.id)},
            name=self.name,
            manufacturer=data.get(CONF_VENDOR),
            model=data.get(CONF_MODEL),
            serial_number=data.get(CONF_SERIAL),
            sw_version=data.get(CONF_FIRMWARE),
        )

    def _register_device(self) -> None:
        device = dr.async_get(self._hass).async_get_or_create(
            config_entry_id=self._entry.entry_id,
            config_subentry_id=self.subentry_id,
            **self.device_info,
        )
        self.device_id = device.id

    def connector_device_info(self, number: int) -> DeviceInfo | ChildDeviceInfo:
        """Return the device of a connector; an only one has its charger's."""
        if not self.has_several_connectors:
            return self.device_info
        return ChildDeviceInfo(
            identifiers={device_identifier(self.charge_point.id, number)},
            parent_device_id=self.device_id,
            translation_key="connector",
            translation_placeholders={"number": str(number)},
        )

    @property
    def is_presentable(self) -> bool:
        """Whether it has entities; not before these can be named after it."""
        return (
            CONF_NAMED_BY_ID not in self.subentry.data
            or self.name != self.charge_point.id
            or bool(self._registered)
            or not self._patient
        )

    @property
    def has_several_connectors(self) -> bool:
        """Whether each connector is a device of its own."""
        return len(self.connector_numbers) > 1

    @property
    def connector_numbers(self) -> list[int]:
        """The connectors that get entities; none as long as they are not known."""
        remembered: int = self.subentry.data.get(CONF_CONNECTORS, 0)
        if not remembered and self._patient and not self.charge_point.ready:
            return []
        told = self.charge_point.connector_numbers
        # They are numbered from 1 without a gap (3.8): a number beyond one is a mistake,
        # and no reason to make devices of all below it. One more than was declared
        # is believed.
        declared = self.charge_point.capabilities.connectors
        most = MAX_DECLARED_CONNECTORS
        if declared:
            most = min(most, declared + 1)
        count = max(remembered, 1 if told else 0)
        while count + 1 in told and count < most:
            count += 1
        return list(range(1, count + 1))

    def expected_measurements(self, connector: Connector) -> set[str]:
        """Return the measurements that a connector sends, will send or has sent."""
        prefix = unique_id(self.charge_point.id, "", connector.number)
        return (
            connector.measurements.keys()
            # Many list a state of charge, few ever learn it from the car.
            | self.charge_point.capabilities.measurements - {"soc"}
            | {
                registered.removeprefix(prefix)
                for registered in self._registered
                if registered.startswith(prefix)
            }
        )

    def expects_reservations(self, number: int) -> bool:
        """Return whether there are, or may be, reservations of a connector, 0 any."""
        charge_point = self.charge_point
        capabilities = charge_point.capabilities
        return (
            (
                capabilities.declares(Feature.RESERVATION)
                and (number != 0 or capabilities.reserves_any_connector)
            )
            or number in charge_point.reservations.ever
            or self.was_registered("reservation", number or None)
        )

    def expects_phases(self, number: int) -> bool:
        """Return whether a connector changes its phases, or did before it was away."""
        charge_point = self.charge_point
        return charge_point.connector(number).limiter.switches_phases or (
            not charge_point.ready and self.was_registered("phases", number)
        )

    def was_registered(self, key: str, connector: int | None = None) -> bool:
        """Return whether there was an entity of that key before the start."""
        return unique_id(self.charge_point.id, key, connector) in self._registered

    def connector_of(self, device: dr.AnyDeviceEntry) -> int | None:
        """Return the connector whose device it is; None if it is the charger's."""
        for number in self.connector_numbers:
            if device_identifier(self.charge_point.id, number) in device.identifiers:
                return number
        return None

    @callback
    def async_forget_connector(self, number: int) -> bool:
        """Forget a connector that the charger no longer names; False if it does."""
        charge_point = self.charge_point
        connector = charge_point.connector(number)
        numbers = self.connector_numbers
        if (
            not charge_point.ready
            or connector.status_is_current
            or connector.transaction is not None
            or number != numbers[-1]
        ):
            return False
        del charge_point.connectors[number]
        connector.close()
        data = dict(self.subentry.data) | {
            CONF_CONNECTORS: numbers[-2] if len(numbers) > 1 else 0
        }
        self._hass.config_entries.async_update_subentry(
            self._entry, self.subentry, data=data
        )
        return True

    @callback
    def async_remove_connector_devices(self) -> None:
        """Remove the devices of connectors: the only one has its charger's."""
        registry = dr.async_get(self._hass)
        for device in dr.async_entries_for_parent_device(registry, self.device_id):
            registry.async_remove_device(device.id)

    def _connected_changed(self) -> None:
        connected = self.charge_point.connected
        before, self._was_connected = self._was_connected, connected
        if (
            before is not None
            and before is not connected
            and not self.charge_point.restarts.flapping
        ):
            LOGGER.info(
                "Charger %s is %s", self.name, "back" if connected else "disconnected"
            )
        self._start_timer()

    def _identity_changed(self) -> None:
        self._learn()
        self._register_device()

    def _changed(self) -> None:
        charge_point = self.charge_point
        self._learn()
        for number in self.connector_numbers:
            if number not in self._watched_connectors:
                self._watched_connectors.add(number)
                self._unsubscribe.append(
                    charge_point.connector(number).watch(
                        ("measurements",), self._has_grown
                    )
                )
        self._has_grown()
        if (
            charge_point.ready
            and not self._asked
            and product_name(self.subentry.data) is None
        ):
            self._asked = True
            self._entry.async_create_background_task(
                self._hass, self._ask_what_it_is(), f"{DOMAIN} ask {charge_point.id}"
            )

    async def _ask_what_it_is(self) -> None:
        """Ask a charger for the BootNotification that it sent before it was adopted."""
        with suppress(CsmsError):
            await self.charge_point.commands.trigger_message(
                requested_message="boot_notification"
            )

    def _has_grown(self) -> None:
        self._grown(self)

    def _start_timer(self) -> None:
        """Give the charger time to say what it is and has, once."""
        self._stop_timer()
        if self._patient and self.charge_point.connected:
            self._cancel_timer = async_call_later(
                self._hass, _PATIENCE, self._lose_patience
            )

    def _stop_timer(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @callback
    def _lose_patience(self, _now: Any) -> None:
        self._cancel_timer = None
        self._patient = False
        self._changed()

    def _learn(self) -> None:
        """Keep what is known of the charger for the time until it connects again."""
        data = dict(self.subentry.data)
        # What somebody unknown says is not kept.
        if self.charge_point.acquaintance.is_known:
            data |= identity_data(self.charge_point.identity)
        if numbers := self.connector_numbers:
            data[CONF_CONNECTORS] = numbers[-1]
        title = self.subentry.title
        if product_name(data) and data.pop(CONF_NAMED_BY_ID, False):
            charge_point_id = self.charge_point.id
            # The user may have given it a name in the meantime.
            if title == charge_point_id:
                title = charger_name(self._entry, charge_point_id, data)
        self._hass.config_entries.async_update_subentry(
            self._entry, self.subentry, data=data, title=title
        )
