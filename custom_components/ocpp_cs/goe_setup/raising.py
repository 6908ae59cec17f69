"""Raises the security level of a go-eCharger over its HTTP API, and lowers it again.

The settings before are on disk before the first change. A charger that does not connect
at its new level gets them back; so does one whose raise was interrupted, when Home
Assistant starts again, unless it has arrived meanwhile.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self, override

from homeassistant.const import CONF_HOST, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from ..certificates.ca_renewal import CaRenewal
from ..certificates.credentials import Credential
from ..certificates.encryption import Encryption
from ..certificates.store import (
    CERTIFICATES,
    CertificatesUnavailableError,
    async_certificates,
)
from ..chargers.charger import Charger
from ..chargers.component import Component
from ..const import CONF_BACKUP, CONF_SERIAL, DOMAIN, LOGGER
from ..csms.model.security import SecurityLevel
from ..csms.security.authority import facts
from ..goe.address import host_of
from ..goe.apply import Progress, Step, apply, reconnect
from ..goe.client import GoEClient
from ..goe.errors import GoEError, OtherChargerError, SetUpFailedError
from ..goe.model import GoEState
from ..goe.plan import (
    Encryption as Wanted,
    Plan,
    plan_certificates,
    plan_repair,
    plan_tls,
)
from ..goe.restore import Backup, Restored, restore
from ..goe.settings import TLS
from ..security.levels import Levels
from ..security.raising import (
    RaiseFailedError,
    RaiseHindrance,
    Raiser,
    RaiseStep,
    is_here,
)
from . import client as goe_client
from .coordinator import GoELink, GoELinks
from .rollback import RETRIES, async_rollback
from .setup import NotHereError, backup_of
from .store import async_load_kept
from .texts import Texts, own_words

if TYPE_CHECKING:
    from ..hub import Hub, OcppConfigEntry

UNDER_WAY = "under_way"
"""The charger is being set up, raised or lowered already."""
NO_PASSWORD = "no_password"
"""A go-eCharger has no setting for a password."""
NO_TLS = "no_tls"
"""Its firmware has no settings for encryption."""
NO_ROUTE = "no_route"
"""There is no address of this server for the charger."""
NO_CERTIFICATE = "no_certificate"
"""The certificates of Home Assistant cannot be read."""
FAILED = "goe_failed"

_RENEWED_BEFORE = timedelta(days=60)
"""How long before its end a certificate of a charger is renewed."""
_AGAIN = timedelta(hours=1)
"""The time between two attempts."""
_PAUSES = (*RETRIES, *RETRIES[-1:] * 4, _AGAIN)
"""The delays between attempts to settle; each may write to the charger's flash."""

_STEPS = {
    Step.CONNECTING: "goe_writing",
    Step.WAITING: "goe_waiting",
    Step.UNDOING: "goe_undoing",
}


class Work(StrEnum):
    """What is done to a charger."""

    RAISE = "raise"
    """It is undone if it is interrupted."""
    LOWER = "lower"
    """It is finished if it is interrupted: the lower level is accepted already."""
    INSTALL = "install"
    """Certificates are replaced: again if it does not connect after an interruption."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RaiseRecord:
    """A change of the level or of the certificates that is not finished."""

    work: Work = Work.RAISE
    entry_id: str
    subentry_id: str
    target: SecurityLevel
    before: SecurityLevel
    """The accepted level before."""
    backup: Backup

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON types."""
        return {
            "work": self.work.value,
            "entry_id": self.entry_id,
            "subentry_id": self.subentry_id,
            "target": int(self.target),
            "before": int(self.before),
            "backup": self.backup.as_dict(),
        }

    @classmethod
    def from_dict(cls, data: Any) -> Self | None:
        """Return the record from the result of `as_dict`; None if it is invalid."""
        try:
            backup = Backup.from_dict(data["backup"])
            if backup is None:
                return None
            return cls(
                work=Work(data.get("work", Work.RAISE)),
                entry_id=str(data["entry_id"]),
                subentry_id=str(data["subentry_id"]),
                target=SecurityLevel(data["target"]),
                before=SecurityLevel(data["before"]),
                backup=backup,
            )
        except AttributeError, KeyError, TypeError, ValueError:
            return None


