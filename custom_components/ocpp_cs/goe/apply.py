"""Applies a plan: writes, reads back, waits for OCPP; undoes everything on failure."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from enum import StrEnum
import logging
from typing import Any

from .client import GoEClient
from .connection import WAIT, Mark, wait_for_ocpp
from .errors import (
    ApiLockedError,
    GoEError,
    NotKeptError,
    SetUpFailedError,
    UnreachableError,
)
from .model import OcppState
from .plan import Plan
from .restore import Backup, restore
from .settings import SETTINGS, TLS, TOLD_BY_OCPP
from .values import Json, Values, same

_LOGGER = logging.getLogger(__name__)

_READ_BACKS = 3
_UNDO_ATTEMPTS = 3
_UNDO_POLLS = 30
"""The polls for which a charger may not answer while its OCPP is off."""


class Step(StrEnum):
    """The steps of applying a plan; translation keys."""

    CONNECTING = "connecting"
    """Writing the settings that connect the charger."""
    WAITING = "waiting"
    """Waiting for the connection."""
    CONTROL = "control"
    """Writing the settings that give the central system control."""
    DONE = "done"
    UNDOING = "undoing"


_FRACTIONS = {
    Step.CONNECTING: 0.0,
    Step.WAITING: 0.25,
    Step.CONTROL: 0.7,
    Step.DONE: 1.0,
    Step.UNDOING: 0.9,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The progress of a set-up."""

    step: Step
    ocpp: OcppState | None = None
    """The charger's OCPP state while waiting for the connection."""

    @property
    def fraction(self) -> float:
        """The progress from 0 to 1."""
        return _FRACTIONS[self.step]


type OnProgress = Callable[[Progress], None]
type Keep = Callable[[Backup], Awaitable[None]]
type Check = Callable[[], Awaitable[None]]


async def apply(
    client: GoEClient,
    plan: Plan,
    *,
    accepted: bool = True,
    wait: float = WAIT,
    poll: float = 1.0,
    on_progress: OnProgress | None = None,
    keep: Keep | None = None,
    check: Check | None = None,
) -> Backup:
    """Apply a plan; undo all changes if that fails or the task is cancelled.

    Args:
        client: The charger's client.
        plan: The plan; the charger must be suitable.
        accepted: Whether to wait for an accepted boot. False for a charger that Home
            Assistant does not know yet: a connection is enough.
        wait: Seconds to wait for the connection.
        poll: Seconds between two reads.
        on_progress: Called with the progress.
        keep: Called with the backup, and awaited, before the first change.
        check: Awaited when the charger reports its connection; it raises an error of
            the client if that is not the expected connection.

    Returns:
        The backup for undoing the changes later, to be stored with the charger.

    Raises:
        SetUpFailedError: A step failed and everything was undone. The cause is an error
            of the client, KeysRefusedError, NotKeptError or OcppNotConnectedError.
        ValueError: The charger is not suitable.
    """
    if not plan.suitability.usable:
        raise ValueError(f"not suitable: {plan.suitability}")
    work = _Work(client, plan, on_progress or _ignore, keep, check)
    try:
        await work.do(accepted=accepted, wait=wait, poll=poll)
    except GoEError as err:
        raise SetUpFailedError(err, await _undo(work, poll)) from err
    except BaseException:
        await _undo(work, poll)
        raise
    return work.result


_going_on: set[asyncio.Task[Any]] = set()


async def _to_the_end[T](work: Coroutine[Any, Any, T]) -> T:
    """Do work, even if the waiting task is cancelled."""
    task = asyncio.create_task(work)
    _going_on.add(task)
    task.add_done_callback(_ended)
    return await asyncio.shield(task)


def _ended(task: asyncio.Task[Any]) -> None:
    _going_on.discard(task)
    if not task.cancelled():
        # Nobody may wait for it any more.
        task.exception()


async def _undo(work: _Work, poll: float) -> tuple[str, ...]:
    """Undo the changes, even if the waiting task is cancelled again."""
    return await _to_the_end(work.undo(poll))


async def _patiently[T](ask: Callable[[], Awaitable[T]], poll: float, end: float) -> T:
    """Repeat a request until it is answered, or until `end` (loop time)."""
    while True:
        try:
            return await ask()
        except UnreachableError, ApiLockedError:
            if asyncio.get_running_loop().time() >= end:
                raise
        await asyncio.sleep(poll)


async def reconnect(client: GoEClient, *, poll: float, wait: float) -> None:
    """Switch OCPP off and on, so that the charger connects again.

    OCPP is switched on again even if the waiting task is cancelled, and if it is not
    certain that it was switched off.

    Args:
        client: The charger's client.
        poll: Seconds between two attempts.
        wait: Seconds for which the charger may not answer.

    Raises:
        GoEError: An error of the client, or NotKeptError; OCPP may be off.
    """
    await _to_the_end(_reconnect(client, poll, wait))


async def _reconnect(client: GoEClient, poll: float, wait: float) -> None:
    try:
        await client.write({"ocppe": False})
    except GoEError:
        await _switch_on(client, poll, wait)
        raise
    await _switch_on(client, poll, wait)


