"""The id tags of a server: what its user entered of them, and cards that are shown."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
import secrets
from types import MappingProxyType
from typing import Any, override

from homeassistant.components.tag import async_scan_tag
from homeassistant.components.tag.const import DOMAIN as TAG_DOMAIN
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..const import (
    CONF_BLOCKED,
    CONF_CHARGE_POINT_ID,
    CONF_CHARGERS,
    CONF_ID_TAG,
    CONF_MAX_SESSIONS,
    CONF_PARENT_ID_TAG,
    CONF_SCAN_TAGS,
    CONF_TAG_POLICY,
    CONF_VALID_UNTIL,
    DOMAIN,
    SUBENTRY_CHARGER,
    SUBENTRY_ID_TAG,
)
from ..csms.access.authorization import (
    ChargePointRules,
    KnownTag,
    TagAuthorizer,
    TagPolicy,
    TagRules,
)
from ..csms.model.tags import MAX_TAG_LENGTH, tag_key
from ..csms.transactions.ledger import Ledger
from ..csms.transactions.transaction import Transaction

DEFAULT_MAX_SESSIONS = KnownTag(id="", name="").max_sessions

_MOST_STRANGE = 200
"""Cards that the server does not know and tells Home Assistant of, in one run."""


_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RANDOM_LETTERS = 14
"""70 bits; with what stands before them 16 of the 20 characters of OCPP 1.6."""


def unique_id_of(id_tag: str) -> str:
    """Return the unique id of a tag's subentry; no charger's has to be like it."""
    return f"{CONF_ID_TAG} {tag_key(id_tag)}"


def is_id_tag(text: str) -> bool:
    """Tell whether a tag can have that id."""
    return text.isprintable() and 0 < len(text) <= MAX_TAG_LENGTH


def new_own_tag() -> str:
    """Return a tag that nobody can guess, and that every charger takes.

    Who knew it could charge with it, whatever cards are known.
    """
    return "HA" + "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM_LETTERS))


def parse_time(text: str | None) -> datetime | None:
    """Return an aware time; one without an offset is that of Home Assistant."""
    time = dt_util.parse_datetime(text) if text else None
    if time is not None and time.tzinfo is None:
        time = time.replace(tzinfo=dt_util.get_default_time_zone())
    return time


def _policy(data: Mapping[str, Any]) -> TagPolicy | None:
    name = data.get(CONF_TAG_POLICY)
    return next((policy for policy in TagPolicy if policy == name), None)


def _tag(subentry: ConfigSubentry) -> KnownTag:
    data = subentry.data
    return KnownTag(
        id=data[CONF_ID_TAG],
        name=subentry.title,
        valid_until=parse_time(data.get(CONF_VALID_UNTIL)),
        parent=data.get(CONF_PARENT_ID_TAG),
        charge_points=frozenset(data.get(CONF_CHARGERS, ())),
        blocked=data.get(CONF_BLOCKED, False),
        max_sessions=int(data.get(CONF_MAX_SESSIONS, DEFAULT_MAX_SESSIONS)),
    )


class IdTags(Component):
    """Keeps the rules in step with the config entry, and hears of cards."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        ledger: Ledger,
        own_tag: str,
    ) -> None:
        """Belong to `entry`, whose transactions are in `ledger`.

        `own_tag` is what remote starts are made with unless a charger has another.
        """
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._own_tag = own_tag
        self._waiting: set[asyncio.Future[str]] = set()
        self._ledger = ledger
        self._expected: dict[str, str] = {}
        """The own tags of chargers that are being set up."""
        self._strange: set[str] = set()
        """The cards that nobody has entered, as far as they were told."""
        self.authorizer = TagAuthorizer(self._running)
        """Decides by what is in the config entry."""

    @callback
    def async_take_rules(self) -> None:
        """Take over what the config entry says of tags."""
        entry = self._entry
        self.authorizer.rules = TagRules(
            tags=[_tag(one) for one in entry.get_subentries_of_type(SUBENTRY_ID_TAG)],
            policy=_policy(entry.options) or TagPolicy.AUTOMATIC,
            charge_points={
                # A session that runs already is told of with the tag from before.
                charge_point_id: ChargePointRules(
                    policy=TagPolicy.EVERY, own_tag=id_tag
                )
                for charge_point_id, id_tag in self._expected.items()
            }
            | {
                one.data[CONF_CHARGE_POINT_ID]: ChargePointRules(
                    policy=_policy(one.data),
                    own_tag=one.data.get(CONF_ID_TAG, self._own_tag),
                )
                for one in entry.get_subentries_of_type(SUBENTRY_CHARGER)
            },
        )

    def name_of(self, id_tag: str) -> str | None:
        """Return what the user calls a tag; None if it is not known."""
        tag = self.authorizer.known(id_tag)
        return None if tag is None else tag.name

    @callback
    def async_expect(self, charge_point_id: str, id_tag: str | None) -> None:
        """Let a tag charge at a charger that has no subentry yet; None ends that."""
        if self._expected.get(charge_point_id) == id_tag:
            return
        if id_tag is None:
            del self._expected[charge_point_id]
        else:
            self._expected[charge_point_id] = id_tag
        self.async_take_rules()

    def _running(self) -> Iterator[Transaction]:
        for charge_point_id in self.authorizer.rules.charge_points:
            yield from self._ledger.running(charge_point_id)

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Hear of the cards that are shown at a charger."""
        # It has its own rules by now.
        self.async_expect(charger.charge_point.id, None)

        @callback
        def heard(kind: str, data: dict[str, Any]) -> None:
            # No card is needed for the tag of remote starts.
            if kind == "authorization" and (data["name"] or not data["own"]):
                self._shown(charger, data["id_tag"], known=data["name"] is not None)

        self._subscriptions.add(charger, charger.charge_point.listen(heard))

    def _shown(self, charger: Charger, id_tag: str, *, known: bool) -> None:
        # What is longer is none; so are the tags that Home Assistant makes itself.
        if not (key := tag_key(id_tag)) or not is_id_tag(id_tag):
            return
        for future in self._waiting:
            if not future.done():
                future.set_result(id_tag)
        if (
            not self._entry.options.get(CONF_SCAN_TAGS, True)
            # Whoever says its id could have any card shown.
            or not charger.charge_point.acquaintance.is_known
        ):
            return
        if not known and key not in self._strange:
            # Home Assistant keeps every tag for good, and a charger may make them up.
            if len(self._strange) >= _MOST_STRANGE:
                return
            self._strange.add(key)
        self._entry.async_create_task(
            self._hass, self._scan(id_tag, charger), f"{DOMAIN} scan tag"
        )

    async def _scan(self, id_tag: str, charger: Charger) -> None:
        """Have Home Assistant scan a tag, which gets the name that it has here."""
        await async_scan_tag(self._hass, id_tag, charger.device_id)
        registry = er.async_get(self._hass)
        entity_id = registry.async_get_entity_id(TAG_DOMAIN, TAG_DOMAIN, id_tag)
        entity = registry.async_get(entity_id or "")
        if (
            (name := charger.tag_name(id_tag)) is not None
            # One that its user gave stays.
            and entity is not None
            and entity.name is None
        ):
            registry.async_update_entity(entity.entity_id, name=name)

    @callback
    def async_add(self, id_tag: str, name: str) -> None:
        """Add the subentry of a tag. Raises AbortFlow if it is there already."""
        self._hass.config_entries.async_add_subentry(
            self._entry,
            ConfigSubentry(
                data=MappingProxyType({CONF_ID_TAG: id_tag}),
                subentry_type=SUBENTRY_ID_TAG,
                title=name or id_tag,
                unique_id=unique_id_of(id_tag),
            ),
        )

    async def async_next_card(self) -> str:
        """Wait for the next card at any charger; return its id, known or not."""
        future = self._hass.loop.create_future()
        self._waiting.add(future)
        try:
            id_tag: str = await future
        finally:
            self._waiting.discard(future)
        return id_tag