class RaiseRecords:
    """The records of unfinished changes, by subentry."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without records; see `async_raise_records`."""
        self._hass = hass
        self._store = Store[dict[str, dict[str, Any]]](
            hass, 1, f"{DOMAIN}.goe_raises", private=True, atomic_writes=True
        )
        self._records: dict[str, RaiseRecord] = {}

    async def async_load(self) -> None:
        """Load the records."""
        self._records = await async_load_kept(
            self._hass, self._store, RaiseRecord.from_dict
        )

    def get(self, charger: Charger) -> RaiseRecord | None:
        """Return the record of a charger."""
        return self._records.get(charger.subentry_id)

    async def async_begin(self, record: RaiseRecord) -> None:
        """Store a record before any change; return once it is on disk."""
        self._records[record.subentry_id] = record
        await self._async_save()

    async def async_end(self, charger: Charger) -> None:
        """Remove a record: the raise is finished, or undone."""
        if self._records.pop(charger.subentry_id, None) is not None:
            await self._async_save()

    async def _async_save(self) -> None:
        await self._store.async_save(
            {key: record.as_dict() for key, record in self._records.items()}
        )


@singleton(HassKey[RaiseRecords](f"{DOMAIN}_goe_raises"), async_=True)
async def async_raise_records(hass: HomeAssistant) -> RaiseRecords:
    """Return the single instance, loaded."""
    records = RaiseRecords(hass)
    await records.async_load()
    return records


async def async_wanted(
    hass: HomeAssistant, entry: OcppConfigEntry, charger: Charger, level: SecurityLevel
) -> Wanted:
    """Return the certificates that a charger needs for a level.

    Raises CertificatesUnavailableError.
    """
    wanted = Wanted(root=entry.runtime_data.part(Encryption).root)
    if level is not SecurityLevel.CERTIFICATE:
        return wanted
    certificates = await async_certificates(hass)
    pair = await certificates.async_client_pair(charger.charge_point.id)
    return replace(wanted, certificate=pair.chain, key=pair.key)


