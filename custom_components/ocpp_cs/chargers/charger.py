"""An adopted charger in Home Assistant: its subentry, device and connectors."""

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
"""Seconds after a connection for the charger to send its identity and connectors."""


class Charger:
    """Keeps subentry and device in step with what the charge point reports."""

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
        """Create the charger of a subentry.

        Args:
            own_tag: The id tag of remote starts of the server.
            tag_name: Returns the name of an id tag, or None if it has none.
            registered: The unique ids of the charger's entities from before the start.
            grown: Called when there may be new entities to add.
        """
        self._hass = hass
        self._entry = entry
        self._own_tag = own_tag
        self.tag_name = tag_name
        self._registered = registered
        self._grown = grown
        self.subentry = subentry
        self.subentry_id = subentry.subentry_id
        # Most chargers send no BootNotification when only Home Assistant restarted.
        charge_point.recall_identity(identity_of(subentry.data))
        self.charge_point = charge_point
        self.name = subentry.title
        self._data = subentry.data
        self.settings = charge_point.settings
        self.device_id = ""
        """The id in the device registry; valid once the charger has started."""
        self._was_connected: bool | None = True if charge_point.connected else None
        self._patient = True
        """True as long as the charger may still send its identity."""
        self._asked = False
        self._unsubscribe: list[Callable[[], None]] = []
        self._watched_connectors: set[int] = set()
        self._cancel_timer: Callable[[], None] | None = None

    @callback
    def async_start(self) -> None:
        """Start to follow the charge point."""
        self._learn()
        self._register_device()
        watch = self.charge_point.watch
        self._unsubscribe += [
            watch(("identity",), self._identity_changed),
            watch(("connected",), self._connected_changed),
            watch(
                ("connectors", "ready", "capabilities", "reservations"), self._changed
            ),
            async_fire_events(self._hass, self.charge_point, self.connector_device_id),
        ]
        self._start_timer()
        self._changed()

    @callback
    def async_stop(self) -> None:
        """Stop following the charge point."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        self._stop_timer()

    @callback
    def async_update(self) -> bool:
        """Apply changes of the subentry; return whether settings are among them."""
        if self.name != self.subentry.title:
            self.name = self.subentry.title
            self._register_device()
            self._has_grown()
        # Home Assistant replaces the data on every change.
        if self._data is self.subentry.data:
            return False
        solar = self._data.get(CONF_SOLAR)
        self._data = self.subentry.data
        if self._data.get(CONF_SOLAR) != solar:
            # A new entity for the state of charge enables the target for it.
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
        """Return the device of a connector; a single one uses the charger's."""
        if not self.has_several_connectors:
            return self.device_info
        return ChildDeviceInfo(
            identifiers={device_identifier(self.charge_point.id, number)},
            parent_device_id=self.device_id,
            translation_key="connector",
            translation_placeholders={"number": str(number)},
        )

    def _connector_device(self, number: int) -> dr.AnyDeviceEntry | None:
        """Return the device of a connector, if it is registered."""
        registry = dr.async_get(self._hass)
        if not self.has_several_connectors:
            return registry.async_get(self.device_id)
        return registry.async_get_child_device_by_identifier(
            device_identifier(self.charge_point.id, number), self._entry.entry_id
        )

    def connector_device_id(self, number: int) -> str:
        """Return the id of the device of a connector; 0 is the charger itself."""
        device = self._connector_device(number) if number else None
        return self.device_id if device is None else device.id

    def connector_place(self, number: int) -> str:
        """Return the name of a connector where chargers are listed: `Carport · Left`.

        A single connector has the name of its charger, and so has what is none.
        """
        if number not in self.connector_numbers:
            return self.name
        device = self._connector_device(number)
        name = (device and (device.name_by_user or device.name)) or self.name
        if not self.has_several_connectors or self.name.casefold() in name.casefold():
            return name
        return f"{self.name} · {name}"

    def connector_name(self, number: int) -> str:
        """Return a name of a connector that stands alone, as its user named it.

        Home Assistant leaves the charger out of the friendly names of connectors.
        """
        registry = dr.async_get(self._hass)
        whole = registry.async_get(self.device_id)
        part = self._connector_device(number)
        names = [
            device.name_by_user or device.name
            for device in (whole, part if part is not whole else None)
            if device is not None
        ]
        return " ".join(filter(None, names)) or self.name

    @property
    def is_presentable(self) -> bool:
        """Return whether it gets entities; not before their names are known."""
        return (
            CONF_NAMED_BY_ID not in self.subentry.data
            or self.name != self.charge_point.id
            or bool(self._registered)
            or not self._patient
        )

    @property
    def has_several_connectors(self) -> bool:
        """Return whether each connector has its own device."""
        return len(self.connector_numbers) > 1

    @property
    def connector_numbers(self) -> list[int]:
        """The connectors that get entities; empty as long as they are unknown."""
        remembered: int = self.subentry.data.get(CONF_CONNECTORS, 0)
        if not remembered and self._patient and not self.charge_point.ready:
            return []
        told = self.charge_point.connector_numbers
        # Connectors are numbered from 1 without gaps (3.8): a number beyond a gap is an
        # error, and no reason to create devices for all below it. One connector more
        # than declared is accepted.
        declared = self.charge_point.capabilities.connectors
        most = MAX_DECLARED_CONNECTORS
        if declared:
            most = min(most, declared + 1)
        count = max(remembered, 1 if told else 0)
        while count + 1 in told and count < most:
            count += 1
        return list(range(1, count + 1))

    @property
    def told_connectors(self) -> bool:
        """Return whether it has said all that it says of its connectors at a start."""
        return (
            bool(self.connector_numbers) or self.charge_point.ready or not self._patient
        )

    @property
    def has_one_connector(self) -> bool:
        """Return whether it has exactly one connector, as far as is known."""
        declared = self.charge_point.capabilities.connectors
        return (declared or len(self.connector_numbers)) == 1 and (
            not self.has_several_connectors
        )

    def expected_measurements(self, connector: Connector) -> set[str]:
        """Return the measurements that a connector sends, will send or has sent."""
        prefix = unique_id(self.charge_point.id, "", connector.number)
        return (
            connector.measurements.keys()
            # Many list a state of charge, but few ever receive it from the vehicle.
            | self.charge_point.capabilities.measurements - {"soc"}
            | {
                registered.removeprefix(prefix)
                for registered in self._registered
                if registered.startswith(prefix)
            }
        )

    def expects_reservations(self, number: int) -> bool:
        """Return whether a connector has or may have reservations; 0 stands for any."""
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
        """Return whether a connector can switch phases, or could before the start."""
        charge_point = self.charge_point
        return charge_point.connector(number).limiter.switches_phases or (
            not charge_point.ready and self.was_registered("phases", number)
        )

    def expects_discharging(self, number: int) -> bool:
        """Return whether vehicles can discharge at a connector, or could before."""
        charge_point = self.charge_point
        return bool(charge_point.connector(number).bidirectional.modes) or (
            self.was_registered("discharging_allowed", number)
        )

    def was_registered(self, key: str, connector: int | None = None) -> bool:
        """Return whether an entity with that key was registered before the start."""
        return unique_id(self.charge_point.id, key, connector) in self._registered

    def connector_of(self, device: dr.AnyDeviceEntry) -> int | None:
        """Return the connector of a device; None for the charger's device."""
        for number in self.connector_numbers:
            if device_identifier(self.charge_point.id, number) in device.identifiers:
                return number
        return None

    @callback
    def async_forget_connector(self, number: int) -> bool:
        """Remove a connector that the charger no longer reports; False if it does."""
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
        charge_point.leave_out(number)
        data = dict(self.subentry.data) | {
            CONF_CONNECTORS: numbers[-2] if len(numbers) > 1 else 0
        }
        self._hass.config_entries.async_update_subentry(
            self._entry, self.subentry, data=data
        )
        return True

    @callback
    def async_remove_connector_devices(self) -> None:
        """Remove the devices of connectors; a single one uses the charger's."""
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
        """Request a BootNotification, as the last one preceded the adoption."""
        with suppress(CsmsError):
            await self.charge_point.commands.trigger_message(
                requested_message="boot_notification"
            )

    def _has_grown(self) -> None:
        self._grown(self)

    def _start_timer(self) -> None:
        """Start the time for the charger to send its identity and connectors, once."""
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
        """Save the identity and connectors for the time until it connects again."""
        data = dict(self.subentry.data)
        # The identity of an unverified charger is not saved.
        if self.charge_point.acquaintance.is_known:
            data |= identity_data(self.charge_point.identity)
        if numbers := self.connector_numbers:
            data[CONF_CONNECTORS] = numbers[-1]
        title = self.subentry.title
        if product_name(data) and data.pop(CONF_NAMED_BY_ID, False):
            charge_point_id = self.charge_point.id
            # The user may have changed the title in the meantime.
            if title == charge_point_id:
                title = charger_name(self._entry, charge_point_id, data)
        self._hass.config_entries.async_update_subentry(
            self._entry, self.subentry, data=data, title=title
        )
