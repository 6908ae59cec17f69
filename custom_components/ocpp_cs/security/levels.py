"""The accepted security levels of a server's chargers, and their passwords.

The accepted level of a charger rises with the first connection at a higher level that
is known to be the charger's own. It never falls by itself: only its owner lowers it.
"""

import asyncio
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component
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
from .credentials import Credential, Credentials, PasswordState, PendingPassword, merged

_UNCERTAIN = (CallTimeoutError, ConnectionLostError, InvalidAnswerError)
"""The errors after which the charger may have the new password."""

_MOST_WRITES = 3
"""The times that a password is sent to a charger that does not answer."""


class Levels(Component):
    """Tells the central system which levels and passwords it accepts of chargers."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], credentials: Credentials
    ) -> None:
        """Initialize; the credentials are loaded."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self.credentials = credentials
        self._locks: dict[str, asyncio.Lock] = {}
        """Id of a charge point -> held while a password is on its way to it."""
        self._stop_listening = credentials.listen(self._credential_changed)

    def level_of(self, charger: Charger) -> SecurityLevel:
        """Return the level of the open connection, else the accepted level."""
        charge_point = charger.charge_point
        if charge_point.connected:
            return charge_point.security.level
        return self.credentials.get(charge_point.id).level

    # Following the chargers.

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Apply the rules of a charger, and watch its connections."""
        charge_point = charger.charge_point
        self._apply(charge_point)
        look = partial(self._look, charger)
        self._subscriptions.add(
            charger,
            charge_point.watch(("connected", "ready", "known", "security"), look),
        )
        look()

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop following a charger."""
        super().async_detach(charger)
        self._locks.pop(charger.charge_point.id, None)

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
        charge_point.changes.mark(0, "security")

    def _look(self, charger: Charger) -> None:
        charge_point = charger.charge_point
        if not charge_point.connected:
            return
        self._note_password(charge_point)
        security = charge_point.security
        is_proven = security.with_password or (
            security.level is SecurityLevel.CERTIFICATE
        )
        if charge_point.ready and (is_proven or charge_point.acquaintance.is_known):
            self._settle(charger)
            self._send_again(charger)

    def _settle(self, charger: Charger) -> None:
        """Accept nothing below the level of a connection that is the charger's own."""
        charge_point = charger.charge_point
        credential = self.credentials.get(charge_point.id)
        level = charge_point.security.level
        changed: dict[str, Any] = {}
        if level is SecurityLevel.PASSWORD and not credential.passwords:
            # It was not asked for any, so this one proves nothing.
            level = SecurityLevel.NONE
        if credential.raising_to is not None and level >= credential.raising_to:
            changed |= {"raising_to": None, "raising_since": None, "is_held": False}
        elif level <= credential.level:
            changed["is_held"] = False
        if changed.get("is_held", credential.is_held):
            return
        if level > credential.level:
            changed["level"] = level
            LOGGER.info(
                "%s has connected with the security level %s, and is accepted with no"
                " lower one from now on",
                charger.name,
                level.key,
            )
        if charge_point.security.with_password and credential.passwords:
            changed["password_needed"] = True
        self.credentials.async_change(charge_point.id, **changed)

    async def async_lower(self, charger: Charger, level: SecurityLevel) -> None:
        """Accept a lower level of a charger from now on, as its owner wants it.

        It does not rise again by itself before the charger has connected with it. A
        level without a password drops those that the charger has.
        """
        charge_point_id = charger.charge_point.id
        credential = self.credentials.get(charge_point_id)
        if level is SecurityLevel.PASSWORD and not credential.rules.passwords:
            # Nothing could be asked for.
            level = SecurityLevel.NONE
        changed: dict[str, Any] = {"raising_to": None, "raising_since": None}
        if level < credential.level:
            changed |= {"level": level, "is_held": True}
        if level is SecurityLevel.NONE:
            changed |= {
                "password_needed": False,
                "passwords": (),
                "pending_password": None,
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
        charge_point = charger.charge_point
        async with self._lock(charge_point):
            # Raises before anything is stored.
            charge_point.commands  # noqa: B018
            text = new_password()
            await self._store_pending(
                charge_point,
                PendingPassword(
                    hash=await self._hashed(text),
                    state=PasswordState.SENT,
                    text=text,
                    writes=1,
                ),
            )
            await self._write(charge_point, text)
            return text

    async def async_set_typed_password(self, charger: Charger, password: str) -> None:
        """Accept a password that the owner types on the charger."""
        charge_point = charger.charge_point
        async with self._lock(charge_point):
            await self._store_pending(
                charge_point,
                PendingPassword(
                    hash=await self._hashed(password), state=PasswordState.TYPED
                ),
            )

    async def async_accept_password(self, charger: Charger, raw: bytes) -> None:
        """Make the password that was received the only one of a charger."""
        charge_point = charger.charge_point
        async with self._lock(charge_point):
            password = await self._hashed(raw)
            await self.credentials.async_change(
                charge_point.id,
                passwords=(password,),
                pending_password=None,
                password_needed=True,
            )

    def _lock(self, charge_point: ChargePoint) -> asyncio.Lock:
        return self._locks.setdefault(charge_point.id, asyncio.Lock())

    async def _hashed(self, password: str | bytes) -> PasswordHash:
        found: PasswordHash = await self._hass.async_add_executor_job(hashed, password)
        return found

    async def _store_pending(
        self, charge_point: ChargePoint, pending: PendingPassword
    ) -> None:
        """Store a new password; the charger may have got one before that is pending."""
        credential = self.credentials.get(charge_point.id)
        before = credential.pending_password
        await self.credentials.async_change(
            charge_point.id,
            passwords=(
                credential.passwords
                if before is None
                else merged(credential.passwords, before.hash)
            ),
            pending_password=pending,
        )

    async def _write(self, charge_point: ChargePoint, text: str) -> None:
        """Write the pending password, and store what the charger answers to it.

        Raises:
            CsmsError: As for all commands.
        """
        try:
            await charge_point.commands.set_password(text)
        except _UNCERTAIN:
            raise
        except CsmsError:
            await self._drop_pending(charge_point, text)
            raise
        pending = self._pending(charge_point, text)
        if pending is not None:
            await self.credentials.async_change(
                charge_point.id,
                pending_password=PendingPassword(
                    hash=pending.hash,
                    state=PasswordState.ACCEPTED,
                    writes=pending.writes,
                ),
            )

    def _pending(self, charge_point: ChargePoint, text: str) -> PendingPassword | None:
        """Return the pending password if it is that one; it may have been used by now."""
        pending = self.credentials.get(charge_point.id).pending_password
        return pending if pending is not None and pending.text == text else None

    async def _drop_pending(self, charge_point: ChargePoint, text: str) -> None:
        """Drop a password that was refused, but not if it may have been taken before."""
        if (pending := self._pending(charge_point, text)) is None:
            return
        credential = self.credentials.get(charge_point.id)
        await self.credentials.async_change(
            charge_point.id,
            passwords=self._with_doubtful(credential, pending),
            pending_password=None,
        )

    @staticmethod
    def _with_doubtful(
        credential: Credential, pending: PendingPassword
    ) -> tuple[PasswordHash, ...]:
        if pending.writes < 2:
            return credential.passwords
        return merged(credential.passwords, pending.hash)

    def _send_again(self, charger: Charger) -> None:
        """Send a password again whose answer never came.

        The charger has come without it. It may still have stored it, to use it after
        its next restart, and only an answer tells.
        """
        charge_point = charger.charge_point
        if (
            self._unanswered(charge_point) is not None
            and not self._lock(charge_point).locked()
        ):
            self._entry.async_create_background_task(
                self._hass, self._write_again(charge_point), f"{DOMAIN} password"
            )

    def _unanswered(self, charge_point: ChargePoint) -> PendingPassword | None:
        pending = self.credentials.get(charge_point.id).pending_password
        if pending is None or pending.state is not PasswordState.SENT:
            return None
        return pending

    async def _write_again(self, charge_point: ChargePoint) -> None:
        async with self._lock(charge_point):
            pending = self._unanswered(charge_point)
            if pending is None:
                return
            credential = self.credentials.get(charge_point.id)
            if pending.text is None or pending.writes >= _MOST_WRITES:
                await self.credentials.async_change(
                    charge_point.id,
                    passwords=merged(credential.passwords, pending.hash),
                    pending_password=None,
                )
                return
            await self.credentials.async_change(
                charge_point.id,
                pending_password=PendingPassword(
                    hash=pending.hash,
                    state=PasswordState.SENT,
                    text=pending.text,
                    writes=pending.writes + 1,
                ),
            )
            try:
                await self._write(charge_point, pending.text)
            except CsmsError as err:
                LOGGER.info(
                    "The new password of %s was not accepted: %s", charge_point.id, err
                )