class GoERaiser(Raiser):
    """Raises and lowers one charger over HTTP."""

    def __init__(
        self, hass: HomeAssistant, entry: OcppConfigEntry, charger: Charger
    ) -> None:
        """Initialize for a charger of a server that runs."""
        self._hass = hass
        self._entry = entry
        self._charger = charger
        self._task: asyncio.Task[Any] | None = None
        self._unlisten: Callable[[], None] | None = None

    @property
    def _hub(self) -> Hub:
        return self._entry.runtime_data

    @property
    def _link(self) -> GoELink | None:
        return self._hub.part(GoELinks).of(self._charger)

    @property
    def _serial(self) -> str:
        charger = self._charger
        return str(charger.subentry.data.get(CONF_SERIAL, charger.charge_point.id))

    @property
    def _levels(self) -> Levels:
        return self._hub.part(Levels)

    @property
    def _accepted(self) -> SecurityLevel:
        return self._levels.credentials.get(self._charger.charge_point.id).level

    # What is in the way.

    @override
    async def hindrances(self, target: SecurityLevel) -> tuple[str, ...]:
        if target is SecurityLevel.PASSWORD:
            return (NO_PASSWORD,)
        charge_point = self._charger.charge_point
        found: list[str] = []
        if not charge_point.connected:
            found.append(RaiseHindrance.NOT_CONNECTED)
        elif not charge_point.acquaintance.is_known:
            found.append(RaiseHindrance.NOT_KNOWN)
        if self._session_runs:
            found.append(RaiseHindrance.SESSION)
        records = await async_raise_records(self._hass)
        rollback = await async_rollback(self._hass)
        if records.get(self._charger) or rollback.records.is_under_way(self._serial):
            found.append(UNDER_WAY)
        encryption = self._hub.part(Encryption)
        if not encryption.is_on:
            return (*found, RaiseHindrance.ENCRYPTION_OFF)
        if not encryption.is_working:
            return (*found, RaiseHindrance.ENCRYPTION_FAILS)
        if encryption.ends is not None and encryption.ends <= dt_util.utcnow():
            found.append(RaiseHindrance.CERTIFICATE_EXPIRED)
        try:
            plan = await self._plan(target)
        except GoEError as err:
            found.append(str(err.key))
        else:
            if plan is None:
                found.append(NO_ROUTE)
            elif TLS & set(plan.unreadable) or not plan.suitability.usable:
                found.append(NO_TLS)
            elif not encryption.covers(host_of(plan.url)):
                found.append(RaiseHindrance.NAME_MISSING)
        return tuple(found)

    @property
    def _session_runs(self) -> bool:
        return any(
            connector.transaction is not None
            for connector in self._charger.charge_point.connectors.values()
        )

    async def notes(self, target: SecurityLevel) -> tuple[str, ...]:
        """Return what the owner has to know before; keys of `goe_raise_note`."""
        found = ["key_in_the_open"] if target is SecurityLevel.CERTIFICATE else []
        try:
            plan = await self._plan(target)
        except GoEError:
            return tuple(found)
        ours = self._our_keys
        if plan is not None and set(plan.overwritten) - ours:
            found.append("overwritten")
        return tuple(found)

    @property
    def _our_keys(self) -> set[str]:
        """The certificates and keys on the charger that are ours."""
        backup = backup_of(self._charger.subentry.data)
        if backup is None:
            return set()
        return {key for key in TLS if backup.ours.get(key) is True}

    async def _plan(self, target: SecurityLevel) -> Plan | None:
        """Return the changes, with placeholders for certificates not made yet."""
        link = self._reachable()
        state = await self._state(link.client)
        if (url := await link.async_own_url(tls=True)) is None:
            return None
        own = target is SecurityLevel.CERTIFICATE
        wanted = Wanted(
            root=self._hub.part(Encryption).root,
            certificate="-" if own else None,
            key="-" if own else None,
        )
        return plan_tls(state, url, wanted)

    def _reachable(self) -> GoELink:
        if (link := self._link) is None:
            raise GoEError("no address")
        return link

    async def _state(self, client: GoEClient) -> GoEState:
        state = await client.state()
        if state.identity.serial != self._serial:
            raise OtherChargerError(client.host, state.identity.serial)
        return state

    # Raising.

    @override
    async def run(self, target: SecurityLevel, on_step: Callable[[str], None]) -> None:
        on_step(RaiseStep.CHECKING)
        if found := await self.hindrances(target):
            raise RaiseFailedError(found[0])
        records = (await async_rollback(self._hass)).records
        if not records.async_claim(self._serial):
            raise RaiseFailedError(UNDER_WAY)
        self._task = asyncio.current_task()
        self._unlisten = self._hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_STOP, self._async_stopping
        )
        try:
            await self._raise(target, on_step)
        except GoEError as err:
            raise await self.failed(err) from err
        except CertificatesUnavailableError as err:
            raise RaiseFailedError(NO_CERTIFICATE) from err
        except asyncio.CancelledError:
            # `apply` has undone its changes, or tried to.
            self._hub.part(GoERaises).async_undo_soon(self._charger)
            raise
        finally:
            self._task = None
            if self._unlisten is not None:
                self._unlisten()
                self._unlisten = None
            records.async_release(self._serial)

    async def _async_stopping(self, _event: Event) -> None:
        """Undo the raise while the network is still available."""
        self._unlisten = None
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _raise(
        self, target: SecurityLevel, on_step: Callable[[str], None]
    ) -> None:
        link = self._reachable()
        state = await self._state(link.client)
        url = await link.async_own_url(tls=True)
        assert url is not None
        wanted = await async_wanted(self._hass, self._entry, self._charger, target)
        plan = plan_tls(state, url, wanted)
        records = await async_raise_records(self._hass)
        before = self._accepted

        async def keep(backup: Backup) -> None:
            await records.async_begin(
                RaiseRecord(
                    entry_id=self._entry.entry_id,
                    subentry_id=self._charger.subentry_id,
                    target=target,
                    before=before,
                    backup=backup,
                )
            )
            await self._issue(wanted)
            # Before it connects: it must not be given them once more.
            await self.async_note_certificates(wanted)
            await self._note(target)

        try:
            backup = await apply(
                link.client,
                plan,
                poll=goe_client.TIMING.poll,
                wait=goe_client.TIMING.raise_wait,
                on_progress=lambda progress: _tell(progress, on_step),
                keep=keep,
                check=lambda: self._arrival(target, url),
            )
        except SetUpFailedError as err:
            if not err.left:
                await self.async_undone()
            else:
                self._hub.part(GoERaises).async_undo_soon(self._charger)
            raise
        await self.async_finish(backup)

    async def _issue(self, wanted: Wanted) -> None:
        """Accept the certificate that the charger is given, beside the one it shows."""
        if wanted.certificate is None:
            return
        charge_point, credentials = self._charger.charge_point, self._levels.credentials
        tls = charge_point.security.tls
        if tls is not None and tls.certificate is not None:
            shown = tls.certificate.fingerprint
            if shown in credentials.get(charge_point.id).certificates:
                # Only the last ones count, and all attempts may fail.
                credentials.async_issued(charge_point.id, shown)
        await credentials.async_issued(
            charge_point.id, facts(wanted.certificate).fingerprint
        )

    async def async_note_certificates(self, wanted: Wanted) -> None:
        """Store which of our certificates the charger has."""
        changed: dict[str, Any] = {}
        # A root from the files of the user may be anything.
        with suppress(ValueError):
            if wanted.root is not None:
                changed["root"] = facts(wanted.root).fingerprint
            if wanted.certificate is not None:
                changed["certificate_ends"] = facts(wanted.certificate).not_after
        await self._levels.credentials.async_change(
            self._charger.charge_point.id, **changed
        )

    async def _forget_certificates(self, level: SecurityLevel) -> None:
        """Store that the charger has no certificates above a level."""
        changed: dict[str, Any] = {}
        if level < SecurityLevel.CERTIFICATE:
            changed["certificate_ends"] = None
        if level < SecurityLevel.TLS:
            changed["root"] = None
        await self._levels.credentials.async_change(
            self._charger.charge_point.id, **changed
        )

    async def _note(self, target: SecurityLevel | None) -> None:
        """Store that the charger may stay away from now on, or no longer."""
        await self._levels.credentials.async_change(
            self._charger.charge_point.id,
            raising_to=target,
            raising_since=None if target is None else dt_util.utcnow(),
        )
        if target is SecurityLevel.CERTIFICATE:
            # The charger may come at once.
            await self._hub.part(Encryption).async_applied()

    async def _arrival(self, target: SecurityLevel, url: str) -> None:
        if not await self.async_arrived(target, url, goe_client.TIMING.arrival):
            raise NotHereError(url)

    async def async_arrived(
        self,
        target: SecurityLevel,
        url: str,
        wait: float,
        *,
        after: int | None = None,
    ) -> bool:
        """Return whether the charger itself is here at a level.

        Args:
            target: The level.
            url: The URL that it was given. If that has its secret, the charger has to
                bring it, or another proof.
            wait: Seconds to wait.
            after: The number of its connections that are too old to count.
        """
        charge_point = self._charger.charge_point
        proof = charge_point.knows_secret(URL(url).parts)
        here = asyncio.Event()

        def changed() -> None:
            if (
                charge_point.ready
                and is_here(charge_point, target, proof=proof)
                and charge_point.connections != after
            ):
                here.set()

        unwatch = charge_point.watch(
            ("connected", "ready", "known", "security"), changed
        )
        changed()
        try:
            async with asyncio.timeout(wait):
                await here.wait()
        except TimeoutError:
            return False
        finally:
            unwatch()
        return True

    async def async_finish(self, backup: Backup) -> None:
        """Keep the settings before with those of the set-up, and end the raise."""
        before = backup_of(self._charger.subentry.data)
        whole = backup if before is None else before.followed_by(backup)
        self._store(whole)
        await (await async_raise_records(self._hass)).async_end(self._charger)

    def _store(self, backup: Backup) -> None:
        subentry = self._charger.subentry
        self._hass.config_entries.async_update_subentry(
            self._entry,
            self._entry.subentries[subentry.subentry_id],
            data={**subentry.data, CONF_BACKUP: backup.as_dict()},
        )

    async def async_undone(self) -> None:
        """Accept the level before again: the charger is as it was."""
        records = await async_raise_records(self._hass)
        record = records.get(self._charger)
        await self._note(None)
        if record is not None:
            await self._forget_certificates(record.before)
        if record is not None and self._accepted > record.before:
            # It was here at a level that it cannot have any more.
            await self._levels.async_lower(self._charger, record.before)
        await records.async_end(self._charger)

    async def async_put_back(self, record: RaiseRecord) -> Restored:
        """Restore the settings before an interrupted raise. Raises GoEError."""
        client = self._reachable().client
        await self._state(client)
        restored = await restore(client, record.backup)
        if record.backup.ours.get("ocppe") is False:
            # It connects without the certificate that it was given.
            timing = goe_client.TIMING
            await reconnect(client, poll=timing.poll, wait=timing.wait)
        return restored

    async def failed(self, err: GoEError) -> RaiseFailedError:
        """Return the failure with its reason in words."""
        texts = await Texts.async_load(self._hass)
        return RaiseFailedError(
            FAILED, {"reason": texts.failure(err), "words": own_words(err)}
        )

    # Lowering.

    async def lower(
        self, target: SecurityLevel, on_step: Callable[[str], None]
    ) -> None:
        """Lower the level of the charger, here and there, as its owner wants it.

        A certificate of somebody else that was replaced cannot be put back; ours stays.

        Args:
            target: The new level: `NONE`, or `TLS` without a certificate of its own.
            on_step: Called with each step; a key of the progress, without `raise_`.

        Raises:
            RaiseFailedError: It failed, and the charger is as it was.
        """
        records = (await async_rollback(self._hass)).records
        if not records.async_claim(self._serial):
            raise RaiseFailedError(UNDER_WAY)
        credentials = self._levels.credentials
        charge_point_id = self._charger.charge_point.id
        try:
            known = (await async_raise_records(self._hass)).get(self._charger)
            if known is not None and known.work is Work.RAISE:
                raise RaiseFailedError(UNDER_WAY)
            before = credentials.get(charge_point_id)
            # First here: it must not be refused when it comes.
            await self._levels.async_lower(self._charger, target)
            lowered = credentials.get(charge_point_id)
            try:
                await self._lower(target, on_step)
            except GoEError as err:
                if not isinstance(err, SetUpFailedError) or not err.left:
                    await credentials.async_change(
                        charge_point_id, **_differing(before, lowered)
                    )
                raise await self.failed(err) from err
        finally:
            records.async_release(self._serial)

    async def _lower(
        self, target: SecurityLevel, on_step: Callable[[str], None]
    ) -> None:
        link = self._reachable()
        client = link.client
        on_step(RaiseStep.CHECKING)
        state = await self._state(client)
        backup = backup_of(self._charger.subentry.data)
        keys = TLS
        if target is SecurityLevel.TLS:
            keys = TLS & {"ocppcc", "ocppck"}
            later = None
        else:
            url = await link.async_own_url(tls=False)
            if url is None:
                raise GoEError("no way to this server")
            later = await apply(
                client,
                plan_repair(state, url),
                poll=goe_client.TIMING.poll,
                wait=goe_client.TIMING.wait,
                on_progress=lambda progress: _tell(progress, on_step),
                check=lambda: self._arrival(SecurityLevel.NONE, url),
            )
        if backup is None:
            return
        if later is not None:
            backup = backup.followed_by(later)
            self._store(backup)
        back = backup.only(keys)
        record = RaiseRecord(
            work=Work.LOWER,
            entry_id=self._entry.entry_id,
            subentry_id=self._charger.subentry_id,
            target=target,
            before=target,
            backup=back.with_switch() if target is SecurityLevel.TLS else back,
        )
        records = await async_raise_records(self._hass)
        await records.async_begin(record)
        try:
            await self.async_finish_lowering(record)
        except BaseException as err:
            self._hub.part(GoERaises).async_undo_soon(self._charger)
            if not isinstance(err, GoEError):
                raise
            # It is accepted as it is, and as it will be.
            LOGGER.info("%s does not answer, and is lowered later", self._charger.name)

    async def async_finish_lowering(self, record: RaiseRecord) -> None:
        """Take back what belongs to the level before. Raises GoEError."""
        restored = await self.async_put_back(record)
        backup = backup_of(self._charger.subentry.data)
        if backup is not None:
            done = (record.backup.ours.keys() & TLS) - set(restored.left)
            self._store(backup.without(*done))
        await self._forget_certificates(record.target)
        await (await async_raise_records(self._hass)).async_end(self._charger)

    # Certificates of a charger that is encrypted already.

    async def async_install(
        self, wanted: Wanted, *, otherwise: Wanted | None = None
    ) -> None:
        """Replace certificates on the charger; return when it has come back with them.

        Args:
            wanted: The certificates.
            otherwise: Those that it gets if it does not come back with the others.

        Raises:
            GoEError: It did not take them, or did not come back.
            RaiseFailedError: Now is not the time.
        """
        if self._session_runs:
            raise RaiseFailedError(RaiseHindrance.SESSION)
        records = (await async_rollback(self._hass)).records
        if not records.async_claim(self._serial):
            raise RaiseFailedError(UNDER_WAY)
        try:
            known = (await async_raise_records(self._hass)).get(self._charger)
            if known is not None and known.work is not Work.INSTALL:
                raise RaiseFailedError(UNDER_WAY)
            try:
                await self._install(wanted)
            except SetUpFailedError:
                if otherwise is not None:
                    await self._install(otherwise)
                raise
        finally:
            records.async_release(self._serial)

    async def _install(self, wanted: Wanted) -> None:
        client = self._reachable().client
        plan = plan_certificates(await self._state(client), wanted)
        await self.async_apply(plan, wanted, wait=goe_client.TIMING.raise_wait)

    async def async_apply(self, plan: Plan, wanted: Wanted, *, wait: float) -> Backup:
        """Apply a plan with certificates, for the level that is accepted.

        Whenever it is interrupted, it is settled later: see `async_settle_install`.

        Args:
            plan: The plan.
            wanted: The certificates in it.
            wait: Seconds to wait for the charger.

        Raises:
            GoEError: It did not take them, or did not come back.
        """
        records = await async_raise_records(self._hass)
        level = self._accepted

        async def keep(backup: Backup) -> None:
            await self._issue(wanted)
            if plan.restarts:
                await records.async_begin(
                    RaiseRecord(
                        work=Work.INSTALL,
                        entry_id=self._entry.entry_id,
                        subentry_id=self._charger.subentry_id,
                        target=level,
                        before=level,
                        backup=backup,
                    )
                )

        try:
            backup = await apply(
                self._reachable().client,
                plan,
                poll=goe_client.TIMING.poll,
                wait=wait,
                keep=keep,
                check=lambda: self._arrival(level, plan.url),
            )
        except BaseException:
            self._hub.part(GoERaises).async_undo_soon(self._charger)
            raise
        await records.async_end(self._charger)
        return backup

    async def async_settle_install(self, record: RaiseRecord) -> None:
        """Make a charger connect whose certificates were being replaced.

        It may have parts of both. If it does not connect with what it has, it gets new
        ones.

        Raises:
            GoEError: It does not connect yet.
            CertificatesUnavailableError: There are none.
        """
        client = self._reachable().client
        state = await self._state(client)
        records = await async_raise_records(self._hass)
        charge_point, timing = self._charger.charge_point, goe_client.TIMING
        if state.ocpp.enabled is True and self._session_runs:
            raise GoEError("a session runs")
        before = charge_point.connections
        await reconnect(client, poll=timing.poll, wait=timing.wait)
        url = record.backup.url
        if state.ocpp.url != url or await self.async_arrived(
            record.target, url, timing.raise_wait, after=before
        ):
            await records.async_end(self._charger)
            return
        encryption, written = self._hub.part(Encryption), record.backup.ours
        if not encryption.is_working:
            raise GoEError("encryption does not work")
        own = "ocppcc" in written or "ocppck" in written
        level = SecurityLevel.CERTIFICATE if own else SecurityLevel.TLS
        wanted = await async_wanted(self._hass, self._entry, self._charger, level)
        if "ocppsc" not in written:
            wanted = replace(wanted, root=None)
        await self._install(wanted)
        await self.async_note_certificates(wanted)


