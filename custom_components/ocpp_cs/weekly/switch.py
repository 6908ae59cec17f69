"""The switch of a weekly plan, with which anybody can let it rest."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_ENABLED
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from ..chargers.component import Component
from ..const import DOMAIN, SUBENTRY_WEEKLY


@dataclass(frozen=True, kw_only=True)
class WeeklySwitchDescription(SwitchEntityDescription):
    """Describes the switch of a weekly plan."""


class WeeklySwitches(Component):
    """Adds the switches of the weekly plans, and keeps their states up to date."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Start without switches."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._add: Callable[[ConfigSubentry], WeeklySwitch] | None = None
        self._switches: dict[str, WeeklySwitch] = {}
        """By the id of the subentry."""

    @callback
    def async_register(self, add: Callable[[ConfigSubentry], WeeklySwitch]) -> None:
        """Add the switches of all plans, now and when there are new ones."""
        self._add = add
        self._switches.clear()
        self.async_update()

    @override
    @callback
    def async_update(self) -> None:
        """Apply changes of the plans in the config entry."""
        if self._add is None:
            return
        subentries = {
            one.subentry_id: one
            for one in self._entry.get_subentries_of_type(SUBENTRY_WEEKLY)
        }
        # Home Assistant removes the entities and the device with the subentry.
        for subentry_id in self._switches.keys() - subentries.keys():
            del self._switches[subentry_id]
        for subentry_id, subentry in subentries.items():
            if (switch := self._switches.get(subentry_id)) is not None:
                switch.async_take_over(subentry)
                dr.async_get(self._hass).async_get_or_create(
                    config_entry_id=self._entry.entry_id,
                    config_subentry_id=subentry_id,
                    **_device_info(subentry),
                )
            else:
                self._switches[subentry_id] = self._add(subentry)


class WeeklySwitch(SwitchEntity):
    """The switch of a weekly plan; its state is kept in the subentry."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self,
        entry: ConfigEntry[Any],
        subentry: ConfigSubentry,
        description: WeeklySwitchDescription,
    ) -> None:
        """Create the switch of a plan."""
        self.entity_description = description
        self._entry = entry
        self.subentry_id = subentry.subentry_id
        self._attr_unique_id = f"{subentry.subentry_id}/{description.key}"
        self._attr_is_on = _is_on(subentry)
        self._attr_device_info = _device_info(subentry)

    @callback
    def async_take_over(self, subentry: ConfigSubentry) -> None:
        """Apply a change of the subentry."""
        on = _is_on(subentry)
        if on is not self._attr_is_on:
            self._attr_is_on = on
            if self.hass is not None:
                self.async_write_ha_state()

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let the plan apply."""
        self._set(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Let the plan rest."""
        self._set(False)

    def _set(self, on: bool) -> None:
        subentry = self._entry.subentries[self.subentry_id]
        self.hass.config_entries.async_update_subentry(
            self._entry, subentry, data={**subentry.data, CONF_ENABLED: on}
        )


def _is_on(subentry: ConfigSubentry) -> bool:
    return subentry.data.get(CONF_ENABLED) is not False


def _device_info(subentry: ConfigSubentry) -> DeviceInfo:
    """Return the device of a plan."""
    return DeviceInfo(
        identifiers={(DOMAIN, subentry.subentry_id)},
        name=subentry.title,
        entry_type=DeviceEntryType.SERVICE,
    )
