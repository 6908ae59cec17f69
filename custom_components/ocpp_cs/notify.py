"""The display of a charger, to which messages can be sent."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, override

from homeassistant.components.notify import NotifyEntity, NotifyEntityDescription
from homeassistant.components.notify.const import NotifyEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .chargers.platforms import PlatformEntities
from .csms.model.errors import RefusedError
from .entity import OcppEntity, OcppEntityDescription
from .exceptions import translates_errors
from .hub import OcppConfigEntry

if TYPE_CHECKING:
    from .chargers.charger import Charger

# A charger's commands wait for each other in its connection; a limit here would
# make chargers wait for others.
PARALLEL_UPDATES = 0

_ID = 1_330_000_001
"""The message of the entity: one that replaces itself, and is nobody else's.

Ids of the action are counted from the time; those of others begin at 0.
"""

_LONGEST = 500
"""Characters of a message: 512 in OCPP 2.0.1, of which some become two in ASCII."""

_SHOWN_FOR = timedelta(days=1)
"""What nobody takes away goes by itself: the news of yesterday would mislead."""


@dataclass(frozen=True, kw_only=True)
class OcppNotifyDescription(OcppEntityDescription, NotifyEntityDescription):
    """Describes the display of a charger."""


DISPLAY = OcppNotifyDescription(key="display", translation_key="display")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the displays of all chargers that have one, now and later."""
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="notify",
            add=async_add_entities,
            of_charger=_of_charger,
            of_connector=lambda charger, connector: (),
        )
    )


def _of_charger(charger: Charger) -> Iterator[OcppDisplay]:
    if charger.charge_point.capabilities.display is not None or charger.was_registered(
        DISPLAY.key
    ):
        yield OcppDisplay(charger, DISPLAY)


class OcppDisplay(OcppEntity, NotifyEntity):
    """The display of a charger; it shows the last message that was sent to it."""

    entity_description: OcppNotifyDescription
    _attr_supported_features = NotifyEntityFeature.TITLE

    @override
    @translates_errors
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Show a message in place of the one before; an empty one takes that away.

        Raises HomeAssistantError if it is not carried out.
        """
        text = ": ".join(filter(None, ((title or "").strip(), message.strip())))
        commands = self._charge_point.commands
        if not text:
            # It may have gone by itself.
            with suppress(RefusedError):
                await commands.call("clear_display_message", id=_ID)
            return
        await commands.call(
            "set_display_message",
            id=_ID,
            message=text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…",
            end_date_time=dt_util.utcnow() + _SHOWN_FOR,
        )
