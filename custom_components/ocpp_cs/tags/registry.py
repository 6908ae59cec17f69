"""The id tags of a server: the user's entries, and cards that are presented."""

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
from homeassistant.helpers.translation import async_get_cached_translations
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
    Authorization,
    ChargePointRules,
    KnownTag,
    TagAuthorizer,
    TagPolicy,
    TagRules,
)
from ..csms.model.tags import MAX_TAG_LENGTH, MAX_TAG_LENGTH_21, is_masked, tag_key
from ..csms.transactions.ledger import Ledger
from ..csms.transactions.transaction import Transaction

DEFAULT_MAX_SESSIONS = KnownTag(id="", name="").max_sessions

_MOST_STRANGE = 200
"""The maximum number of unknown cards that are reported to Home Assistant per run."""


_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RANDOM_LETTERS = 14
"""70 bits; with the prefix 16 of the 20 characters of OCPP 1.6."""


def unique_id_of(id_tag: str) -> str:
    """Return the unique id of a tag's subentry, unlike that of any charger."""
    return f"{CONF_ID_TAG} {tag_key(id_tag)}"


def is_id_tag(text: str, longest: int = MAX_TAG_LENGTH_21) -> bool:
    """Return whether a text is a valid id tag, in any version unless told otherwise."""
    return text.isprintable() and 0 < len(text) <= longest


def new_own_tag() -> str:
    """Return a random id tag that every charger accepts.

    It must be secret: it can charge under any tag policy.
    """
    return "HA" + "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM_LETTERS))


def parse_time(text: str | None) -> datetime | None:
    """Return an aware time; without an offset it is in Home Assistant's time zone."""
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
    """Keeps the authorization rules up to date, and handles presented cards."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        ledger: Ledger,
        own_tag: str,
    ) -> None:
        """Create the id tags of `entry`, whose transactions are in `ledger`.

        `own_tag` is the tag of remote starts, unless a charger has its own.
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
        """The unknown cards that were reported."""
        self.authorizer = TagAuthorizer(self._running)
        """Authorizes by the rules of the config entry."""
        self.authorizer.explain = self._explain

    @callback
    def async_take_rules(self) -> None:
        """Update the rules from the config entry."""
        entry = self._entry
        self.authorizer.rules = TagRules(
            tags=[_tag(one) for one in entry.get_subentries_of_type(SUBENTRY_ID_TAG)],
            policy=_policy(entry.options) or TagPolicy.AUTOMATIC,
            charge_points={
                # A running session may be reported with its previous tag.
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
        """Return the name of an id tag; None if it is unknown."""
        tag = self.authorizer.known(id_tag)
        return None if tag is None else tag.name

    def _explain(self, refused: Authorization) -> tuple[str, str] | None:
        """Return why a card is refused, in the language of Home Assistant."""
        language = self._hass.config.language
        texts = async_get_cached_translations(self._hass, language, "common", DOMAIN)
        reason = "elsewhere" if refused.elsewhere else refused.status.value
        text = texts.get(f"component.{DOMAIN}.common.card_{reason}")
        return None if text is None else (text, language)

    @callback
    def async_expect(self, charge_point_id: str, id_tag: str | None) -> None:
        """Accept a tag at a charger without a subentry; None ends this."""
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
        """Handle the cards that are presented at a charger."""
        # It has its own rules by now.
        self.async_expect(charger.charge_point.id, None)

        @callback
        def heard(kind: str, data: dict[str, Any]) -> None:
            # The tag of remote starts needs no card.
            if kind == "authorization" and (data["name"] or not data["own"]):
                self._shown(charger, data["id_tag"], known=data["name"] is not None)

        self._subscriptions.add(charger, charger.charge_point.listen(heard))

    def _shown(self, charger: Charger, id_tag: str, *, known: bool) -> None:
        if not (key := tag_key(id_tag)) or not is_id_tag(id_tag) or is_masked(id_tag):
            return
        for future in self._waiting:
            if not future.done():
                future.set_result(id_tag)
        if (
            not self._entry.options.get(CONF_SCAN_TAGS, True)
            # Tags that Home Assistant creates are longer: no charger may tell one.
            or not is_id_tag(id_tag, MAX_TAG_LENGTH)
            # Anyone with its id could report any card.
            or not charger.charge_point.acquaintance.is_known
        ):
            return
        if not known and key not in self._strange:
            # Home Assistant stores every tag for good, and a charger may invent them.
            if len(self._strange) >= _MOST_STRANGE:
                return
            self._strange.add(key)
        self._entry.async_create_task(
            self._hass, self._scan(id_tag, charger), f"{DOMAIN} scan tag"
        )

    async def _scan(self, id_tag: str, charger: Charger) -> None:
        """Report a scanned tag to Home Assistant, with the name that it has here."""
        await async_scan_tag(self._hass, id_tag, charger.device_id)
        registry = er.async_get(self._hass)
        entity_id = registry.async_get_entity_id(TAG_DOMAIN, TAG_DOMAIN, id_tag)
        entity = registry.async_get(entity_id or "")
        if (
            (name := charger.tag_name(id_tag)) is not None
            # A name that the user gave stays.
            and entity is not None
            and entity.name is None
        ):
            registry.async_update_entity(entity.entity_id, name=name)

    @callback
    def async_add(self, id_tag: str, name: str) -> None:
        """Add the subentry of an id tag. Raises AbortFlow if there is one."""
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
        """Wait for the next card at any charger; return its id tag, known or not."""
        future = self._hass.loop.create_future()
        self._waiting.add(future)
        try:
            id_tag: str = await future
        finally:
            self._waiting.discard(future)
        return id_tag
