"""Check the passwords of charge points (security whitepaper A00; OCPP-J 1.6, 6.2).

A password is hashed with scrypt, which takes some 25 ms and 8 MB, so any device in the
network could keep this machine busy with wrong ones, or learn from the time which ids
exist. Therefore:

- scrypt runs in threads of its own, and few log-ins may wait for it: of each address
  one is checked after the other. What has begun is finished and counted, also if the
  connection ends meanwhile; what has not begun then leaves its place.
- A password that was found right or wrong is recognised at once when it comes again:
  a hundred charge points that reconnect cost nothing, nor does one with an old password.
- An address with too many wrong passwords is refused without scrypt. The own address
  of a charge point is not, since it may share it with others: there is a pause after
  each wrong one.
- What is refused takes the same time whether an id is known or not.
"""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
import hashlib
import hmac
import secrets
from typing import Final
from weakref import WeakValueDictionary

from ..model.security import PasswordHash
from ..security.passwords import hashed, matches, new_password
from .waiting_room import Guesses, network_of

REMEMBERED: Final = 3600.0
"""Seconds for which a wrong password is kept; see `LogIns.wrong_password`."""

_THREADS = 2
_MOST_WAITING = 64
"""Log-ins that may wait; there are fewer handshakes at a time in any case."""
_PAUSE = 0.25
"""Seconds after a wrong password from the own address of a charge point.

They begin when the address has sent too many wrong passwords.
"""
_LEAST_HASHES = 2
"""The number of hashes that a wrong password is compared with.

A charge point has two while a new password is on its way.
"""
_SPELLINGS = 4
"""Spellings of one password that are recognised: see `security.passwords`."""
_MOST_WRONG = 1000
"""Wrong passwords that are recognised."""
_MOST_KEPT = 100
"""Wrong passwords that are kept for `LogIns.wrong_password`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogIn:
    """An attempt to log in."""

    charge_point_id: str
    remote: str
    password: bytes = field(repr=False)
    """The received password, which is not checked yet."""
    accepted: tuple[PasswordHash, ...] = field(repr=False)
    """The hashes of the passwords that it may be; none if every password is wrong."""
    adopted: bool = True
    """False if it is the password of all charge points that are not adopted."""
    at_home: bool = False
    """True if the charge point is known to connect from that address."""


class LogIns:
    """The passwords of all charge points that were found right or wrong so far.

    Of right passwords only keyed hashes are in memory, and of wrong ones only the last
    of each adopted charge point and address.
    """

    def __init__(self) -> None:
        """Start without any knowledge."""
        self._key = secrets.token_bytes(32)
        self._executor: ThreadPoolExecutor | None = None
        self._right: dict[str | None, dict[PasswordHash, deque[bytes]]] = {}
        """Charge point id -> hash -> the keyed hashes of passwords that match it.

        None has those of charge points that are not adopted.
        """
        self._wrong: dict[bytes, None] = {}
        """The keyed hashes of attempts that failed; the latest is the last."""
        self._failures = Guesses()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Network -> held while a password from there is checked."""
        self._waiting = 0
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False
        self._kept: dict[tuple[str, str], tuple[bytes, asyncio.TimerHandle]] = {}
        """Charge point id and network -> its last wrong password, and its end."""
        self.checked = 0
        """The number of passwords that were hashed."""

    def recognised(self, log_in: LogIn) -> PasswordHash | None:
        """Return the hash that a password was found to match, if it is still accepted.

        Returns:
            None if it was not checked yet, or is wrong.
        """
        found: PasswordHash | None = None
        if known := self._right.get(_holder(log_in)):
            token = self._keyed(log_in.password)
            for accepted in log_in.accepted:
                for one in known.get(accepted, ()):
                    if hmac.compare_digest(token, one):
                        found = accepted
        return found

    def is_known_to_fail(self, log_in: LogIn) -> bool:
        """Return whether a password was found wrong before, with the same hashes."""
        if self._keyed_attempt(log_in) not in self._wrong:
            return False
        self._keep(log_in)
        return True

    def may_try(self, log_in: LogIn) -> bool:
        """Return whether a password may be checked, or there were too many."""
        return self._waiting < _MOST_WAITING and self._is_allowed(log_in)

    def _is_allowed(self, log_in: LogIn) -> bool:
        return not self._closed and (
            log_in.at_home or not self._failures.too_many(log_in.remote)
        )

    async def check(self, log_in: LogIn) -> None:
        """Check a password, so that `recognised` tells whether it is right.

        Does nothing if the password is known to fail or may not be tried.
        """
        if self.is_known_to_fail(log_in) or not self.may_try(log_in):
            return
        turn = self._turns.setdefault(network_of(log_in.remote), asyncio.Lock())
        self._waiting += 1
        try:
            await turn.acquire()
        except BaseException:
            self._waiting -= 1
            raise
        # Whoever closes the connection now must not get out of being counted.
        task = asyncio.get_running_loop().create_task(self._check(log_in))
        self._running.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._running.discard(task)
            self._waiting -= 1
            turn.release()

        task.add_done_callback(ended)
        await asyncio.shield(task)

    async def _check(self, log_in: LogIn) -> None:
        """Check a password and note the result; pause where wrong ones are too many."""
        if (
            self.recognised(log_in) is not None
            or self.is_known_to_fail(log_in)
            or not self._is_allowed(log_in)
        ):
            # That was found out while it waited.
            return
        if self._executor is None:
            self._executor = ThreadPoolExecutor(_THREADS, "ocpp_cs log-in")
        pauses = self._failures.too_many(log_in.remote)
        matched = await asyncio.get_running_loop().run_in_executor(
            self._executor, _matched, log_in.password, log_in.accepted
        )
        self.checked += 1
        if matched is not None:
            self._note_right(log_in, matched)
            return
        self._note_wrong(log_in)
        if pauses:
            await asyncio.sleep(_PAUSE)

    def _note_right(self, log_in: LogIn, matched: PasswordHash) -> None:
        before = self._right.get(_holder(log_in), {})
        known = {one: before[one] for one in log_in.accepted if one in before}
        self._right[_holder(log_in)] = known
        tokens = known.setdefault(matched, deque(maxlen=_SPELLINGS))
        tokens.append(self._keyed(log_in.password))
        if log_in.adopted:
            self.succeeded(log_in.charge_point_id)

    def _note_wrong(self, log_in: LogIn) -> None:
        attempt = self._keyed_attempt(log_in)
        self._wrong.pop(attempt, None)
        self._wrong[attempt] = None
        if len(self._wrong) > _MOST_WRONG:
            del self._wrong[next(iter(self._wrong))]
        self._failures.note(attempt.hex(), log_in.remote)
        self._keep(log_in)

    def _keep(self, log_in: LogIn) -> None:
        """Keep a wrong password of an adopted charge point for a while."""
        if not log_in.adopted:
            return
        place = (log_in.charge_point_id, network_of(log_in.remote))
        if (before := self._kept.pop(place, None)) is not None:
            before[1].cancel()
        elif len(self._kept) >= _MOST_KEPT:
            self._drop(next(iter(self._kept)))
        self._kept[place] = (
            log_in.password,
            asyncio.get_running_loop().call_later(REMEMBERED, self._drop, place),
        )

    def _drop(self, place: tuple[str, str]) -> None:
        if (kept := self._kept.pop(place, None)) is not None:
            kept[1].cancel()

    def succeeded(self, charge_point_id: str) -> None:
        """Drop the wrong passwords of a charge point that has come with a right one."""
        for place in [one for one in self._kept if one[0] == charge_point_id]:
            self._drop(place)

    def wrong_password(self, charge_point_id: str, remote: str) -> bytes | None:
        """Return the last wrong password that an adopted charge point has sent.

        It is dropped after an hour, or when the charge point has sent a right one.

        Args:
            charge_point_id: The id of the charge point.
            remote: The address that the password came from.
        """
        kept = self._kept.get((charge_point_id, network_of(remote)))
        return None if kept is None else kept[0]

    def forget(self, charge_point_id: str) -> None:
        """Drop all that is known of a charge point."""
        self._right.pop(charge_point_id, None)
        self.succeeded(charge_point_id)

    async def close(self) -> None:
        """Drop everything, and wait for the threads, which takes a moment."""
        self._closed = True
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)
        for place in list(self._kept):
            self._drop(place)
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)
            await asyncio.get_running_loop().run_in_executor(None, executor.shutdown)

    def _keyed(self, password: bytes) -> bytes:
        return hmac.digest(self._key, password, hashlib.sha256)

    def _keyed_attempt(self, log_in: LogIn) -> bytes:
        """Return the keyed hash of id, password and the hashes that do not match it."""
        parts = (
            log_in.charge_point_id.encode("utf-8", "surrogatepass"),
            log_in.password,
            *(one.salt + one.digest for one in log_in.accepted),
        )
        return hmac.digest(
            self._key,
            b"".join(len(part).to_bytes(8) + part for part in parts),
            hashlib.sha256,
        )


def _holder(log_in: LogIn) -> str | None:
    """Return whose password it is; None if it is that of unknown charge points."""
    return log_in.charge_point_id if log_in.adopted else None


_DECOYS: list[PasswordHash] = []
"""A hash that nothing matches, once it is needed."""


def _matched(
    password: bytes, accepted: tuple[PasswordHash, ...]
) -> PasswordHash | None:
    """Return the hash that a password matches. Blocking."""
    for one in accepted:
        if matches(password, one):
            return one
    if len(accepted) < _LEAST_HASHES and not _DECOYS:
        _DECOYS.append(hashed(new_password()))
    for _ in range(_LEAST_HASHES - len(accepted)):
        matches(password, _DECOYS[0])
    return None
