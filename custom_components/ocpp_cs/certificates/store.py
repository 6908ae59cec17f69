"""The certificate authority (CA) of this Home Assistant, and what it has signed.

There is one for all servers. It is kept in the private storage of Home Assistant, which
is part of its backups: without it, each charger would have to trust a new one.

A CA is replaced in steps, as chargers learn of the new one only while they still trust
the old one: `next_root` is installed on each of them; after that, our certificates are
signed by it; the old one is trusted as long as chargers have certificates of it.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, override

from cryptography.exceptions import UnsupportedAlgorithm
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..chargers.versioned_store import VersionedStore
from ..const import DOMAIN, LOGGER
from ..csms.security.authority import (
    AUTHORITY_LIFE,
    LEAF_LIFE,
    Algorithm,
    KeyAndCertificate,
    facts,
    load_authority,
    new_authority,
    new_client_certificate,
    new_leaf,
    normalized,
)
from ..csms.security.requests import sign

VERSION = 1
KEY = f"{DOMAIN}.certificates"

_RENEWED_AT = 2 / 3
"""The part of its life after which a certificate is renewed."""
_MOST_NAMES = 64
"""The most names that one server can have."""
_MOST_KEPT_NAMES = 192
"""With more, those are left out that were needed before, as addresses may change."""


class StoreProblem(StrEnum):
    """What is wrong with the stored certificates; the values are translation keys."""

    DAMAGED = "damaged"
    """They could not be read. The file was kept aside, and a new CA takes its place."""
    NEWER = "newer"
    """They were written by a later version, and are left alone."""
    UNREADABLE = "unreadable"
    """The disk or the rights of the file do not let us read them now."""
    NOT_SAVED = "not_saved"
    """The disk did not take them: after a restart they would be others."""
    ENDED = "ended"
    """The CA has run out, by the clock of this machine, which may be wrong."""


class CertificatesUnavailableError(HomeAssistantError):
    """There is a CA, which cannot be read."""

    def __init__(self, problem: StoreProblem) -> None:
        """Initialize with the problem."""
        super().__init__(f"The certificates cannot be read: {problem}")
        self.problem = problem


@dataclass(frozen=True, kw_only=True, slots=True)
class _Authority:
    """A CA, with what is not in its certificate."""

    pair: KeyAndCertificate
    made: datetime
    last_client_ends: datetime | None = None
    """The latest end of a client certificate that it signed."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "key": self.pair.key,
            "certificate": self.pair.chain,
            "made": self.made.isoformat(),
            "last_client_ends": self.last_client_ends
            and self.last_client_ends.isoformat(),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Leaves:
    """The certificates of the servers: one of each kind of key, for the same names."""

    pairs: tuple[KeyAndCertificate, ...]
    names: tuple[str, ...]
    made: datetime
    issuer: str
    """The fingerprint of the CA that signed them."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "pairs": [{"key": one.key, "chain": one.chain} for one in self.pairs],
            "names": list(self.names),
            "made": self.made.isoformat(),
            "issuer": self.issuer,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """All that is stored."""

    current: _Authority | None = None
    next: _Authority | None = None
    former: tuple[_Authority, ...] = ()
    leaves: _Leaves | None = None
    uploaded: dict[str, KeyAndCertificate] = field(default_factory=dict)
    """What users uploaded, by the id of the config entry."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "current": self.current and self.current.as_dict(),
            "next": self.next and self.next.as_dict(),
            "former": [one.as_dict() for one in self.former],
            "leaves": self.leaves and self.leaves.as_dict(),
            "uploaded": {
                entry_id: {"key": pair.key, "chain": pair.chain}
                for entry_id, pair in self.uploaded.items()
            },
        }


class _Store(VersionedStore):
    """A store that tells whether the disk took what was saved.

    Home Assistant's own logs it, and goes on.
    """

    failed = False

    @override
    async def _async_write_data(self, data: dict[str, Any]) -> None:
        self.failed = True
        await super()._async_write_data(data)
        self.failed = False


