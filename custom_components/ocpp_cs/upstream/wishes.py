"""What backends ask for and only the owner may decide: repair issues, until he does.

They are gone with a restart: a backend that still wants something asks again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, override
from urllib.parse import urlsplit, urlunsplit

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..const import DOMAIN
from ..csms.charge_point import ChargePoint
from ..csms.model.errors import NotConnectedError
from ..csms.model.timestamps import parse_time
from ..csms.upstream.asked.wishes import Wish, WishKind
from ..csms.upstream.model import Role
from ..csms.upstream.upstreams import Upstreams
from ..issues import async_clear_issue, async_raise_issue, issue_id
from .subentries import CONF_ROLES, upstreams_of

_MOST: Final = 10
"""Open issues of a backend."""

_OUT: Final = "out_of_service"
_IN: Final = "in_service"
_KINDS: Final = {
    WishKind.RESET.value: "backend_asks_reset",
    WishKind.UNLOCK.value: "backend_asks_unlock",
    _OUT: "backend_asks_out_of_service",
    _IN: "backend_asks_in_service",
    WishKind.FIRMWARE.value: "backend_asks_firmware",
    WishKind.DIAGNOSTICS.value: "backend_asks_diagnostics",
    WishKind.SETTING.value: "backend_asks_setting",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenWish:
    """A wish that the owner has not decided on."""

    wish: Wish
    charger: str
    """The id of the charger's subentry."""
    kind: str
    about: str


class Wishlist(Component):
    """The wishes of all backends of a server."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], upstreams: Upstreams
    ) -> None:
        """Start without wishes."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._upstreams = upstreams
        self._chargers: dict[str, Charger] = {}
        """By the id of the charge point."""
        self._open: dict[str, OpenWish] = {}
        """By the id of the issue."""

    @override
    @callback
    def async_start(self) -> None:
        """Take wishes."""
        self._upstreams.ask_owner = self._ask

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Take wishes for a charger."""
        self._chargers[charger.charge_point.id] = charger

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Forget the wishes for a charger that was removed."""
        super().async_detach(charger)
        self._chargers.pop(charger.charge_point.id, None)
        self._forget(charger.subentry.subentry_id, None)

    @override
    @callback
    def async_update(self) -> None:
        """Forget the wishes of backends that are gone, or may ask no more."""
        may = {
            one.subentry_id
            for one in upstreams_of(self._entry)
            if Role.CONFIGURE in one.data.get(CONF_ROLES, ())
        }
        for gone in {one.wish.upstream for one in self._open.values()} - may:
            self._forget(None, gone)

    @override
    @callback
    def async_stop(self) -> None:
        """Close all wishes, as nobody can grant them; what is ignored stays so."""
        super().async_stop()
        for one in self._open.values():
            async_clear_issue(self._hass, one.kind, one.about)
        self._open.clear()

    def _forget(self, charger: str | None, backend: str | None) -> None:
        for known, one in list(self._open.items()):
            if charger in (None, one.charger) and backend in (None, one.wish.upstream):
                self.async_done(known)

    @callback
    def async_done(self, known: str) -> None:
        """Close a wish, on which the owner has decided."""
        self._open.pop(known, None)
        ir.async_delete_issue(self._hass, DOMAIN, known)

    def open_wish(self, known: str) -> Wish | None:
        """Return the wish of an issue; None if there is none any more."""
        one = self._open.get(known)
        return None if one is None else one.wish

    @callback
    def async_refuse(self, known: str) -> None:
        """Tell the backend that the owner has refused, where it waits for that."""
        if (wish := self.open_wish(known)) is not None:
            place = wish.upstream, wish.charge_point_id
            if (station := self._upstreams.stations.get(place)) is not None:
                station.requests.refused(wish)
        self.async_done(known)

    @callback
    def _ask(self, wish: Wish) -> None:
        charger = self._chargers.get(wish.charge_point_id)
        backend = self._entry.subentries.get(wish.upstream)
        if charger is None or backend is None or not _makes_sense(charger, wish):
            return
        subentry_id = charger.subentry.subentry_id
        word = _word(wish)
        kind = _KINDS[word]
        about = f"{_place(wish)}{subentry_id}_{wish.upstream}"
        known = issue_id(kind, about)
        if word in (_IN, _OUT):
            # It has changed its mind.
            other = _KINDS[_IN if word == _OUT else _OUT]
            self.async_done(issue_id(other, about))
        if known not in self._open and not self._has_room(wish.upstream):
            return
        self._open[known] = OpenWish(
            wish=wish, charger=subentry_id, kind=kind, about=about
        )
        async_raise_issue(
            self._hass,
            _KINDS[word],
            about,
            fix_data={"entry_id": self._entry.entry_id, "subentry_id": subentry_id},
            backend=backend.title,
            charger=charger.name,
            connector=str(wish.details.get("connector_id", "")),
            setting=str(wish.details.get("name", "")),
            value=str(wish.details.get("value", "")),
            location=_without_password(str(wish.details.get("location", ""))),
        )

    def _has_room(self, backend: str) -> bool:
        """Return whether a backend may ask for more; what is ignored does not count."""
        registry = ir.async_get(self._hass)
        count = sum(
            one.wish.upstream == backend
            and (issue := registry.async_get_issue(DOMAIN, known)) is not None
            and issue.dismissed_version is None
            for known, one in self._open.items()
        )
        return count < _MOST


