"""Network profiles: how a charging station is told its address and level (A05, B09, B10).

A profile is written into a slot that is not in use, and goes to the front of the
priority, with the profile in use behind it. It takes effect with the next restart. A
station that cannot connect with it falls back to the one behind.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ...caller import Caller
from ...commands import Answer
from ...model.errors import (
    CommandError,
    ConnectionLostError,
    InvalidRequestError,
    RefusedError,
)
from ...model.security import SecurityLevel
from ..device_model.model import DeviceModel
from ..device_model.names import Aspect, VariableName
from ..device_model.values import truth
from ..device_model.variables import Variables
from ..spelling import merged

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

_ACTION = "SetNetworkProfile"
_COMPONENT = "OCPPCommCtrlr"
_PRIORITY = Aspect(VariableName(_COMPONENT, "NetworkConfigurationPriority"))
_ACTIVE = Aspect(VariableName(_COMPONENT, "ActiveNetworkProfile"))
_DOWNGRADE = ("SecurityCtrlr", "AllowSecurityProfileDowngrade")
_TIMEOUT = 30
"""Seconds of messageTimeout where the station reports none (2.37)."""
_INTERFACES = ("Wired0", "Wireless0")
_WRONG_SLOT, _NO_DOWNGRADE = "invalidconfslot", "nosecuritydowngrade"
"""Reason codes of a refusal, in lower case (appendices, 5)."""
_MEMBERS = (
    "ocpp_version",
    "ocpp_transport",
    "ocpp_csms_url",
    "message_timeout",
    "security_profile",
    "ocpp_interface",
    "apn",
    "vpn",
    # Of 2.1.
    "identity",
    "basic_auth_password",
)
"""The members of NetworkConnectionProfileType (2.37)."""


def _version(caller: Caller) -> str | None:
    """Return the version in a profile: from 2.1 on it is agreed in the handshake."""
    return "OCPP20" if caller.version == "2.0.1" else None


async def set_network_profile(caller: Caller, fields: dict[str, Any]) -> Answer:
    """Write a network profile of a user (B09).

    Args:
        caller: Sends it.
        fields: `configuration_slot`, and `connection_data` with the members of a
            NetworkConnectionProfileType; these may also be given as separate fields.

    Raises:
        InvalidRequestError: A member is given twice, or the schema does not allow one.
        CommandError: As for all commands.
    """
    fields = dict(fields)
    whole = merged(_ACTION, fields, "connection_data", _MEMBERS)
    data = {
        "ocpp_version": _version(caller),
        "ocpp_transport": "JSON",
        "message_timeout": _TIMEOUT,
    } | whole
    return await caller.send(_ACTION, connection_data=data, **fields)


@dataclass(frozen=True, kw_only=True, slots=True)
class Slots:
    """The configuration slots of a station."""

    possible: tuple[int, ...]
    """Those that it has; none if it does not tell."""
    priority: tuple[int, ...]
    """Those that it tries, in this order."""
    active: int | None

    @property
    def in_use(self) -> int | None:
        """The slot of the open connection; None if that is not known."""
        if self.active is not None:
            return self.active
        return self.priority[0] if self.priority else None

    def free(self) -> list[int]:
        """Return the slots that can be written, the best first: never that in use."""
        in_use = self.in_use
        if in_use is None:
            return []
        possible = self.possible
        if not possible:
            # There are at least two (B09.FR.06).
            possible = (in_use + 1, *((in_use - 1,) if in_use else ()))
        return sorted(
            (slot for slot in possible if slot != in_use),
            key=lambda slot: slot in self.priority,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Change:
    """A profile that was put in front."""

    slot: int
    before: int
    level: SecurityLevel
    interface: str


class NetworkProfiles:
    """The network profiles of one charging station, as far as we have written them."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Know of no change."""
        self._charge_point = charge_point
        self._inventory = charge_point.part(DeviceModel).inventory
        self._change: _Change | None = None
        self._failed: set[str] = set()
        """Interfaces with which it could not connect."""
        self._turn = asyncio.Lock()

    def can_lower_to(self, level: SecurityLevel) -> bool:
        """Return whether the level can be lowered to that (A00.FR.005, errata 2.5)."""
        return (
            self._charge_point.security.level is SecurityLevel.CERTIFICATE
            and level is SecurityLevel.TLS
            and truth(self._inventory.value(*_DOWNGRADE) or "") is True
        )

    async def set_level(
        self, caller: Caller, variables: Variables, level: SecurityLevel, url: str
    ) -> Answer:
        """Write a profile of that level, and put it in front of that in use.

        Args:
            caller: Sends it on the open connection.
            variables: Writes the priority there.
            level: The security profile.
            url: The address, with or without the id of the station.

        Returns:
            An answer whose status says that a restart is required.

        Raises:
            InvalidRequestError: The level is lower, or no slot can be written.
            CommandError: As for all commands.
        """
        async with self._turn:
            return await self._set_level(caller, variables, level, url)

    async def _set_level(
        self, caller: Caller, variables: Variables, level: SecurityLevel, url: str
    ) -> Answer:
        if level < self._charge_point.security.level and not self.can_lower_to(level):
            raise InvalidRequestError(_ACTION, "security_profile", "must not be lower")
        slots = await self._slots(variables)
        in_use = slots.in_use
        if in_use is None or not (free := slots.free()):
            raise InvalidRequestError(
                _ACTION, "configuration_slot", "the station reports no free slot"
            )
        if free[0] in slots.priority:
            # A slot that is to be tried may not be written.
            await variables.write(_PRIORITY, _listed(in_use))
        change = await self._write(caller, in_use, free[:2], level, url)
        await variables.write(_PRIORITY, _listed(change.slot, in_use))
        self._change = change
        return {"status": "reboot_required", "configuration_slot": change.slot}

    async def _write(
        self,
        caller: Caller,
        in_use: int,
        free: list[int],
        level: SecurityLevel,
        url: str,
    ) -> _Change:
        """Write a profile into the first slot that takes it.

        Raises:
            RefusedError: None took it.
            CommandError: As for all commands.
        """
        refused: RefusedError | None = None
        for slot in free:
            for interface in self._interfaces():
                answer = await caller.exchange(
                    _ACTION,
                    configuration_slot=slot,
                    connection_data={
                        "ocpp_version": _version(caller),
                        "ocpp_transport": "JSON",
                        "ocpp_csms_url": self._without_id(url),
                        "message_timeout": self._timeout,
                        "security_profile": level.value,
                        "ocpp_interface": interface,
                    },
                )
                try:
                    caller.agreed(_ACTION, answer)
                except RefusedError as err:
                    refused = err
                else:
                    return _Change(
                        slot=slot, before=in_use, level=level, interface=interface
                    )
                why = _reason(answer)
                if why == _NO_DOWNGRADE:
                    raise refused
                if why == _WRONG_SLOT:
                    break
        assert refused is not None
        raise refused

    async def keep(self, variables: Variables) -> None:
        """Leave nothing but the profile in use in the priority (A05.FR.06, FR.07).

        So a station that was raised cannot fall back, and one that fell back does not
        try the profile that failed each time.

        Raises:
            CommandError: As for all commands.
        """
        async with self._turn:
            slots = await self._slots(variables)
            in_use, change = slots.active, self._change
            if change is not None:
                came = self._charge_point.security.level == change.level
                if not came:
                    self._failed.add(change.interface)
                in_use = change.slot if came else change.before
            # After a restart of the server only the station can tell.
            if in_use is not None and slots.priority != (in_use,):
                await variables.write(_PRIORITY, _listed(in_use))
            self._change = None

    async def _slots(self, variables: Variables) -> Slots:
        try:
            await variables.get([_PRIORITY, _ACTIVE])
        except ConnectionLostError:
            raise
        except CommandError:
            # What it has reported before has to do.
            pass
        known = self._inventory.find(_PRIORITY.name)
        return Slots(
            possible=() if known is None else tuple(_numbers(*known.values)),
            priority=tuple(_numbers(*self._value(_PRIORITY.name.variable).split(","))),
            active=next(_numbers(self._value(_ACTIVE.name.variable)), None),
        )

    def _value(self, variable: str, instance: str | None = None) -> str:
        return self._inventory.value(_COMPONENT, variable, instance) or ""

    @property
    def _timeout(self) -> int:
        return next(_numbers(self._value("MessageTimeout", "Default")), 0) or _TIMEOUT

    def _interfaces(self) -> list[str]:
        """Return the interfaces to try: OCPP does not tell which one is in use."""
        identity = self._charge_point.identity
        has_modem = bool(identity.iccid or identity.imsi)
        return sorted(
            reversed(_INTERFACES) if has_modem else _INTERFACES,
            key=lambda interface: interface in self._failed,
        )

    def _without_id(self, url: str) -> str:
        """Return an address without the id, which the station appends (2.37)."""
        own = quote(self._charge_point.id, safe="")
        return url.removesuffix(f"/{own}").rstrip("/")


def _listed(*slots: int) -> str:
    return ",".join(map(str, slots))


def _numbers(*texts: str) -> Iterator[int]:
    for text in texts:
        if text.strip().isdecimal():
            yield int(text)


def _reason(answer: Answer) -> str:
    info = answer.get("status_info") or {}
    return str(info.get("reason_code", "")).replace(" ", "").lower()
