"""What is watched for the user: clocks, cards, and chargers that do not get in."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback

from ..chargers.refused import RefusedChargers
from ..chargers.store import Memory
from ..csms.access.authorization import TagAuthorizer
from ..csms.charge_point import ChargePoint
from ..csms.model.model import Refusal
from ..security.access import Access
from ..security.impostors import Impostors
from ..security.watcher import HANDLED, AccessTroubles
from ..tags.unknown_cards import UnknownTags
from .clocks import WrongClocks
from .flapping import Flapping
from .limits import FailedLimits, IgnoredLimits
from .missed_limits import MissedLimits
from .phase_rotation import PhaseRotations

if TYPE_CHECKING:
    from ..chargers.charger import Charger
    from ..hub import OcppConfigEntry


class Troubles:
    """Raises and clears the repairs of one server while it runs."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: OcppConfigEntry,
        *,
        memory: Memory,
        authorizer: TagAuthorizer,
        access: Access,
        chargers: Callable[[], Iterable[Charger]],
    ) -> None:
        """Begin without trouble; `chargers` are the adopted ones."""
        self._refused = RefusedChargers(hass, entry, memory, chargers)
        self._impostors = Impostors(hass, entry, memory)
        self._access = AccessTroubles(hass, entry, memory, access, chargers)
        self._clocks = WrongClocks(hass, entry, memory)
        self._tags = UnknownTags(hass, entry, authorizer)
        self._limits = IgnoredLimits(hass)
        self._failed_limits = FailedLimits(hass, entry)
        self._missed = MissedLimits(hass, entry, memory)
        self._rotations = PhaseRotations(hass, entry)
        self._flapping = Flapping(hass)
        self._unwatch: dict[str, Callable[[], None]] = {}

    @callback
    def async_refused(self, refusal: Refusal) -> None:
        """Take in that somebody cannot be served."""
        if refusal.reason in HANDLED:
            self._access.async_refused(refusal)
        else:
            self._refused.async_refused(refusal)

    @callback
    def async_pending(self, charge_point: ChargePoint) -> None:
        """Take in that a charger that is not adopted came or went."""
        if charge_point.connected:
            self._refused.async_connected(charge_point)
            self._access.async_connected(charge_point)

    @callback
    def async_follow(self, charger: Charger) -> None:
        """Watch a charger."""
        charge_point = charger.charge_point

        @callback
        def connected() -> None:
            if charge_point.connected:
                self._refused.async_connected(charge_point, charger)
                self._access.async_connected(charge_point, charger)

        self._unwatch[charger.subentry_id] = charge_point.watch(
            ("connected", "ready"), connected
        )
        connected()
        self._impostors.async_follow(charger)
        self._clocks.async_follow(charger)
        self._tags.async_follow(charger)
        self._limits.async_follow(charger)
        self._failed_limits.async_follow(charger)
        self._missed.async_follow(charger)
        self._rotations.async_follow(charger)
        self._flapping.async_follow(charger)

    @callback
    def async_forget(self, charger: Charger) -> None:
        """Forget a charger that was removed."""
        self._unwatch.pop(charger.subentry_id)()
        self._refused.async_forget(charger)
        self._impostors.async_forget(charger)
        self._access.async_forget(charger)
        self._clocks.async_forget(charger)
        self._limits.async_forget(charger)
        self._failed_limits.async_forget(charger)
        self._missed.async_forget(charger)
        self._rotations.async_forget(charger)
        self._flapping.async_forget(charger)

    @callback
    def async_update(self) -> None:
        """Act on a change of the config entry."""
        self._refused.async_update()
        self._access.async_update()
        self._tags.async_update()

    @callback
    def async_tick(self) -> None:
        """Let time pass; once a minute."""
        self._refused.async_tick()
        self._flapping.async_tick()
        self._access.async_tick()

    @callback
    def async_stop(self) -> None:
        """Stop watching."""
        while self._unwatch:
            self._unwatch.popitem()[1]()
        self._refused.async_stop()
        self._impostors.async_stop()
        self._access.async_stop()
        self._clocks.async_stop()
        self._limits.async_stop()
        self._failed_limits.async_stop()
        self._missed.async_stop()
        self._rotations.async_stop()
        self._flapping.async_stop()
