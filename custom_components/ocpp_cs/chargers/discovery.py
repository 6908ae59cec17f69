"""Discovery: offers chargers that are not adopted, each on a card of its own."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, override

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowContext,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import UnknownFlow
from homeassistant.helpers import discovery_flow
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later

from ..const import CONF_CHARGE_POINT_ID, CONF_ENTRY_ID, DOMAIN
from ..foreign_text import plain
from .charger import Charger
from .component import Component
from .naming import product_name

MAX_CARDS = 20
"""The maximum number of cards at a time."""

IDENTITY_WAIT = 8.0
"""Seconds for a charger to send its identity before its card shows only the id."""

GRACE = 5.0
"""Seconds that a charger may be disconnected before its card is removed."""

GRACE_IN_USE = 60.0
"""The same while someone has the card open."""


@dataclass(kw_only=True, eq=False)
class Offer:
    """A charger that waits for adoption."""

    charge_point_id: str
    address: str = ""
    """The address that it connects from."""
    told: Mapping[str, str] = field(default_factory=dict)
    """The identity that it reported, in the keys of the subentry."""
    connected: bool = False
    presentable: bool = False
    """True once it sent its identity, or its time for that has passed."""
    carded: bool = False
    """True if a card exists or is being created."""
    dismissed: bool = False
    """True if the card was closed: there is no other until the charger disconnects."""
    flow: ConfigFlow | None = None
    """The flow behind the card."""
    cancel_timer: Callable[[], None] | None = None

    @property
    def title(self) -> str:
        """The title of the card."""
        told = filter(None, (product_name(self.told), self.charge_point_id))
        return plain(" ".join(told))

    @property
    def in_use(self) -> bool:
        """Return whether a user has opened the card."""
        return self.flow is not None and self.flow.context.get(
            "dismiss_protected", False
        )


class Discovery(Component):
    """The chargers of a server that wait for adoption."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Start without offers."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._offers: dict[str, Offer] = {}
        self._addresses: dict[str, int] = {}
        """A number per address; a higher number is a newer address."""
        self._numbers = count()
        self._unsubscribe = async_dispatcher_connect(
            hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
        )

    @override
    @callback
    def async_stop(self) -> None:
        """Remove all cards for good."""
        super().async_stop()
        self._unsubscribe()
        self.async_clear()

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Remove the offer of a charger, as it is adopted."""
        self.async_adopted(charger.charge_point.id)

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Create cards for chargers that had no room for one before."""
        self.async_offer()

    @callback
    def async_clear(self) -> None:
        """Remove all offers and their cards."""
        for offer in list(self._offers.values()):
            self._drop(offer)

    @callback
    def async_seen(
        self,
        charge_point_id: str,
        told: Mapping[str, str],
        *,
        connected: bool,
        address: str = "",
    ) -> None:
        """Handle that a charger connected, sent its identity, or disconnected."""
        offer = self._offers.get(charge_point_id)
        if not connected:
            if offer is not None:
                offer.connected = False
                self._start_timer(offer, GRACE, self._gone)
            return
        if offer is None:
            offer = Offer(charge_point_id=charge_point_id)
            self._offers[charge_point_id] = offer
        offer.address = address
        self._addresses.setdefault(address, next(self._numbers))
        came, offer.connected = not offer.connected, True
        if told and told != offer.told:
            offer.told = told
            if offer.flow is not None:
                offer.flow.async_update_title_placeholders({"name": offer.title})
        if offer.presentable or product_name(offer.told) is not None:
            self._present(offer)
        elif came:
            self._start_timer(offer, IDENTITY_WAIT, self._present)

    @callback
    def async_adopted(self, charge_point_id: str) -> None:
        """Handle that a charger was adopted."""
        if (offer := self._offers.get(charge_point_id)) is not None:
            self._drop(offer)
            self.async_offer()

    @callback
    def async_open(self, flow: ConfigFlow, charge_point_id: str) -> Offer | None:
        """Return the offer that `flow` is for; None if the charger is gone."""
        offer = self._offers.get(charge_point_id)
        if offer is None or offer.flow is not None or not offer.carded:
            return None
        offer.flow = flow
        return offer

    @callback
    def async_answered(self, offer: Offer) -> None:
        """Detach the flow of an offer that the user has confirmed."""
        offer.flow = None

    @callback
    def async_closed(self, offer: Offer) -> None:
        """Handle that the flow of an offer was closed, for whatever reason."""
        if self._offers.get(offer.charge_point_id) is not offer or not offer.carded:
            # The card was removed by the integration, not by the user.
            return
        offer.flow = None
        offer.carded, offer.dismissed = False, True
        self.async_offer()

    @callback
    def async_offer(self) -> None:
        """Create cards: first for addresses with the fewest, then for the newest.

        An address that sends many ids cannot occupy all cards: an address without a
        card takes the card of one with several, or else of an older one.
        """
        cards = Counter(one.address for one in self._offers.values() if one.carded)
        waiting = [one for one in self._offers.values() if self._wants_card(one)]
        while waiting:
            offer = min(
                waiting,
                key=lambda one: (cards[one.address], -self._addresses[one.address]),
            )
            waiting.remove(offer)
            if cards.total() >= MAX_CARDS:
                if cards[offer.address]:
                    return
                if (displaced := self._to_displace(cards, offer)) is None:
                    continue
                cards[displaced.address] -= 1
                self._take_card(displaced)
            cards[offer.address] += 1
            self._make_card(offer)

    def _to_displace(self, cards: Counter[str], newcomer: Offer) -> Offer | None:
        """Return the offer whose card is given to an address that has none."""
        return max(
            (
                one
                for one in self._offers.values()
                if one.carded
                and not one.in_use
                and (
                    cards[one.address] > 1
                    or self._addresses[one.address] < self._addresses[newcomer.address]
                )
            ),
            key=lambda one: (cards[one.address], -self._addresses[one.address]),
            default=None,
        )

    def _take_card(self, offer: Offer) -> None:
        """Remove a card; the charger remains an offer."""
        offer.carded = False
        flow, offer.flow = offer.flow, None
        if flow is not None:
            with suppress(UnknownFlow):
                self._hass.config_entries.flow.async_abort(flow.flow_id)

    def _wants_card(self, offer: Offer) -> bool:
        if (
            offer.carded
            or offer.dismissed
            or not offer.connected
            or not offer.presentable
        ):
            return False
        config_entries, charge_point_id = (
            self._hass.config_entries,
            offer.charge_point_id,
        )
        return (
            # The flow needs the server, which may still be in its setup.
            self._entry.state is ConfigEntryState.LOADED
            # The user ignores this charger.
            and config_entries.async_entry_for_domain_unique_id(DOMAIN, charge_point_id)
            is None
            # Another server has a card for it already.
            and not config_entries.flow.async_progress_by_handler(
                DOMAIN,
                include_uninitialized=True,
                match_context={"unique_id": charge_point_id},
            )
        )

    def _make_card(self, offer: Offer) -> None:
        offer.carded = True
        discovery_flow.async_create_flow(
            self._hass,
            DOMAIN,
            ConfigFlowContext(
                source=SOURCE_INTEGRATION_DISCOVERY,
                unique_id=offer.charge_point_id,
                title_placeholders={"name": offer.title},
            ),
            {
                CONF_ENTRY_ID: self._entry.entry_id,
                CONF_CHARGE_POINT_ID: offer.charge_point_id,
            },
        )

    def _present(self, offer: Offer) -> None:
        self._stop_timer(offer)
        offer.presentable = True
        self.async_offer()

    def _gone(self, offer: Offer) -> None:
        if offer.in_use:
            self._start_timer(offer, GRACE_IN_USE - GRACE, self._let_go)
        else:
            self._let_go(offer)

    def _let_go(self, offer: Offer) -> None:
        self._drop(offer)
        self.async_offer()

    def _drop(self, offer: Offer) -> None:
        self._stop_timer(offer)
        del self._offers[offer.charge_point_id]
        if all(one.address != offer.address for one in self._offers.values()):
            self._addresses.pop(offer.address, None)
        if offer.flow is not None:
            with suppress(UnknownFlow):
                self._hass.config_entries.flow.async_abort(offer.flow.flow_id)

    def _start_timer(
        self, offer: Offer, seconds: float, action: Callable[[Offer], None]
    ) -> None:
        @callback
        def fire(_now: Any) -> None:
            offer.cancel_timer = None
            action(offer)

        self._stop_timer(offer)
        offer.cancel_timer = async_call_later(self._hass, seconds, fire)

    @staticmethod
    def _stop_timer(offer: Offer) -> None:
        if offer.cancel_timer is not None:
            offer.cancel_timer()
            offer.cancel_timer = None

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Offer a charger again when the user no longer ignores it.

        Offer all that came during the setup of the server when that is done.
        """
        if entry is self._entry:
            self.async_offer()
        elif (
            change is ConfigEntryChange.REMOVED
            and entry.domain == DOMAIN
            and entry.source == SOURCE_IGNORE
            and (offer := self._offers.get(entry.unique_id or "")) is not None
        ):
            offer.dismissed = False
            self.async_offer()