class Certificates:
    """The CA and the certificates of this Home Assistant; see `async_certificates`."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without any."""
        self._hass = hass
        self._store = _Store(hass, VERSION, KEY)
        self._kept = _Kept()
        self._lock = asyncio.Lock()
        self._loaded = False
        self._watchers: list[Callable[[], None]] = []
        self.problem: StoreProblem | None = None
        """What is wrong with the store, if anything is."""

    async def async_load(self) -> None:
        """Read the store, the first time. Whatever is wrong with it is in `problem`."""
        async with self._lock:
            if not self._loaded:
                await self._load()
                self._loaded = True

    async def _load(self) -> None:
        path = Path(self._store.path)
        existed = await self._hass.async_add_executor_job(path.exists)
        try:
            data = await self._store.async_load()
        except (HomeAssistantError, OSError) as err:
            LOGGER.error("%s cannot be read: %s", path, err)
            self._store.make_read_only()
            self.problem = StoreProblem.UNREADABLE
            return
        if self._store.newer is not None:
            LOGGER.error("%s is of a later version, and is left alone", path)
            self.problem = StoreProblem.NEWER
        elif data is None:
            # It was kept aside.
            if existed:
                self.problem = StoreProblem.DAMAGED
        else:
            self._kept, damaged = await self._hass.async_add_executor_job(_read, data)
            if damaged:
                await self._keep_aside()
                if self._kept.current is not None:
                    # Everything else is made again.
                    self.problem = None

    # What there is.

    @property
    def root(self) -> str | None:
        """The CA that chargers have to trust now, in PEM; None before there is one."""
        current = self._kept.current
        return None if current is None else current.pair.chain

    @property
    def next_root(self) -> str | None:
        """The CA that replaces it, while chargers are told of it; in PEM."""
        following = self._kept.next
        return None if following is None else following.pair.chain

    @property
    def roots(self) -> tuple[str, ...]:
        """All CAs whose client certificates are accepted, in PEM."""
        kept = self._kept
        return tuple(
            one.pair.chain
            for one in (kept.current, kept.next, *kept.former)
            if one is not None
        )

    @property
    def has_ended(self) -> bool:
        """Whether the CA has run out, by the clock of this machine.

        It is not replaced by itself then: chargers would have to trust another, and a
        clock without a battery may be decades ahead until it is set.
        """
        current = self._kept.current
        return current is not None and _has_ended(current)

    @property
    def issuers(self) -> frozenset[str]:
        """The names of these CAs, as in what they sign (RFC 4514)."""
        return frozenset(facts(root).subject for root in self.roots)

    @callback
    def watch(self, watcher: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `watcher` when something has changed.

        Args:
            watcher: Asks for the certificates again, and builds its contexts from them.
                It also has to ask now and then, so that they are renewed in time.

        Returns:
            A function that ends it.
        """
        self._watchers.append(watcher)

        @callback
        def end() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return end

    # The certificates of servers.

    async def async_pairs(self, names: Iterable[str]) -> tuple[KeyAndCertificate, ...]:
        """Return the certificates of a server: EC and RSA.

        They are made, and made again when a name is added, after two thirds of their
        life, and when another CA signs them.

        Args:
            names: The names and addresses that chargers may use.

        Raises:
            CertificatesUnavailableError: There is a CA, which cannot be read.
            ValueError: No name is valid.
        """
        wanted = tuple(dict.fromkeys(filter(None, map(normalized, names))))
        wanted = wanted[:_MOST_NAMES]
        async with self._lock:
            authority = await self._authority()
            leaves = self._kept.leaves
            issuer = facts(authority.pair.chain).fingerprint
            now = dt_util.utcnow()
            if _has_ended(authority):
                # This time tells nothing: it is as if no time had passed.
                now = authority.made if leaves is None else leaves.made
            if (
                leaves is not None
                and leaves.issuer == issuer
                and not _is_due(leaves.made, LEAF_LIFE, now)
            ):
                if set(wanted) <= set(leaves.names):
                    return leaves.pairs
                # Other servers may need the names that it has.
                if len(leaves.names) <= _MOST_KEPT_NAMES:
                    wanted = tuple(dict.fromkeys((*wanted, *leaves.names)))
            pairs = await self._hass.async_add_executor_job(
                _new_leaves, authority.pair, wanted, now
            )
            self._kept = replace(
                self._kept,
                leaves=_Leaves(pairs=pairs, names=wanted, made=now, issuer=issuer),
            )
            await self._save()
        self._tell()
        return pairs

    # The certificates of chargers.

    async def async_sign(self, csr: str, common_names: Iterable[str]) -> str:
        """Return the certificate for a charger's request, in PEM.

        Args:
            csr: The request.
            common_names: The names that it may be for: its id and its serial number.

        Raises:
            RequestError: The request must not be signed.
            CertificatesUnavailableError: There is a CA, which cannot be read.
        """
        names = tuple(common_names)
        async with self._lock:
            authority = await self._signing_authority()
            chain = await self._hass.async_add_executor_job(
                lambda: sign(
                    authority.pair, csr, common_names=names, now=dt_util.utcnow()
                )
            )
            await self._note_signed(authority, chain)
        return chain

    async def async_client_pair(self, common_name: str) -> KeyAndCertificate:
        """Return a key and a certificate for a charger that makes no key itself.

        Args:
            common_name: Its id.

        Raises:
            CertificatesUnavailableError: There is a CA, which cannot be read.
            ValueError: The name is empty.
        """
        async with self._lock:
            authority = await self._signing_authority()
            pair = await self._hass.async_add_executor_job(
                lambda: new_client_certificate(
                    authority.pair, common_name, now=dt_util.utcnow()
                )
            )
            await self._note_signed(authority, pair.chain)
        return pair

    # What users uploaded.

    def uploaded(self, entry_id: str) -> KeyAndCertificate | None:
        """Return the key and the certificate that were uploaded for a server."""
        return self._kept.uploaded.get(entry_id)

    async def async_keep_uploaded(self, entry_id: str, pair: KeyAndCertificate) -> None:
        """Keep the key and the certificate that were uploaded for a server.

        Raises:
            CertificatesUnavailableError: The store cannot be read.
        """
        self._check_usable()
        async with self._lock:
            uploaded = {**self._kept.uploaded, entry_id: pair}
            self._kept = replace(self._kept, uploaded=uploaded)
            await self._save()
        self._tell()

    async def async_forget_uploaded(self, entry_id: str) -> None:
        """Delete what was uploaded for a server, if anything was."""
        async with self._lock:
            if entry_id not in self._kept.uploaded:
                return
            uploaded = dict(self._kept.uploaded)
            del uploaded[entry_id]
            self._kept = replace(self._kept, uploaded=uploaded)
            await self._save()

    # Replacing the CA.

    @property
    def renewal_is_due(self) -> bool:
        """Whether two thirds of the CA's life are over, and there is no next one.

        Not after its end: see `has_ended`.
        """
        current = self._kept.current
        return (
            current is not None
            and self._kept.next is None
            and not _has_ended(current)
            and _is_due(current.made, AUTHORITY_LIFE, dt_util.utcnow())
        )

    async def async_begin_renewal(self) -> None:
        """Make the next CA, unless there is one; chargers have to be told of it.

        Raises:
            CertificatesUnavailableError: There is a CA, which cannot be read.
        """
        async with self._lock:
            await self._authority()
            if self._kept.next is not None:
                return
            self._kept = replace(self._kept, next=await self._new_authority())
            await self._save()
        self._tell()

    async def async_finish_renewal(self) -> None:
        """Sign with the next CA from now on.

        The old one stays trusted as long as chargers have certificates of it.
        """
        async with self._lock:
            kept = self._kept
            if kept.next is None:
                return
            former = kept.former
            if kept.current is not None and kept.current.last_client_ends is not None:
                # Its key has nothing to do any more.
                pair = replace(kept.current.pair, key="")
                former = (*former, replace(kept.current, pair=pair))
            self._kept = replace(kept, current=kept.next, next=None, former=former)
            await self._save()
        self._tell()

    @property
    def former_roots(self) -> tuple[str, ...]:
        """The CAs before, of which chargers may still have certificates; in PEM."""
        return tuple(one.pair.chain for one in self._kept.former)

    async def async_drop_former(self, *, all_renewed: bool) -> None:
        """Trust former CAs no longer, once no charger has a valid certificate of them.

        Args:
            all_renewed: Whether all chargers have certificates of the present one. If
                not, only those are dropped whose certificates have run out.
        """
        async with self._lock:
            now = dt_util.utcnow()
            former = tuple(
                one
                for one in self._kept.former
                if not all_renewed
                and one.last_client_ends is not None
                and (self.has_ended or one.last_client_ends > now)
            )
            if former == self._kept.former:
                return
            self._kept = replace(self._kept, former=former)
            await self._save()
        self._tell()

    # Within.

    def _check_usable(self) -> None:
        if self.problem in (StoreProblem.NEWER, StoreProblem.UNREADABLE):
            raise CertificatesUnavailableError(self.problem)

    async def _authority(self) -> _Authority:
        """Return the CA, which is made if there is none."""
        self._check_usable()
        kept = self._kept
        if kept.current is not None:
            return kept.current
        current = kept.next or await self._new_authority()
        self._kept = replace(kept, current=current, next=None)
        # Before anybody is told of it.
        await self._save()
        self._tell()
        return current

    async def _signing_authority(self) -> _Authority:
        """Return the CA if what it signs now is valid, too."""
        authority = await self._authority()
        if _has_ended(authority):
            raise CertificatesUnavailableError(StoreProblem.ENDED)
        return authority

    async def _new_authority(self) -> _Authority:
        now = dt_util.utcnow()
        pair = await self._hass.async_add_executor_job(
            lambda: new_authority(self._hass.config.location_name, now=now)
        )
        return _Authority(pair=pair, made=now)

    async def _note_signed(self, authority: _Authority, chain: str) -> None:
        """Remember until when the CA has to be trusted for client certificates."""
        ends = facts(chain).not_after
        if (last := authority.last_client_ends) is not None and last >= ends:
            return
        self._kept = replace(
            self._kept, current=replace(authority, last_client_ends=ends)
        )
        await self._save()

    async def _save(self) -> None:
        await self._store.async_save(self._kept.as_dict())
        if self._store.failed and self.problem is None:
            self.problem = StoreProblem.NOT_SAVED
        elif not self._store.failed and self.problem is StoreProblem.NOT_SAVED:
            self.problem = None

    async def _keep_aside(self) -> None:
        self.problem = StoreProblem.DAMAGED
        try:
            await self._store.async_set_aside("not all of it can be read")
        except OSError:
            # Then it must not be overwritten.
            self.problem = StoreProblem.UNREADABLE

    @callback
    def _tell(self) -> None:
        for watcher in list(self._watchers):
            watcher()


CERTIFICATES: HassKey[Certificates] = HassKey(f"{DOMAIN}_certificates")


async def async_certificates(hass: HomeAssistant) -> Certificates:
    """Return the CA and the certificates of this Home Assistant."""
    if (certificates := hass.data.get(CERTIFICATES)) is None:
        certificates = hass.data[CERTIFICATES] = Certificates(hass)
    await certificates.async_load()
    return certificates


def _is_due(made: datetime, life: timedelta, now: datetime) -> bool:
    return now >= made + life * _RENEWED_AT


def _has_ended(authority: _Authority) -> bool:
    return facts(authority.pair.chain).not_after <= dt_util.utcnow()


def _new_leaves(
    authority: KeyAndCertificate, names: tuple[str, ...], now: datetime
) -> tuple[KeyAndCertificate, ...]:
    return tuple(
        new_leaf(authority, names, now=now, algorithm=algorithm)
        for algorithm in Algorithm
    )


def _read(data: Any) -> tuple[_Kept, bool]:
    """Return what is stored, as far as it can be read; True if a part cannot."""
    damaged = False

    def part[T](read: Callable[[Any], T], *keys: Any) -> T | None:
        nonlocal damaged
        try:
            value = data
            for key in keys:
                value = value[key]
            return None if value is None else read(value)
        except AttributeError, LookupError, TypeError, ValueError, UnsupportedAlgorithm:
            damaged = True
            return None

    former = [
        part(_former_from, "former", at) for at in range(part(len, "former") or 0)
    ]
    uploaded = {
        str(entry_id): part(_pair_from, "uploaded", entry_id)
        for entry_id in part(tuple, "uploaded") or ()
    }
    kept = _Kept(
        current=part(_authority_from, "current"),
        next=part(_authority_from, "next"),
        former=tuple(one for one in former if one is not None),
        leaves=part(_leaves_from, "leaves"),
        uploaded={key: pair for key, pair in uploaded.items() if pair is not None},
    )
    return kept, damaged


def _authority_from(data: Any) -> _Authority:
    authority = _former_from(data)
    load_authority(authority.pair)
    return authority


def _former_from(data: Any) -> _Authority:
    pair = KeyAndCertificate(key=str(data["key"]), chain=str(data["certificate"]))
    facts(pair.chain)
    last = data["last_client_ends"]
    return _Authority(
        pair=pair,
        made=_time_from(data["made"]),
        last_client_ends=None if last is None else _time_from(last),
    )


def _leaves_from(data: Any) -> _Leaves:
    return _Leaves(
        pairs=tuple(map(_pair_from, data["pairs"])),
        names=tuple(map(str, data["names"])),
        made=_time_from(data["made"]),
        issuer=str(data["issuer"]),
    )


def _pair_from(data: Any) -> KeyAndCertificate:
    pair = KeyAndCertificate(key=str(data["key"]), chain=str(data["chain"]))
    facts(pair.chain)
    return pair


def _time_from(text: Any) -> datetime:
    if (time := dt_util.parse_datetime(text)) is None or time.tzinfo is None:
        raise ValueError("No time")
    return time
