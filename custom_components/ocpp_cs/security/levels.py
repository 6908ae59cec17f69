"""The accepted security levels of a server's chargers, and their passwords.

The accepted level of a charger rises with the first connection at a higher level that
is known to be the charger's own. It never falls by itself: only its owner lowers it.
"""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..certificates.credentials import (
    Credentials,
    PasswordState,
    PendingPassword,
    merged,
)
from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import Memory
from ..const import DOMAIN, LOGGER
from ..csms.charge_point import ChargePoint
from ..csms.model.errors import (
    CallTimeoutError,
    ConnectionLostError,
    CsmsError,
    InvalidAnswerError,
)
from ..csms.model.security import PasswordHash, SecurityLevel
from ..csms.security.passwords import hashed, new_password
from ..foreign_text import Markdown, shown
from ..issues import async_clear_issue, async_raise_issue

_UNCERTAIN = (CallTimeoutError, ConnectionLostError, InvalidAnswerError)
"""The errors after which the charger may have the new password."""

_DEMANDS = "security"
"""The kind of record with what is demanded of a charger."""

_SENT = PasswordState.SENT
_MOST_WRITES = 3
"""The times that a password is sent to a charger that does not answer."""


class Levels(Component):
    """Tells the central system which levels and passwords it accepts of chargers."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        credentials: Credentials,
        memory: Memory,
    ) -> None:
        """Initialize; the credentials are loaded.

        What they demand is kept in `memory` as well, for the case that their file is
        lost.
        """
        super().__init__()
        self._memory = memory
        self._hass = hass
        self._entry = entry
        self.credentials = credentials
        self._on_their_way: Counter[str] = Counter()
        """Id of a charge point -> the number of passwords that are being sent to it."""
        self._stop_listening = credentials.listen(self._credential_changed)

    def level_of(self, charger: Charger) -> SecurityLevel:
        """Return the level of the open connection, else the accepted level."""
        charge_point = charger.charge_point
        if charge_point.connected:
            return charge_point.security.level
        return self.credentials.get(charge_point.id).level

    def diagnostics(self, charger: Charger) -> dict[str, Any]:
        """Return what is demanded of a charger, without anything that proves it."""
        credential = self.credentials.get(charger.charge_point.id)
        pending, raising_to = credential.pending_password, credential.raising_to
        # Names that sound like passwords would be taken out.
        return {
            "level": credential.level.key,
            "login_needed": credential.password_needed,
            "logins": len(credential.passwords),
            "login_pending": None if pending is None else pending.state,
            "is_held": credential.is_held,
            "ignores_name": credential.ignores_certificate,
            "raising_to": None if raising_to is None else raising_to.key,
            "raising_since": credential.raising_since,
        }

    @override
    @callback
    def async_start(self) -> None:
        """Report credentials that could not be read."""
        entry, credentials = self._entry, self.credentials
        if credentials.is_newer:
            async_raise_issue(
                self._hass,
                "security_newer",
                entry.entry_id,
                severity=ir.IssueSeverity.ERROR,
                server=entry.title,
            )
        else:
            async_clear_issue(self._hass, "security_newer", entry.entry_id)
        damaged = [
            charger.name
            for charger in self._subscriptions
            if charger.charge_point.id in credentials.unreadable
            and not credentials.is_newer
        ]
        if damaged:
            async_raise_issue(
                self._hass,
                "security_damaged",
                entry.entry_id,
                severity=ir.IssueSeverity.ERROR,
                chargers=Markdown(", ".join(shown(name) for name in damaged)),
                server=entry.title,
            )
        else:
            async_clear_issue(self._hass, "security_damaged", entry.entry_id)

    # Following the chargers.

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Apply the rules of a charger, and watch its connections."""
        charge_point = charger.charge_point
        self.credentials.async_recall(
            charge_point.id, self._memory.get(charge_point.id, _DEMANDS)
        )
        self._apply(charge_point)
        charge_point.password_change = partial(self._change, charge_point)
        look = partial(self._look, charger)
        self._subscriptions.add(
            charger,
            charge_point.watch(("connected", "ready", "known", "security"), look),
        )
        look()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop following all chargers."""
        super().async_stop()
        self._stop_listening()

    def _credential_changed(self, charge_point_id: str) -> None:
        for charger in self._subscriptions:
            if charger.charge_point.id == charge_point_id:
                self._apply(charger.charge_point)

    def _apply(self, charge_point: ChargePoint) -> None:
        """Apply the rules, and have what shows the level look again."""
        charge_point.security_rules = self.credentials.get(charge_point.id).rules
        self._memory.async_set(
            charge_point.id, _DEMANDS, self.credentials.demands_of(charge_point.id)
        )
        charge_point.changes.mark(0, "security")

    def _look(self, charger: Charger) -> None:
        charge_point = charger.charge_point
        if not charge_point.connected:
            return
        self._note_password(charge_point)
        # Others that are known, by a serial number or by patience, must neither keep the
        # charger out nor get its new password.
        if charge_point.ready and charge_point.acquaintance.is_own:
            self._settle(charger)
            self._send_again(charge_point)

    def _settle(self, charger: Charger) -> None:
        """Accept nothing below the level of a connection that is the charger's own."""
        charge_point = charger.charge_point
        credential = self.credentials.get(charge_point.id)
        security = charge_point.security
        level = security.level
        has_password = security.password in credential.passwords
        if level is SecurityLevel.PASSWORD and not has_password:
            # Its password was dropped while it was connected.
            level = SecurityLevel.NONE
        changed: dict[str, Any] = {}
        if credential.raising_to is not None:
            if level < credential.raising_to:
                # What it has now is accepted until it is there.
                return
            changed |= {"raising_to": None, "raising_since": None, "is_held": False}
            self._keep(charge_point)
        elif level <= credential.level:
            changed["is_held"] = False
        if changed.get("is_held", credential.is_held):
            return
        if level is SecurityLevel.CERTIFICATE:
            changed["ignores_certificate"] = False
        if level > credential.level:
            changed["level"] = level
            LOGGER.info(
                "%s has connected with the security level %s, and is accepted with no"
                " lower one from now on",
                charger.name,
                level.key,
            )
        if has_password:
            changed["password_needed"] = True
        self.credentials.async_change(charge_point.id, **changed)

    def _keep(self, charge_point: ChargePoint) -> None:
        """Have a charger drop the address of its old level, as it has come at a new one."""

        async def keep() -> None:
            try:
                await charge_point.commands.keep_security_level()
            except CsmsError as err:
                LOGGER.info("%s keeps its former address: %s", charge_point.id, err)

        self._entry.async_create_background_task(
            self._hass, keep(), f"{DOMAIN} security level"
        )

    async def async_lower(
        self,
        charger: Charger,
        level: SecurityLevel,
        *,
        ignore_certificate: bool = False,
    ) -> None:
        """Accept a lower level of a charger from now on, as its owner wants it.

        It does not rise again by itself before the charger has connected with it. A
        level without a password drops those that the charger has, and its certificate
        is forgotten at every level that does without.

        Args:
            charger: The charger.
            level: The lowest level that is accepted from now on.
            ignore_certificate: Whether a certificate with another name than the
                charger's counts as none, until the charger comes with its own.
        """
        charge_point_id = charger.charge_point.id
        credential = self.credentials.get(charge_point_id)
        if level is SecurityLevel.PASSWORD and not credential.rules.passwords:
            # Nothing could be asked for.
            level = SecurityLevel.NONE
        changed: dict[str, Any] = {"raising_to": None, "raising_since": None}
        if level < credential.level:
            changed |= {"level": level, "is_held": True}
            if level < SecurityLevel.CERTIFICATE:
                # What opened the door before must not open it any more.
                changed["certificates"] = ()
        if ignore_certificate:
            changed["ignores_certificate"] = True
        if level < SecurityLevel.CERTIFICATE:
            # It is not asked for it any more: one that has expired would keep it out.
            changed["certificate_ends"] = None
        if level is SecurityLevel.NONE:
            changed |= {
                "password_needed": False,
                "passwords": (),
                "pending_password": None,
                "certificates": (),
            }
        LOGGER.info(
            "%s is accepted with the security level %s again", charger.name, level.key
        )
        await self.credentials.async_change(charge_point_id, **changed)

    # Passwords.

    def _note_password(self, charge_point: ChargePoint) -> None:
        """Drop the old password when the charger has come with the new one."""
        used = charge_point.security.password
        if used is None:
            return
        credential = self.credentials.get(charge_point.id)
        pending = credential.pending_password
        if pending is not None and used == pending.hash:
            self.credentials.async_change(
                charge_point.id, passwords=(used,), pending_password=None
            )
        elif used in credential.passwords[1:]:
            # One whose answer never came: the charger did take it.
            self.credentials.async_change(charge_point.id, passwords=(used,))

    async def async_new_password(self, charger: Charger) -> str:
        """Give a charger a new password (security whitepaper A01).

        The old one, if there is one, is accepted until the charger has come with the
        new one; both are, as long as nobody knows which of them it has.

        Returns:
            The new password, to be shown once.

        Raises:
            CsmsError: The charger refused it, or did not answer. Without an answer it
                is sent again when the charger is back.
        """
        text = new_password()
        await charger.charge_point.commands.set_password(text)
        return text

    async def async_set_typed_password(self, charger: Charger, password: str) -> None:
        """Accept a password that the owner types on the charger."""
        await self._store_pending(
            charger.charge_point,
            PendingPassword(
                hash=await self._hashed(password), state=PasswordState.TYPED
            ),
        )

    async def async_accept_password(self, charger: Charger, raw: bytes) -> None:
        """Make the password that was received the only one of a charger."""
        await self.credentials.async_change(
            charger.charge_point.id,
            passwords=(await self._hashed(raw),),
            pending_password=None,
            password_needed=True,
        )

    async def async_drop_password(self, charger: Charger) -> None:
        """Let a charger in without a password from now on, as its owner wants it."""
        charge_point_id = charger.charge_point.id
        if self.credentials.get(charge_point_id).level <= SecurityLevel.PASSWORD:
            await self.async_lower(charger, SecurityLevel.NONE)
            return
        await self.credentials.async_change(
            charge_point_id,
            passwords=(),
            pending_password=None,
            password_needed=False,
        )

    async def _hashed(self, password: str | bytes) -> PasswordHash:
        found: PasswordHash = await self._hass.async_add_executor_job(hashed, password)
        return found

    async def _store_pending(
        self, charge_point: ChargePoint, pending: PendingPassword
    ) -> None:
        """Store a new password; the charger may have one that was pending before."""
        credential = self.credentials.get(charge_point.id)
        before = credential.pending_password
        await self.credentials.async_change(
            charge_point.id,
            passwords=(
                credential.passwords
                if before is None or before.hash == pending.hash
                else merged(credential.passwords, before.hash)
            ),
            pending_password=pending,
        )

    @asynccontextmanager
    async def _change(
        self, charge_point: ChargePoint, password: str
    ) -> AsyncGenerator[None]:
        """Store a password before it is sent, and then what the charger made of it.

        The charger may get it from a flow, or from its owner's action.
        """
        if not password:
            # The old one is kept: nothing tells how a charger connects without any.
            yield
            return
        self._on_their_way[charge_point.id] += 1
        try:
            pending = self._pending(charge_point, password)
            await self._store_pending(
                charge_point,
                PendingPassword(
                    hash=await self._hashed(password), state=_SENT, text=password
                )
                if pending is None
                else replace(pending, writes=pending.writes + 1),
            )
            try:
                yield
            except _UNCERTAIN:
                raise
            except CsmsError:
                await self._refused(charge_point, password)
                raise
            if (pending := self._pending(charge_point, password)) is not None:
                await self._store_pending(
                    charge_point,
                    replace(pending, state=PasswordState.ACCEPTED, text=None),
                )
        finally:
            self._on_their_way[charge_point.id] -= 1

    def _pending(
        self, charge_point: ChargePoint, password: str
    ) -> PendingPassword | None:
        """Return the pending password if it is this one; it may have been used by now."""
        pending = self.credentials.get(charge_point.id).pending_password
        return pending if pending is not None and pending.text == password else None

    async def _refused(self, charge_point: ChargePoint, password: str) -> None:
        """Drop a password that was refused, unless it may have been taken before."""
        if (pending := self._pending(charge_point, password)) is None:
            return
        if pending.writes > 1:
            await self._give_up(charge_point, pending)
        else:
            await self.credentials.async_change(charge_point.id, pending_password=None)

    async def _give_up(
        self, charge_point: ChargePoint, pending: PendingPassword
    ) -> None:
        """Forget the text of a password that the charger may have all the same."""
        credential = self.credentials.get(charge_point.id)
        await self.credentials.async_change(
            charge_point.id,
            passwords=merged(credential.passwords, pending.hash),
            pending_password=None,
        )

    def _send_again(self, charge_point: ChargePoint) -> None:
        """Send a password again whose answer never came.

        The charger has connected without it, and may still have stored it, to use it
        after its next restart: only an answer tells.
        """
        pending = self.credentials.get(charge_point.id).pending_password
        if (
            pending is not None
            and pending.state is _SENT
            and not self._on_their_way[charge_point.id]
        ):
            self._on_their_way[charge_point.id] += 1
            self._entry.async_create_background_task(
                self._hass,
                self._write_again(charge_point, pending),
                f"{DOMAIN} password",
            )

    async def _write_again(
        self, charge_point: ChargePoint, pending: PendingPassword
    ) -> None:
        try:
            if pending.text is None or pending.writes >= _MOST_WRITES:
                await self._give_up(charge_point, pending)
            else:
                await charge_point.commands.set_password(pending.text)
        except CsmsError as err:
            LOGGER.info("%s did not take its new password: %s", charge_point.id, err)
        finally:
            self._on_their_way[charge_point.id] -= 1