async def async_install_root(
    hass: HomeAssistant, entry: OcppConfigEntry, charger: Charger, pem: str
) -> None:
    """Make a charger trust another root certificate, beside the one that is in use.

    Args:
        hass: Home Assistant.
        entry: The config entry of the server.
        charger: The charger. It need not be connected, as it may not trust us now.
        pem: The other root certificate.

    Raises:
        RaiseFailedError: The charger did not take it, or did not come back. It trusts
            the present one again, if it could be told.
    """
    raiser = GoERaiser(hass, entry, charger)
    present = entry.runtime_data.part(Encryption).root
    both = "".join(f"{one.strip()}\n" for one in dict.fromkeys((pem, present)) if one)
    try:
        await raiser.async_install(
            Wanted(root=both),
            otherwise=None if present is None else Wanted(root=present),
        )
    except GoEError as err:
        raise await raiser.failed(err) from err


async def async_install_certificate(
    hass: HomeAssistant, entry: OcppConfigEntry, charger: Charger
) -> None:
    """Give a charger a new certificate of its own, before the present one ends.

    Raises:
        RaiseFailedError: The charger did not take it, or did not come back.
    """
    raiser = GoERaiser(hass, entry, charger)
    try:
        wanted = await async_wanted(hass, entry, charger, SecurityLevel.CERTIFICATE)
        own = replace(wanted, root=None)
        await raiser.async_install(own)
        await raiser.async_note_certificates(own)
    except CertificatesUnavailableError as err:
        raise RaiseFailedError(NO_CERTIFICATE) from err
    except GoEError as err:
        raise await raiser.failed(err) from err


