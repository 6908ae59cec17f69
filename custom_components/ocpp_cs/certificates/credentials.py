"""The passwords and the accepted security levels of a server's chargers.

They are in a private store of their own, which only its owner may read: hashes, and the
text of a password that a charger may not have got yet. Nothing else shows them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..chargers.versioned_store import VersionedStore
from ..const import DOMAIN, LOGGER
from ..csms.model.security import PasswordHash, SecurityLevel, SecurityRules
from ..csms.security import passwords

_CHARGERS = "chargers"
_SERVER = "server"
_UNKNOWN = "unknown_password"

_DEMANDS = ("level", "password_needed", "certificates")
"""The fields that are kept a second time; none of them is secret."""

_MOST_PASSWORDS = 3
"""Passwords that are accepted at once: one, and two that it may have got."""
_MOST_CERTIFICATES = 4
"""Certificates that are accepted at once: one, and those that it may have got."""


class PasswordState(StrEnum):
    """The state of a password on its way to a charger."""

    SENT = "sent"
    """The answer is open, or never came: the charger may have it or not."""
    ACCEPTED = "accepted"
    """The charger has accepted it, and has not connected with it yet."""
    TYPED = "typed"
    """Its owner types it on the charger."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingPassword:
    """A new password that a charger has not used yet."""

    hash: PasswordHash = field(repr=False)
    state: PasswordState
    text: str | None = field(default=None, repr=False)
    """The password, as long as it may have to be sent again."""
    writes: int = 1
    """The number of times that it was sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """What its owner demands of a charger, and what the charger can prove."""

    level: SecurityLevel = SecurityLevel.NONE
    """The lowest level that is accepted."""
    password_needed: bool = False
    """True if it has to bring a password; a certificate stands for one."""
    passwords: tuple[PasswordHash, ...] = field(default=(), repr=False)
    """The passwords that it has, and behind the first those that it may have."""
    pending_password: PendingPassword | None = None
    is_held: bool = False
    """True if its owner lowered the level, and it has not come at that level since."""
    ignores_certificate: bool = False
    """True if a certificate with another name is as good as none."""
    raising_to: SecurityLevel | None = None
    """The level that it is being raised to; the accepted one stays until it is there."""
    raising_since: datetime | None = None
    root: str | None = None
    """The SHA-256 fingerprint of our root certificate that it has installed."""
    certificate_ends: datetime | None = None
    """The end of the certificate that we have signed for it."""
    certificates: tuple[str, ...] = ()
    """The SHA-256 fingerprints of what our CA has issued to it; the last is the newest.

    No other certificate of our CA is accepted from it.
    """

    @property
    def has_certificate(self) -> bool:
        """True if it may come with a certificate that counts here, now or soon."""
        return (
            SecurityLevel.CERTIFICATE in (self.level, self.raising_to)
            or self.certificate_ends is not None
        )

    @property
    def rules(self) -> SecurityRules:
        """The rules for its connections."""
        pending = self.pending_password
        return SecurityRules(
            level=self.level,
            password_needed=self.password_needed,
            passwords=(
                self.passwords if pending is None else (*self.passwords, pending.hash)
            ),
            ignores_certificate=self.ignores_certificate,
            certificates=frozenset(self.certificates),
        )


_NOTHING = Credential()


def merged(
    first: tuple[PasswordHash, ...], *others: PasswordHash
) -> tuple[PasswordHash, ...]:
    """Return passwords with others behind them: the first, and the last of the rest."""
    both = tuple(dict.fromkeys((*first, *others)))
    return (*both[:1], *both[1:][1 - _MOST_PASSWORDS :])


class Credentials:
    """The credentials of a server's chargers, saved as soon as they change."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start without credentials; see `async_load`."""
        self._hass = hass
        self._store = _store(hass, entry_id)
        self._stored: dict[str, Any] = {}
        """What was loaded, with what later versions have added."""
        self._credentials: dict[str, Credential] = {}
        self._unknown: PasswordHash | None = None
        self._listeners: dict[Callable[[str], None], None] = {}
        self._saved: asyncio.Future[None] = hass.loop.create_future()
        """The last time that the file was written."""
        self._saved.set_result(None)
        self._touched = False
        self.unreadable: set[str] = set()
        """Ids of charge points whose stored credentials could not be read."""

    async def async_load(self) -> None:
        """Load the credentials from before the restart; see `async_recall` as well."""
        try:
            stored = await self._store.async_load()
            if stored is None:
                return
            if not isinstance(stored, dict) or not all(
                isinstance(stored.get(part, {}), dict) for part in (_CHARGERS, _SERVER)
            ):
                await self._store.async_set_aside("it is not of this shape")
        except (HomeAssistantError, OSError) as err:
            LOGGER.error("%s cannot be read: %s", self._store.path, err)
            self._store.make_read_only()
            return
        stored = _mapping(stored)
        self._stored = dict(stored)
        for charge_point_id, record in _mapping(stored.get(_CHARGERS)).items():
            if not isinstance(record, dict):
                self.unreadable.add(charge_point_id)
                LOGGER.warning("Credentials of %s cannot be read", charge_point_id)
                continue
            credential, damaged = _credential_of(record)
            self._credentials[charge_point_id] = credential
            if damaged:
                self.unreadable.add(charge_point_id)
                # The values may be secret.
                LOGGER.warning(
                    "Credentials of %s cannot be read, and are forgotten: %s",
                    charge_point_id,
                    ", ".join(damaged),
                )
        self._unknown = passwords.from_dict(_mapping(stored.get(_SERVER)).get(_UNKNOWN))

    @callback
    def async_recall(self, charge_point_id: str, demands: object) -> None:
        """Demand of a charge point what was demanded of it, where that cannot be read.

        Nobody must get in by losing the file. What is only there are the passwords:
        whoever has to bring one is refused until its owner accepts one.

        Args:
            charge_point_id: The id of the charge point.
            demands: What `demands_of` returned, from another file.
        """
        if (
            charge_point_id in self._credentials
            and charge_point_id not in self.unreadable
        ):
            return
        before = self.get(charge_point_id)
        known, _ = _credential_of(
            {name: one for name, one in _mapping(demands).items() if name in _DEMANDS}
        )
        demanded = replace(
            before,
            level=max(before.level, known.level),
            password_needed=before.password_needed or known.password_needed,
            certificates=before.certificates or known.certificates,
        )
        if demanded != before:
            self.unreadable.add(charge_point_id)
            LOGGER.error("Credentials of %s were lost", charge_point_id)
            self.async_change(
                charge_point_id,
                level=demanded.level,
                password_needed=demanded.password_needed,
                certificates=demanded.certificates,
            )

    def demands_of(self, charge_point_id: str) -> dict[str, Any] | None:
        """Return what is demanded of a charge point, without secrets, to be kept."""
        credential = self.get(charge_point_id)
        if credential.level is SecurityLevel.NONE and not credential.password_needed:
            return None
        record = _record_of(credential)
        return {name: record[name] for name in _DEMANDS}

    @property
    def is_newer(self) -> bool:
        """Return whether the file is newer: it is neither read nor written."""
        return self._store.newer is not None

    def get(self, charge_point_id: str) -> Credential:
        """Return the credential of a charge point; by default nothing is demanded."""
        return self._credentials.get(charge_point_id, _NOTHING)

    @property
    def has_certificates(self) -> bool:
        """True if one of the charge points has a certificate that counts here."""
        return any(one.has_certificate for one in self._credentials.values())

    @callback
    def listen(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call `listener` with the id of a charge point whose credential changed.

        Returns:
            A function that stops listening.
        """
        self._listeners[listener] = None

        def stop() -> None:
            self._listeners.pop(listener, None)

        return stop

    @callback
    def async_change(self, charge_point_id: str, **changed: Any) -> Awaitable[None]:
        """Change fields of a credential at once, and save it.

        Args:
            charge_point_id: The id of the charge point.
            **changed: Fields of `Credential`.

        Returns:
            Is done when the file is written; it need not be awaited.
        """
        before = self.get(charge_point_id)
        after = replace(before, **changed)
        if after == before:
            return self._saved
        self._credentials[charge_point_id] = after
        saved = self._async_save()
        self._tell(charge_point_id)
        return saved

    @callback
    def async_issued(self, charge_point_id: str, fingerprint: str) -> Awaitable[None]:
        """Accept a certificate of our CA from a charge point, beside those before.

        It has to be known here before the charge point can use it.

        Args:
            charge_point_id: The id of the charge point.
            fingerprint: The SHA-256 hash of the certificate in hexadecimal.

        Returns:
            Is done when the file is written; it need not be awaited.
        """
        before = self.get(charge_point_id).certificates
        all_of_them = (*(one for one in before if one != fingerprint), fingerprint)
        # The first is what it has used: any number of renewals may fail.
        kept = (*all_of_them[:1], *all_of_them[1:][1 - _MOST_CERTIFICATES :])
        return self.async_change(charge_point_id, certificates=kept)

    @callback
    def async_not_taken(
        self, charge_point_id: str, fingerprint: str
    ) -> Awaitable[None]:
        """Forget a certificate that a charge point has refused.

        Args:
            charge_point_id: The id of the charge point.
            fingerprint: The SHA-256 hash of the certificate in hexadecimal.

        Returns:
            Is done when the file is written; it need not be awaited.
        """
        known = self.get(charge_point_id).certificates
        return self.async_change(
            charge_point_id,
            certificates=tuple(one for one in known if one != fingerprint),
        )

    @callback
    def async_used(self, charge_point_id: str, fingerprint: str) -> Awaitable[None]:
        """Forget the certificates from before one that a charge point has used.

        Args:
            charge_point_id: The id of the charge point.
            fingerprint: The SHA-256 hash of the certificate in hexadecimal.

        Returns:
            Is done when the file is written; it need not be awaited.
        """
        known = self.get(charge_point_id).certificates
        if fingerprint not in known:
            return self._saved
        return self.async_change(
            charge_point_id, certificates=known[known.index(fingerprint) :]
        )

    def _tell(self, charge_point_id: str) -> None:
        for listener in list(self._listeners):
            listener(charge_point_id)

    @callback
    def async_forget(self, charge_point_id: str) -> None:
        """Delete the credential of a charge point that was removed."""
        known = self._credentials.pop(charge_point_id, None)
        self.unreadable.discard(charge_point_id)
        chargers = self._stored.get(_CHARGERS)
        if isinstance(chargers, dict) and charge_point_id in chargers:
            self._stored = {
                **self._stored,
                _CHARGERS: {
                    key: value
                    for key, value in chargers.items()
                    if key != charge_point_id
                },
            }
        elif known is None:
            return
        self._async_save()
        self._tell(charge_point_id)

    @property
    def unknown_password(self) -> PasswordHash | None:
        """The password that charge points need which are not adopted."""
        return self._unknown

    @callback
    def async_set_unknown_password(
        self, password: PasswordHash | None
    ) -> Awaitable[None]:
        """Set the password of charge points that are not adopted, and save it.

        Listeners get an empty id.
        """
        if password == self._unknown:
            return self._saved
        self._unknown = password
        saved = self._async_save()
        self._tell("")
        return saved

    def _as_dict(self) -> dict[str, Any]:
        """Return the content of the file, with what later versions have added."""
        stored = _mapping(self._stored.get(_CHARGERS))
        unknown = self._unknown
        return {
            **self._stored,
            _CHARGERS: {
                **stored,
                **{
                    charge_point_id: {
                        **_mapping(stored.get(charge_point_id)),
                        **_record_of(credential),
                    }
                    for charge_point_id, credential in self._credentials.items()
                },
            },
            _SERVER: {
                **_mapping(self._stored.get(_SERVER)),
                _UNKNOWN: None if unknown is None else passwords.as_dict(unknown),
            },
        }

    def _async_save(self) -> Awaitable[None]:
        self._touched = True
        self._saved = self._hass.async_create_task(
            self._store.async_save(self._as_dict()), f"{DOMAIN} credentials"
        )
        return self._saved

    async def async_close(self) -> None:
        """Save what is not saved yet."""
        self._listeners.clear()
        if self._touched:
            await self._store.async_save(self._as_dict())


async def async_remove_credentials(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the credentials of a server that was removed."""
    await _store(hass, entry_id).async_remove()


def _store(hass: HomeAssistant, entry_id: str) -> VersionedStore:
    return VersionedStore(hass, 1, f"{DOMAIN}.{entry_id}.security")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _record_of(credential: Credential) -> dict[str, Any]:
    """Return a credential as JSON types."""
    pending = credential.pending_password
    return {
        "level": credential.level.value,
        "password_needed": credential.password_needed,
        "passwords": [passwords.as_dict(one) for one in credential.passwords],
        "pending_password": pending
        and {
            "hash": passwords.as_dict(pending.hash),
            "state": pending.state.value,
            "text": pending.text,
            "writes": pending.writes,
        },
        "is_held": credential.is_held,
        "ignores_certificate": credential.ignores_certificate,
        "raising_to": (
            None if credential.raising_to is None else credential.raising_to.value
        ),
        "raising_since": _written(credential.raising_since),
        "root": credential.root,
        "certificate_ends": _written(credential.certificate_ends),
        "certificates": list(credential.certificates),
    }


def _credential_of(record: Mapping[str, Any]) -> tuple[Credential, list[str]]:
    """Return the credential in a record, and the names of what cannot be read in it."""
    readers: dict[str, Callable[[Any], Any]] = {
        "level": _level,
        "password_needed": _boolean,
        "passwords": _passwords,
        "pending_password": _optional(_pending),
        "is_held": _boolean,
        "ignores_certificate": _boolean,
        "raising_to": _optional(_level),
        "raising_since": _optional(_time),
        "root": _optional(_text),
        "certificate_ends": _optional(_time),
        "certificates": _fingerprints,
    }
    assert readers.keys() == {one.name for one in fields(Credential)}
    values: dict[str, Any] = {}
    damaged: list[str] = []
    for name, reader in readers.items():
        if name not in record:
            continue
        try:
            values[name] = reader(record[name])
        except ValueError:
            damaged.append(name)
    return Credential(**values), damaged


def _written(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()


def _optional(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else reader(value)


def _level(value: Any) -> SecurityLevel:
    if type(value) is not int:
        raise ValueError("no level")
    return SecurityLevel(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("no boolean")  # noqa: TRY004 - as all readers do
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004 - as all readers do
    return value


def _fingerprints(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("no certificates")  # noqa: TRY004 - as all readers do
    return tuple(map(_text, value[-_MOST_CERTIFICATES:]))


def _time(value: Any) -> datetime:
    when = dt_util.parse_datetime(_text(value))
    if when is None or when.tzinfo is None:
        raise ValueError("no time")
    return when


def _hash(value: Any) -> PasswordHash:
    if (found := passwords.from_dict(value)) is None:
        raise ValueError("no password")
    return found


def _passwords(value: Any) -> tuple[PasswordHash, ...]:
    if not isinstance(value, list):
        raise ValueError("no passwords")  # noqa: TRY004 - as all readers do
    found = [passwords.from_dict(one) for one in value[:_MOST_PASSWORDS]]
    readable = tuple(one for one in found if one is not None)
    if found and not readable:
        raise ValueError("no passwords")
    return readable


def _pending(value: Any) -> PendingPassword:
    record = _mapping(value)
    writes = record.get("writes", 1)
    return PendingPassword(
        hash=_hash(record.get("hash")),
        state=PasswordState(_text(record.get("state"))),
        text=_optional(_text)(record.get("text")),
        writes=writes if type(writes) is int else 1,
    )