def _word(wish: Wish) -> str:
    """Return the key of the kind of the issue."""
    if wish.kind is WishKind.AVAILABILITY:
        return _IN if wish.details.get("type") == "operative" else _OUT
    return wish.kind.value


def _makes_sense(charger: Charger, wish: Wish) -> bool:
    """Return whether a wish can be granted at all."""
    if wish.kind is not WishKind.SETTING:
        return True
    try:
        settings = charger.charge_point.commands.settings()
    except NotConnectedError:
        return False
    return any(
        one.name == wish.details.get("name") and one.writable and not one.of_connection
        for one in settings
    )


def _place(wish: Wish) -> str:
    """Return what makes a wish another one than those of its kind."""
    if wish.kind is WishKind.SETTING:
        # The name may have any letters.
        name = str(wish.details.get("name"))
        return sha256(name.encode()).hexdigest()[:16] + "_"
    if wish.kind in (WishKind.UNLOCK, WishKind.AVAILABILITY):
        return f"{wish.details.get('connector_id', 0)}_"
    return ""


def _without_password(location: str) -> str:
    """Return an address without what may be secret in it."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return "–"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


async def async_grant(charge_point: ChargePoint, wish: Wish) -> None:
    """Do what a backend has asked for; raises CsmsError."""
    commands, details = charge_point.commands, wish.details
    match wish.kind:
        case WishKind.RESET:
            is_hard = details.get("type") in ("hard", "immediate")
            await commands.reset(type="hard" if is_hard else "soft")
        case WishKind.UNLOCK:
            await commands.unlock_connector(connector_id=details["connector_id"])
        case WishKind.AVAILABILITY:
            is_operative = details["type"] == "operative"
            await commands.change_availability(
                connector_id=details["connector_id"],
                type="operative" if is_operative else "inoperative",
            )
        case WishKind.SETTING:
            await commands.write_setting(name=details["name"], value=details["value"])
        case WishKind.FIRMWARE:
            action, fields = _firmware(details)
            await commands.call(action, **fields)
        case WishKind.DIAGNOSTICS:
            action, fields = _upload(details)
            await commands.call(action, **fields)


def _firmware(details: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the action of an update, and its fields."""
    common = _given(
        location=details["location"],
        retries=details.get("retries"),
        retry_interval=details.get("retry_interval"),
    )
    retrieve = _time(details.get("retrieve_date"))
    if details.get("signature") is None:
        return "update_firmware", common | _given(retrieve_date=retrieve)
    return "signed_update_firmware", common | _given(
        retrieve_date_time=retrieve,
        install_date_time=_time(details.get("install_date")),
        signing_certificate=details.get("signing_certificate"),
        signature=details["signature"],
    )


def _upload(details: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the action of an upload, and its fields."""
    common = _given(
        retries=details.get("retries"), retry_interval=details.get("retry_interval")
    )
    start, stop = _time(details.get("start_time")), _time(details.get("stop_time"))
    if (kind := details.get("log_type")) is None:
        return "get_diagnostics", common | _given(
            location=details["location"], start_time=start, stop_time=stop
        )
    return "get_log", common | _given(
        log_type=kind,
        remote_location=details["location"],
        oldest_timestamp=start,
        latest_timestamp=stop,
    )


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _time(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else parse_time(value)