async def _switch_on(client: GoEClient, poll: float, wait: float) -> None:
    end = asyncio.get_running_loop().time() + wait
    for attempt in range(_READ_BACKS):
        if attempt:
            await asyncio.sleep(poll)
        # Whatever it says now: it may not have switched it off yet.
        await _patiently(lambda: client.write({"ocppe": True}, present={}), poll, end)
        present = await _patiently(lambda: client.read(["ocppe"]), poll, end)
        if present.get("ocppe") is True:
            return
    raise NotKeptError({"ocppe": present.get("ocppe")})


def _ignore(_progress: Progress) -> None:
    """Ignore the progress."""


class _Work:
    """A plan that is being applied."""

    def __init__(
        self,
        client: GoEClient,
        plan: Plan,
        on_progress: OnProgress,
        keep: Keep | None,
        check: Check | None,
    ) -> None:
        self._client = client
        self._plan = plan
        self._tell = on_progress
        self._keep = keep
        self._check = check
        self._wanted: dict[str, Json] = {
            change.key: change.new for change in plan.changes
        }
        self._tried: set[str] = set()
        self.backup = Backup(
            url=plan.url,
            before={
                **plan.told_by_ocpp,
                **{change.key: change.old for change in plan.changes},
            },
            ours={
                **plan.told_by_ocpp,
                # Certificates and keys are not kept anywhere else.
                **{k: SETTINGS[k].reported(v) for k, v in self._wanted.items()},
            },
        )
        if plan.restarts:
            # If the charger is left while OCPP is off.
            self.backup = self.backup.with_switch()

    @property
    def result(self) -> Backup:
        """The backup for undoing the changes later."""
        return self.backup.without("ocppe") if self._plan.restarts else self.backup

    async def do(self, *, accepted: bool, wait: float, poll: float) -> None:
        """Go through all steps."""
        tls = {c.key: c.new for c in self._plan.changes if c.key in TLS}
        connecting = {
            c.key: c.new for c in self._plan.changes if c.connects and c.key not in TLS
        }
        control = {c.key: c.new for c in self._plan.changes if not c.connects}
        self._tell(Progress(step=Step.CONNECTING))
        present = await self._client.read([*self.backup.before, "rbt"])
        self._note(present)
        if self._keep is not None:
            await self._keep(self.backup)
        mark = Mark()
        if self._plan.restarts or connecting.keys() & {"ocppu", "ocppe"}:
            uptime = present.get("rbt")
            mark = Mark(uptime=uptime if type(uptime) is int else None)
        # A charger that refuses a certificate has to keep its URL.
        await self._write(tls, poll, wait)
        await self._write(connecting, poll, wait)
        if self._plan.restarts:
            await self._switch(poll, wait)
        self._tell(Progress(step=Step.WAITING))
        await wait_for_ocpp(
            self._client,
            self._plan.url,
            mark=mark,
            accepted=accepted,
            wait=wait,
            poll=poll,
            on_state=lambda state: self._tell(Progress(step=Step.WAITING, ocpp=state)),
        )
        if self._check is not None:
            await self._check()
        self._tell(Progress(step=Step.CONTROL))
        await self._write(control, poll, wait)
        self._tell(Progress(step=Step.DONE))

    async def _switch(self, poll: float, wait: float) -> None:
        """Switch OCPP off and on, so that the charger connects again."""
        await self._write({"ocppe": False}, poll, wait)
        await _switch_on(self._client, poll, wait)

    def _note(self, present: Values) -> None:
        """Update the backup with values that have changed since the plan was made."""
        before = {
            key: value
            if key in present and SETTINGS[key].fits(value := present[key])
            else old
            for key, old in self.backup.before.items()
        }
        self.backup = replace(self.backup, before=before)

    async def _write(self, wanted: Values, poll: float, wait: float) -> None:
        """Write values and read them back; wait for a charger that restarts."""
        if not wanted:
            return
        self._tried |= wanted.keys()
        end = asyncio.get_running_loop().time() + wait
        # `write` skips values that were written before a restart.
        await _patiently(lambda: self._client.write(wanted), poll, end)
        for attempt in range(_READ_BACKS):
            if attempt:
                await asyncio.sleep(poll)
            present = await _patiently(lambda: self._client.read(wanted), poll, end)
            other = {
                key: present.get(key)
                for key, value in wanted.items()
                # The central system may have changed it already.
                if key not in TOLD_BY_OCPP
                and (
                    key not in present
                    or not same(present[key], SETTINGS[key].reported(value))
                )
            }
            if not other:
                return
        raise NotKeptError(other)

    async def undo(self, poll: float) -> tuple[str, ...]:
        """Restore the keys that were written; return the keys that are not restored."""
        if not self._tried:
            return ()
        self._tell(Progress(step=Step.UNDOING))
        # The URL tells whose certificates the present ones are.
        backup = self.backup.only({*self._tried, "ocppu"})
        for attempt in range(_UNDO_ATTEMPTS):
            if attempt:
                await asyncio.sleep(poll)
            try:
                restored = await restore(self._client, backup, passing=True)
                if self._plan.restarts:
                    self._tried.add("ocppe")
                    await _reconnect(self._client, poll, _UNDO_POLLS * poll)
            except GoEError as err:
                _LOGGER.debug("Cannot undo: %s", err)
            else:
                left = {*restored.changed, *restored.refused}
                return tuple(key for key in SETTINGS if key in left)
        return tuple(key for key in SETTINGS if key in self._tried)
