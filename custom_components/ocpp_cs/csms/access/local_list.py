"""The local authorization list of a charge point.

See OCPP 1.6, 3.5.2, 5.10, 5.15 and 9.2. It contains the known id tags. The list that
was sent last is stored, so that later only changes have to be sent.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
import itertools
from typing import Any, Protocol, Self

from ..commands import Answer, Commands
from ..model.capabilities import Capabilities
from ..model.errors import (
    CommandError,
    InvalidRequestError,
    LocalListTooLongError,
    NoLocalListError,
    RefusedError,
)
from ..model.tags import Tag, tag_key
from ..model.timestamps import format_time
from .authorization import AuthorizationStatus, TagAuthorizer

_FIRST = "ocpp1.6"
"""The version of all lists that were stored without one."""

type Entries = dict[str, dict[str, str]]
"""Id tag, in its spelling -> its IdTagInfo (7.27) in snake case."""


class UpdateType(StrEnum):
    """UpdateType, 7.44."""

    FULL = "full"
    DIFFERENTIAL = "differential"


def listed_tags(authorizer: TagAuthorizer, charge_point_id: str) -> Entries:
    """Return the entries of the id tags that are known at a charge point."""
    entries: Entries = {}
    for tag in authorizer.tags:
        authorization = authorizer.authorize(charge_point_id, Tag(tag.id))
        if authorization.status is AuthorizationStatus.INVALID:
            continue
        info = {"status": str(authorization.status)}
        if authorization.expires is not None:
            info["expiry_date"] = format_time(authorization.expires)
        if authorization.parent_id_tag is not None:
            info["parent_id_tag"] = authorization.parent_id_tag
        entries[tag.id] = info
    return entries


@dataclass(frozen=True, kw_only=True, slots=True)
class SentList:
    """The list that a charge point has accepted."""

    version: int = 0
    """The version; 0 without a list."""
    entries: Entries | None = None
    """The entries; None if they are unknown."""
    protocol: str | None = None
    """The version of OCPP in which it was sent, as a subprotocol; None if unknown."""

    def after(self, piece: Piece) -> Self:
        """Return the list after `piece` was accepted."""
        entries = dict(self.entries or {})
        if piece.update_type is UpdateType.FULL:
            entries.clear()
        for entry in piece.entries:
            if (info := entry.get("id_tag_info")) is None:
                entries.pop(entry["id_tag"], None)
            else:
                entries[entry["id_tag"]] = info
        return replace(self, version=piece.version, entries=entries)

    def as_record(self) -> dict[str, Any]:
        """Return the list as JSON values."""
        return {
            "version": self.version,
            "entries": self.entries,
            "protocol": self.protocol,
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Return the list of an `as_record`.

        Raises:
            KeyError: A field is missing.
            TypeError: A field has a wrong type.
            ValueError: A field has a wrong value.
        """
        entries = record["entries"]
        return cls(
            version=int(record["version"]),
            entries=None if entries is None else {**entries},
            protocol=record.get("protocol", _FIRST),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """The content of a SendLocalList."""

    version: int
    update_type: UpdateType
    entries: list[dict[str, Any]]


def changes(have: Entries, want: Entries) -> list[dict[str, Any]] | None:
    """Return the entries of an update from one list to another.

    The result is None if the spelling of an id tag has changed: some charge points
    treat that as another id tag, some as a duplicate.
    """
    spelled = {tag_key(tag): tag for tag in have}
    if any(spelled.get(tag_key(tag), tag) != tag for tag in want):
        return None
    return [
        *({"id_tag": tag} for tag in have if tag not in want),
        *_as_list((tag, info) for tag, info in want.items() if have.get(tag) != info),
    ]


def _as_list(items: Iterable[tuple[str, dict[str, str]]]) -> list[dict[str, Any]]:
    return [{"id_tag": tag, "id_tag_info": info} for tag, info in items]


def pieces(
    update_type: UpdateType, entries: list[dict[str, Any]], *, version: int, most: int
) -> Iterator[Piece]:
    """Split an update into pieces of at most `most` entries; 0 is no limit.

    There is always at least one piece. All pieces after the first are differential.
    """
    batches = itertools.batched(entries, most or max(1, len(entries)), strict=False)
    for number, batch in enumerate([*batches] or [()]):
        yield Piece(
            version=version + number,
            update_type=update_type if not number else UpdateType.DIFFERENTIAL,
            entries=list(batch),
        )


class Listed(Protocol):
    """The part of a charge point that its local list needs."""

    @property
    def capabilities(self) -> Capabilities:
        """The capabilities that it reports."""

    @property
    def protocol(self) -> str | None:
        """The version of OCPP that it speaks, as a subprotocol."""

    @property
    def commands(self) -> Commands:
        """The commands of its connection; raises NotConnectedError without one."""


class LocalList:
    """The local list of a charge point."""

    def __init__(self, charge_point: Listed) -> None:
        """Start without knowledge of the charge point's list."""
        self._charge_point = charge_point
        self._sending = asyncio.Lock()
        self.sent = SentList()
        """The charge point's list, unless the charge point itself has changed it."""
        self.wanted: Callable[[], Entries] = dict
        """Returns the entries that the list should have."""
        self.changed: Callable[[], None] = lambda: None
        """Called when the record to store for a restart has changed."""

    @property
    def _commands(self) -> Commands:
        return self._charge_point.commands

    @property
    def _action(self) -> str:
        return self._commands.action_of("send_local_list")

    @property
    def is_as_wanted(self) -> bool:
        """Return whether the charge point was sent the wanted list."""
        return self.sent.entries == self.wanted()

    async def forget(self, id_tag: str) -> None:
        """Take an id tag from the list, if it was sent with it.

        Raises:
            CommandError: As for `send`.
        """
        async with self._sending:
            entries = self.sent.entries or {}
            known = [tag for tag in entries if tag_key(tag) == tag_key(id_tag)]
            if known:
                await self._send(
                    UpdateType.DIFFERENTIAL,
                    [{"id_tag": tag} for tag in known],
                    self._after(await self._version()),
                )

    def replaced(self, version: int) -> None:
        """Note that a user sent another list with that version."""
        self._note(SentList(version=version))

    def _check_protocol(self) -> None:
        """Doubt the list if it was sent in another version of OCPP.

        The keys of its entries are others there: OCPP 2 knows the types of tags.
        """
        before, now = self.sent.protocol, self._charge_point.protocol
        if self.sent.entries and before is not None and before != now:
            self._note(replace(self.sent, entries=None))

    async def keep(self, *, whole: bool = False) -> None:
        """Update the list; nothing is sent if it is up to date.

        A refused update is sent once more, as the whole list.

        Args:
            whole: Whether to send the whole list in any case.

        Raises:
            CommandError: As for `send`.
        """
        async with self._sending:
            self._check_protocol()
            await self._commands.enable_local_list()
            reported = await self._version()
            if not whole:
                if reported == self.sent.version and self.is_as_wanted:
                    return
                if reported == 0 and not self.wanted():
                    self._note(SentList(entries={}))
                    return
            await self._update(
                UpdateType.FULL if whole else None,
                reported,
                self._after(reported),
                patient=True,
            )

    async def send(
        self, *, update_type: str | None = None, list_version: int | None = None
    ) -> Answer:
        """Send the wanted list.

        If the charge point's list is known, only changes are sent. If they are refused,
        the whole list is sent.

        Args:
            update_type: `full` to send the whole list in any case.
            list_version: The new version; without it, the next one.

        Returns:
            The last answer, with the `list_version` and the `update_type` that were
            accepted.

        Raises:
            InvalidRequestError: The version is not greater than the present one.
            NoLocalListError: The charge point has no local list.
            LocalListTooLongError: There are more id tags than it can store.
            CommandError: As for all `Commands`.
        """
        async with self._sending:
            self._check_protocol()
            reported = await self._version()
            lowest = self._after(reported)
            if list_version is not None and list_version < lowest:
                raise InvalidRequestError(
                    self._action, "list_version", f"must not be below {lowest}"
                )
            return await self._update(update_type, reported, list_version or lowest)

    async def next_version(self) -> int:
        """Return a version that is greater than all before.

        Raises:
            CommandError: As for `send`.
        """
        return self._after(await self._version())

    def _after(self, reported: int) -> int:
        return max(reported, self.sent.version) + 1

    async def _version(self) -> int:
        """Return the version of the charge point's list; raises NoLocalListError."""
        answer = await self._commands.get_local_list_version()
        version: int = answer["list_version"]
        if version < 0:
            raise NoLocalListError(
                self._commands.action_of("get_local_list_version"), f"version {version}"
            )
        return version

    async def _update(
        self,
        update_type: str | None,
        reported: int,
        version: int,
        *,
        patient: bool = False,
    ) -> Answer:
        """Send changes or the whole list, and the whole list after a refusal.

        With `patient`, a refused whole list is sent once more, too.
        """
        wanted = self.wanted()
        await self._commands.read_local_list_limits()
        most = self._charge_point.capabilities.local_list_entries or 0
        if most and len(wanted) > most:
            raise LocalListTooLongError(self._action, len(wanted), most)
        whole = _as_list(wanted.items())
        changed = None
        have = self.sent.entries
        if (
            (update_type or "").lower() != UpdateType.FULL
            and have is not None
            and reported == self.sent.version > 0
        ):
            changed = changes(have, wanted)
        try:
            if changed is not None:
                return await self._send(UpdateType.DIFFERENTIAL, changed, version)
            return await self._send(UpdateType.FULL, whole, version)
        except RefusedError as err:
            if err.status == "not_supported" or (changed is None and not patient):
                raise
        return await self._send(UpdateType.FULL, whole, self.sent.version + 1)

    async def _send(
        self, update_type: UpdateType, entries: list[dict[str, Any]], version: int
    ) -> Answer:
        """Send an update, in pieces if necessary."""
        answer: Answer = {}
        most = self._charge_point.capabilities.local_list_entries_at_once or 0
        for piece in pieces(update_type, entries, version=version, most=most):
            commands, before = self._commands, self.sent
            try:
                answer = await commands.send_local_list(
                    list_version=piece.version,
                    update_type=piece.update_type,
                    local_authorization_list=piece.entries,
                )
            except CommandError:
                # It is unknown whether it was stored, so no changes can follow it.
                self._note(SentList(version=piece.version))
                raise
            self._note(
                replace(before.after(piece), protocol=self._charge_point.protocol)
            )
        return answer | {
            "list_version": self.sent.version,
            "update_type": str(update_type),
        }

    def _note(self, sent: SentList) -> None:
        if sent != self.sent:
            self.sent = sent
            self.changed()
