"""Offers chargers that are not adopted as discovered devices, each on a card."""

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
"""Cards that are shown at a time."""

IDENTITY_WAIT = 8.0
"""Seconds that a charger has to say what it is before its card shows the id only."""

GRACE = 5.0
"""Seconds that a charger may be gone before its card goes as well."""

GRACE_IN_USE = 60.0
"""The same while someone has the card open."""


@dataclass(kw_only=True, eq=False)
class Offer:
    """A charger that waits for adoption."""

    charge_point_id: str
    address: str = ""
    """Where it comes from."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What it says of itself, in the terms of the subentry."""
    connected: bool = False
    presentable: bool = False
    """It has said what it is, or had its time to."""
    carded: bool = False
    """A card was made, or is about to be."""
    dismissed: bool = False
    """The card was closed, so that there is no other one until it is gone."""
    flow: ConfigFlow | None = None
    """The flow behind the card."""
    cancel_timer: Callable[[], None] | None = None

    @property
    def title(self) -> str:
        """What stands on the card."""
        told = filter(None, (product_name(self.told), self.charge_point_id))
        return plain(" ".join(told))

    @property
    def in_use(self) -> bool:
        """Whether someone has opened the card."""
        return self.flow is not None and self.flow.context.get(
            "dismiss_protected", False
        )


class Discovery(Component):
    """The chargers of one server that wait for adoption."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Offer chargers for `entry`."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._offers: dict[str, Offer] = {}
        self._addresses: dict[str, int] = {}
        """Where they come from; a higher number is a newer address."""
        self._numbers = count()
        self._unsubscribe = async_dispatcher_connect(
            hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
        )

    @override
    @callback
    def async_stop(self) -> None:
        """Take all cards away, for good."""
        super().async_stop()
        self._unsubscribe()
        self.async_clear()

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Offer a charger no more: it is adopted."""
        self.async_adopted(charger.charge_point.id)

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Offer those that have room for a card by now."""
        self.async_offer()

    @callback
    def async_clear(self) -> None:
        """Take all cards away."""
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
        """Note that a charger came, said what it is, or went."""
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
        """Note that a charger does not wait any more."""
        if (offer := self._offers.get(charge_point_id)) is not None:
            self._drop(offer)
            self.async_offer()

    @callback
    def async_open(self, flow: ConfigFlow, charge_point_id: str) -> Offer | None:
        """Return what `flow` is about; None if the charger is gone."""
        offer = self._offers.get(charge_point_id)
        if offer is None or offer.flow is not None or not offer.carded:
            return None
        offer.flow = flow
        return offer

    @callback
    def async_answered(self, offer: Offer) -> None:
        """Let the flow of an offer end by itself: the user has confirmed it."""
        offer.flow = None

    @callback
    def async_closed(self, offer: Offer) -> None:
        """Note that the card of an offer was closed, in whatever way."""
        if self._offers.get(offer.charge_point_id) is not offer or not offer.carded:
            # It was not the user.
            return
        offer.flow = None
        offer.carded, offer.dismissed = False, True
        self.async_offer()

    @callback
    def async_offer(self) -> None:
        """Make cards: one for each address first, those of the newest before others.

        Whoever takes all of them with many ids leaves room for all others. An address
        that has none gets that of one with several, or else of one that is older.
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
        """Return the offer whose card goes for one of an address that has none."""
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
        """Take a card away; the charger goes on waiting for another one."""
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
            # The user does not want to see it.
            config_entries.async_entry_for_domain_unique_id(DOMAIN, charge_point_id)
            is None
            # It has a card already, from another server.
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
        """Offer a charger again when the user no longer ignores it."""
        if (
            change is ConfigEntryChange.REMOVED
            and entry.domain == DOMAIN
            and entry.source == SOURCE_IGNORE
            and (offer := self._offers.get(entry.unique_id or "")) is not None
        ):
            offer.dismissed = False
            self.async_offer()
