"""What becomes of chargers that nobody has adopted: refused, offered, or adopted unasked."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.discovery import Discovery
from ..chargers.store import Memory
from ..chargers.subentries import adopted_elsewhere, identity_data
from ..const import (
    CONF_UNKNOWN,
    DOMAIN,
    LOGGER,
    UNKNOWN_ADOPT,
    UNKNOWN_ASK,
    UNKNOWN_REFUSE,
)
from ..csms.admission.waiting_room import address_of
from ..csms.central_system import CentralSystem
from ..csms.charge_point import ChargePoint
from ..csms.model.model import Admission
from .access import Access
from .unasked import UnaskedAdoptions

type Adopt = Callable[[str, Mapping[str, str]], None]
"""Adopts the charger of an id, with the identity that it reported."""


class Newcomers:
    """Decides about unadopted chargers by the options of a server."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: Memory,
        access: Access,
        discovery: Discovery,
        *,
        awaited: Callable[[], bool],
        adopt: Adopt,
        central_system: Callable[[], CentralSystem],
    ) -> None:
        """Decide nothing yet.

        Args:
            hass: Home Assistant.
            entry: The config entry of the server.
            memory: Has the adoptions from before a restart.
            access: Knows which addresses are local.
            discovery: Offers chargers to the user.
            awaited: Returns whether a user waits for a charger in a flow.
            adopt: Adopts a charger.
            central_system: Returns the central system.
        """
        self._hass = hass
        self._entry = entry
        self._discovery = discovery
        self._unasked = UnaskedAdoptions(memory, access)
        self._awaited = awaited
        self._adopt = adopt
        self._central_system = central_system
        self._belongs_elsewhere: set[str] = set()
        """Charge points for which this was logged, so that it is logged only once."""

    @property
    def _choice(self) -> str:
        return str(self._entry.options.get(CONF_UNKNOWN, UNKNOWN_ASK))

    def admission(self, charge_point_id: str) -> Admission:
        """Return whether an unadopted charger may connect."""
        if (
            self._choice == UNKNOWN_REFUSE
            and not self._awaited()
            and not self._central_system().is_open(charge_point_id)
        ):
            return Admission.REFUSED
        # A charger that is adopted at once is pending only for a moment.
        return Admission.PENDING

    @callback
    def async_pending(self, charge_point: ChargePoint) -> None:
        """Adopt an unadopted charger that connected or went, or offer it to the user."""
        if (
            charge_point.connected
            and self._choice == UNKNOWN_ADOPT
            and self._unasked.may_adopt(charge_point)
        ):
            self._adopt_unasked(charge_point)
        elif (
            not charge_point.connected
            or self._choice != UNKNOWN_REFUSE
            or self._central_system().is_open(charge_point.id)
        ):
            self._discovery.async_seen(
                charge_point.id,
                identity_data(charge_point.identity),
                connected=charge_point.connected,
                address=address_of(charge_point.remote or ""),
            )

    @callback
    def async_update(self) -> None:
        """Apply a change of the options to the chargers that are here."""
        pending = list(self._central_system().pending.values())
        if self._choice == UNKNOWN_ADOPT:
            for charge_point in pending:
                if self._unasked.may_adopt(charge_point):
                    self._adopt_unasked(charge_point)
        elif self._choice == UNKNOWN_REFUSE:
            self._discovery.async_clear()
            for link in [one.link for one in pending if one.link is not None]:
                self._entry.async_create_task(
                    self._hass, link.close(), f"{DOMAIN} refuse"
                )

    def _adopt_unasked(self, charge_point: ChargePoint) -> None:
        other = adopted_elsewhere(self._hass, self._entry, charge_point.id)
        if other is None:
            self._unasked.async_adopted(charge_point)
            self._adopt(charge_point.id, identity_data(charge_point.identity))
        elif charge_point.id not in self._belongs_elsewhere:
            self._belongs_elsewhere.add(charge_point.id)
            LOGGER.warning(
                "Charge point %s is not adopted, as %s has it; remove it there first",
                charge_point.id,
                other,
            )