def _differing(before: Credential, after: Credential) -> dict[str, Any]:
    """Return the fields of a credential that have changed, as they were before."""
    return {
        name: value
        for name in (one.name for one in fields(Credential))
        if (value := getattr(before, name)) != getattr(after, name)
    }


def _tell(progress: Progress, on_step: Callable[[str], None]) -> None:
    if (step := _STEPS.get(progress.step)) is not None:
        on_step(step)


class GoERaises(Component):
    """Settles the raises that were interrupted, and renews what chargers were given."""

    def __init__(
        self, hass: HomeAssistant, entry: OcppConfigEntry, renewal: CaRenewal
    ) -> None:
        """Initialize without chargers; `renewal` replaces the root certificate."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._renewal = renewal
        self._tried: dict[Charger, datetime] = {}
        """When each charger was last given a new certificate."""
        self._tasks: dict[Charger, asyncio.Task[None]] = {}
        self._stopped = False

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Look whether a raise of a charger was interrupted."""
        if CONF_HOST not in charger.subentry.data:
            return
        self._subscriptions.add(
            charger,
            self._renewal.set_installer(
                charger.subentry_id,
                lambda pem: async_install_root(self._hass, self._entry, charger, pem),
            ),
        )
        self.async_undo_soon(charger)

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Renew the certificates of chargers in time: they cannot ask for it."""
        now = dt_util.utcnow()
        for charger in self._subscriptions:
            last = self._tried.get(charger)
            if (last is None or now - last >= _AGAIN) and self._is_due(charger, now):
                self._tried[charger] = now
                self._entry.async_create_background_task(
                    self._hass, self._renew(charger), f"{DOMAIN} renew a certificate"
                )

    def _is_due(self, charger: Charger, now: datetime) -> bool:
        """Return whether a charger that is idle needs another certificate."""
        charge_point = charger.charge_point
        tls = charge_point.security.tls
        encryption = self._entry.runtime_data.part(Encryption)
        if (
            not charge_point.connected
            or not charge_point.ready
            or tls is None
            or tls.certificate is None
            or not encryption.is_on
        ):
            return False
        shown, root = tls.certificate, encryption.root
        if not encryption.is_made_here or not root:
            return False
        if shown.issuer in self._former_issuers():
            return True
        # One of another CA is its owner's, and could not be put back.
        return (
            shown.issuer == facts(root).subject
            and shown.not_after - now < _RENEWED_BEFORE
        )

    def _former_issuers(self) -> set[str]:
        """Return the names of our CAs that were replaced (RFC 4514)."""
        certificates = self._hass.data.get(CERTIFICATES)
        roots = () if certificates is None else certificates.former_roots
        return {facts(one).subject for one in roots}

    async def _renew(self, charger: Charger) -> None:
        try:
            await async_install_certificate(self._hass, self._entry, charger)
        except RaiseFailedError as err:
            LOGGER.warning("%s has no new certificate: %s", charger.name, err.key)
        else:
            LOGGER.info("%s has a new certificate", charger.name)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop looking after a charger."""
        super().async_detach(charger)
        self._tried.pop(charger, None)
        if (task := self._tasks.pop(charger, None)) is not None:
            task.cancel()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop; what is unfinished is on disk."""
        super().async_stop()
        self._stopped = True
        for charger in list(self._tasks):
            self.async_detach(charger)

    @callback
    def async_undo_soon(self, charger: Charger) -> None:
        """Finish or undo the raise of a charger in the background."""
        if self._stopped or self._hass.is_stopping:
            return
        if (task := self._tasks.get(charger)) is not None and not task.done():
            return
        self._tasks[charger] = self._entry.async_create_background_task(
            self._hass,
            self._settle(charger),
            f"{DOMAIN} settle a raise",
            eager_start=False,
        )

    async def _settle(self, charger: Charger) -> None:
        records = await async_raise_records(self._hass)
        claims = (await async_rollback(self._hass)).records
        attempt = 0
        while (record := records.get(charger)) is not None:
            serial = str(
                charger.subentry.data.get(CONF_SERIAL, charger.charge_point.id)
            )
            if claims.async_claim(serial):
                try:
                    await self._try(charger, record)
                except (GoEError, CertificatesUnavailableError) as err:
                    LOGGER.debug("Cannot settle the raise of %s: %s", charger.name, err)
                else:
                    return
                finally:
                    claims.async_release(serial)
            pause = _PAUSES[min(attempt, len(_PAUSES) - 1)]
            attempt += 1
            await asyncio.sleep(pause.total_seconds())

    async def _try(self, charger: Charger, record: RaiseRecord) -> None:
        raiser = GoERaiser(self._hass, self._entry, charger)
        if record.work is Work.LOWER:
            await raiser.async_finish_lowering(record)
            return
        if record.work is Work.INSTALL:
            await raiser.async_settle_install(record)
            return
        if await self._has_arrived(charger, raiser, record):
            LOGGER.info("%s has the level that it was raised to", charger.name)
            backup = record.backup
            if backup.ours.get("ocppe") is False:
                backup = backup.without("ocppe")
            await raiser.async_finish(backup)
            return
        restored = await raiser.async_put_back(record)
        LOGGER.warning(
            "The raise of %s was interrupted, and is undone%s",
            charger.name,
            f", except {', '.join(restored.left)}" if restored.left else "",
        )
        await raiser.async_undone()

    async def _has_arrived(
        self, charger: Charger, raiser: GoERaiser, record: RaiseRecord
    ) -> bool:
        """Return whether an interrupted raise has succeeded; wait for the charger."""
        link = self._entry.runtime_data.part(GoELinks).of(charger)
        if link is None:
            raise GoEError("no address")
        state = await link.client.state()
        reached = state.ocpp.url == record.backup.url and state.ocpp.enabled is True
        if not reached or record.backup.ours.keys() - _present(state, record):
            return False
        return await raiser.async_arrived(
            record.target, record.backup.url, goe_client.TIMING.raise_wait
        )


def _present(state: GoEState, record: RaiseRecord) -> set[str]:
    """Return the keys that have been written."""
    return {
        key
        for key, value in record.backup.ours.items()
        if key not in TLS or state.settings.get(key) is value
    }
