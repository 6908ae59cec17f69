"""The commands in OCPP 2."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, override

from ..caller import Caller
from ..commands import Answer, Commands, RequestedMessage
from ..model.capabilities import Setting, V2xAbilities
from ..model.errors import (
    CallTimeoutError,
    CommandError,
    ConnectionLostError,
    OtherVersionActionError,
    RefusedError,
    SessionRunsError,
)
from ..model.model import new_id
from ..model.profile import ChargingProfile, InstalledProfiles, Period
from ..model.security import CertificateHash, SecurityLevel
from ..model.tags import MAX_TAG_LENGTH_201, Tag, TagKind, tag_key
from ..remote_transactions import is_occupied, stop_noted, the_running
from ..schema.spelling import snake
from .call_rules import CALL_RULES
from .charging.profile_commands import ProfileCommands
from .connection import Awaited
from .device_model.local_list import enable_local_list, read_local_list_limits
from .device_model.names import Aspect
from .device_model.reading import Reading
from .device_model.settings import find_aspect, phase_rotations, settings_of
from .device_model.variables import Result, Variables, is_secret
from .discharging.transfers import send_allowed
from .money.costs import Costs
from .money.tariffs import Tariffs
from .security import certificates
from .security.network_profiles import NetworkProfiles
from .security.passwords import set_password
from .spelling import list_entry, token_of, told
from .station import Station

if TYPE_CHECKING:
    from ..charge_point import ChargePoint
    from ..schema.schemas import Schemas
    from ..wire.rpc import Connection

_RESTART_WAIT = 120.0
"""Seconds in which a restart counts as the answer to a Reset."""

_RESETS = {"soft": "OnIdle", "hard": "Immediate", "resume": "ImmediateAndResume"}

_PRIORITY = "UsePriorityCharging"

type Fields = dict[str, Any]
"""The given fields of an action; names in snake case."""

type Handler = Callable[[V2Commands, Fields], Awaitable[Answer]]
"""Performs an action and returns the answer."""


class V2Commands(Commands):
    """The commands of one connection that speaks OCPP 2."""

    tells_profiles = True

    def __init__(
        self,
        charge_point: ChargePoint,
        connection: Connection,
        schemas: Schemas,
        actions: Mapping[str, str | Handler],
        *,
        version: str,
        later: Collection[str] = frozenset(),
    ) -> None:
        """Create the commands of a connection.

        Args:
            charge_point: The charge point.
            connection: Its connection.
            schemas: The schemas of the version.
            actions: Action -> the message to send, or the handler, for `call`.
            version: The number of the version: `2.0.1` or `2.1`.
            later: The actions that only a later version has.
        """
        self.version = version
        self.charge_point = charge_point
        self.caller = Caller(
            charge_point, connection, schemas, replace(CALL_RULES, version=version)
        )
        self.schemas = schemas
        self.station = charge_point.part(Station)
        self.awaited = charge_point.part(Awaited)
        self.awaited.reset()
        self.profiles = ProfileCommands(
            charge_point, self.caller, self.station, self.awaited
        )
        self.station.connected()
        charge_point.part(Tariffs).connected(self.caller)
        charge_point.part(Costs).connected(self.caller)
        self.variables = Variables(charge_point, self.caller)
        self.reading = Reading(
            charge_point, self.caller, self.awaited.reports, self.variables
        )
        self._actions = actions
        self._later = later

    @override
    async def call(self, action: str, **fields: Any) -> Answer:
        if (handler := self._actions.get(action)) is None:
            other = "2.1" if action in self._later else "1.6"
            raise OtherVersionActionError(action, self.version, other)
        if isinstance(handler, str):
            return await self.caller.send(handler, **fields)
        return await handler(self, fields)

    @override
    def action_of(self, command: str) -> str:
        names = {
            "start_transaction": "RequestStartTransaction",
            "stop_transaction": "RequestStopTransaction",
        }
        return names.get(command) or next(
            (name for name in self.caller.actions if snake(name) == command), command
        )

    # Transactions.

    @override
    async def start_transaction(
        self,
        *,
        connector_id: int | None = None,
        id_tag: str | None = None,
        charging_profile: ChargingProfile | None = None,
        own: bool = False,
        tag_kind: TagKind | None = None,
    ) -> Answer:
        own_tag = self.charge_point.settings.id_tag
        tag = Tag(id_tag or own_tag, tag_kind)
        if tag_kind is None and tag.key == tag_key(own_tag):
            tag = Tag(tag.id, TagKind.CENTRAL)
        remote_start_id = new_id()
        self.station.start_asked(remote_start_id, tag)
        try:
            answer = await self.caller.send(
                "RequestStartTransaction",
                evse_id=connector_id or None,
                id_token=token_of(tag, self.version),
                remote_start_id=remote_start_id,
                charging_profile=(
                    None
                    if charging_profile is None
                    else self.profiles.of_start(charging_profile, connector_id)
                ),
            )
        except RefusedError as err:
            # Rejected has no reason.
            if not is_occupied(self.charge_point, connector_id):
                raise
            raise SessionRunsError(err.action, err.status) from err
        if charging_profile is not None and self.charge_point.ceilings.any:
            # Below a ceiling our limit has to know what it replaces.
            self.charge_point.profile_methods.started_with(
                connector_id, charging_profile
            )
        if (begun := answer.get("transaction_id")) is not None:
            self.station.start_answered(begun, remote_start_id)
        if not own:
            for connector in list(self.charge_point.connectors.values()):
                if connector_id in (None, 0, connector.number):
                    connector.starter.started_by_hand()
        return answer | {"remote_start_id": remote_start_id}

    @override
    async def stop_transaction(
        self,
        *,
        connector_id: int | None = None,
        transaction_id: str | None = None,
        own: bool = False,
    ) -> Answer:
        if transaction_id is None:
            transaction_id = the_running(
                self.charge_point, connector_id, action="RequestStopTransaction"
            )
        # Two EVSEs may use one id at the same time.
        noted = stop_noted(self.charge_point, transaction_id, connector_id)
        with nullcontext() if own else noted:
            return await self.caller.send(
                "RequestStopTransaction", transaction_id=transaction_id
            )

    # Settings.

    @override
    async def read_settings(self, names: Iterable[str] = ()) -> None:
        if aspects := [self._aspect(one, "GetVariables") for one in names]:
            await self.variables.get(aspects)
        else:
            await self.reading.all()

    @override
    def settings(self) -> tuple[Setting, ...]:
        return settings_of(self.station.inventory)

    @override
    async def write_setting(self, *, name: str, value: str) -> Answer:
        aspect = self._aspect(name, "SetVariables")
        answer = await self.variables.write(aspect, value)
        if not is_secret(aspect):
            # The write has succeeded even if reading fails.
            with suppress(CommandError):
                await self.variables.get([aspect])
        return answer

    async def write_variables(self, values: Mapping[Aspect, str]) -> list[Result]:
        """Write variables; each one has its own result (B05)."""
        return await self.variables.set(values)

    @override
    async def set_phase_rotation(self, rotation: str) -> Answer:
        inventory = self.station.inventory
        wanted = phase_rotations(rotation, inventory)
        status = "accepted"
        if wanted:
            for one in await self.variables.set(wanted):
                one.check("SetVariables")
                if one.status == "reboot_required":
                    status = one.status
        return {"status": status}

    def _aspect(self, text: str, action: str) -> Aspect:
        return find_aspect(self.station.inventory, text, action=action)

    # Messages, restarts, availability.

    @override
    async def trigger_message(
        self,
        *,
        requested_message: RequestedMessage | str,
        connector_id: int | None = None,
    ) -> Answer:
        self.caller.check_supported(
            "TriggerMessage",
            snake(requested_message),
            snake(requested_message) in self.charge_point.quirks.unsupported_triggers,
        )
        if snake(requested_message) != "status_notification" or not connector_id:
            return await self.caller.send(
                "TriggerMessage",
                requested_message=requested_message,
                evse={"id": connector_id} if connector_id else None,
            )
        answer: Answer = {}
        # F06.FR.13: a StatusNotification is that of a plug.
        for plug in self._plugs(connector_id):
            answer = await self.caller.send(
                "TriggerMessage",
                requested_message=requested_message,
                evse={"id": connector_id, "connector_id": plug},
            )
        return answer

    @override
    async def refresh(self) -> None:
        unsupported = self.charge_point.quirks.unsupported_triggers
        for message in ("status_notification", "meter_values"):
            if message in unsupported:
                continue
            for number in self.charge_point.connector_numbers or [1]:
                await self.trigger_message(
                    requested_message=message, connector_id=number
                )

    def _plugs(self, number: int) -> list[int]:
        """Return the plugs of an EVSE."""
        evse = self.station.evses.get(number)
        told_of = {} if evse is None else evse.plugs
        known = self.station.inventory.plugs().get(number, ())
        # 0 is the EVSE itself.
        return sorted({*told_of, *known} - {0}) or [1]

    @override
    async def reset(self, *, type: str, connector_id: int | None = None) -> Answer:
        if connector_id:
            # No boot follows the reset of an EVSE (B11.FR.08).
            return await self.caller.send(
                "Reset", type=_RESETS.get(type, type), evse_id=connector_id
            )
        with self.charge_point.restarts.next() as restart:
            try:
                return await self.caller.send("Reset", type=_RESETS.get(type, type))
            except ConnectionLostError, CallTimeoutError:
                # Some restart instead of answering.
                with suppress(TimeoutError):
                    async with asyncio.timeout(_RESTART_WAIT):
                        if await restart:
                            return {"status": "accepted"}
                raise

    @override
    async def change_availability(
        self, *, connector_id: int = 0, type: str, plug: int | None = None
    ) -> Answer:
        answer = await self.caller.send(
            "ChangeAvailability",
            operational_status=type,
            evse=told(id=connector_id, connector_id=plug) if connector_id else None,
        )
        # Scheduled takes effect after the transaction, with a StatusNotification. One
        # plug of several is told by its status alone.
        if answer.get("status") == "accepted" and plug is None:
            self.charge_point.set_available(connector_id, type.lower() == "operative")
        return answer

    @override
    async def unlock_connector(
        self, *, connector_id: int, plug: int | None = None
    ) -> Answer:
        return await self.caller.send(
            "UnlockConnector",
            evse_id=connector_id,
            connector_id=plug or self._plug_in_use(connector_id),
        )

    def _plug_in_use(self, number: int) -> int:
        """Return the plug of an EVSE that a vehicle occupies, or else the first."""
        plugs = self._plugs(number)
        if (evse := self.station.evses.get(number)) is None:
            return plugs[0]
        if evse.plug in plugs:
            return evse.plug
        occupied = [plug for plug in plugs if evse.plugs.get(plug) == "Occupied"]
        return (occupied or plugs)[0]

    # Charging profiles.

    @override
    async def set_charging_profile(
        self, *, connector_id: int, charging_profile: ChargingProfile, own: bool = False
    ) -> Answer:
        return await self.profiles.set(
            connector_id=connector_id, charging_profile=charging_profile, own=own
        )

    @override
    async def update_dynamic_limit(
        self, *, connector_id: int, profile_id: int, period: Period
    ) -> Answer:
        return await self.profiles.update(connector_id, profile_id, period)

    @override
    async def allow_energy_transfer(
        self, *, connector_id: int, transaction_id: str, discharging: bool
    ) -> Answer:
        abilities = self.charge_point.capabilities.v2x or V2xAbilities()
        return await send_allowed(
            self.caller,
            abilities.at(connector_id),
            transaction_id,
            discharging=discharging,
        )

    @override
    async def use_priority(self, *, transaction_id: str, activate: bool) -> Answer:
        if _PRIORITY not in self.caller.actions:
            raise OtherVersionActionError("use_priority_charging", "2.0.1", "2.1")
        return await self.caller.send(
            _PRIORITY, transaction_id=transaction_id, activate=activate
        )

    @override
    async def clear_charging_profile(
        self,
        *,
        id: int | None = None,
        connector_id: int | None = None,
        charging_profile_purpose: str | None = None,
        stack_level: int | None = None,
        own: bool = False,
    ) -> Answer:
        return await self.profiles.clear(
            id=id,
            connector_id=connector_id,
            charging_profile_purpose=charging_profile_purpose,
            stack_level=stack_level,
            own=own,
        )

    @override
    async def installed_profiles(self) -> InstalledProfiles | None:
        _, found = await self.profiles.installed()
        return found

    # The local list.

    @override
    async def enable_local_list(self) -> None:
        await enable_local_list(self.charge_point, self.variables)

    @override
    async def read_local_list_limits(self) -> None:
        await read_local_list_limits(self.charge_point, self.variables)

    @override
    async def get_local_list_version(self) -> Answer:
        answer = await self.caller.send("GetLocalListVersion")
        version = answer["version_number"]
        if version == 0 and self.charge_point.capabilities.local_list_enabled is False:
            # D02.FR.03: no list, as it is switched off; 1.6 has another number for it.
            version = -1
        return {"list_version": version}

    @override
    async def send_local_list(
        self,
        *,
        list_version: int,
        update_type: str,
        local_authorization_list: list[dict[str, Any]],
    ) -> Answer:
        return await self.caller.send(
            "SendLocalList",
            version_number=list_version,
            update_type=update_type,
            local_authorization_list=[
                list_entry(
                    entry["id_tag"], entry.get("id_tag_info"), version=self.version
                )
                for entry in local_authorization_list
                if self.version != "2.0.1" or len(entry["id_tag"]) <= MAX_TAG_LENGTH_201
            ]
            or None,
        )

    # Passwords, certificates and levels.

    level_needs_restart = True

    @override
    async def set_password(self, password: str) -> Answer:
        return await set_password(self.variables, self.station.inventory, password)

    @override
    async def install_root_certificate(self, certificate: str) -> Answer:
        return await certificates.install_root(self.caller, certificate)

    @override
    async def installed_root_certificates(self) -> tuple[CertificateHash, ...]:
        return await certificates.installed_roots(self.caller)

    @override
    async def delete_root_certificate(self, certificate: CertificateHash) -> Answer:
        return await certificates.delete_root(self.caller, certificate)

    @override
    async def trigger_certificate_request(self) -> Answer:
        return await certificates.trigger_request(
            self.caller, self.variables, self.station.inventory
        )

    @override
    async def install_own_certificate(self, chain: str) -> Answer:
        return await certificates.install_own(self.caller, chain)

    @override
    async def set_security_level(self, level: SecurityLevel, *, url: str) -> Answer:
        profiles = self.charge_point.part(NetworkProfiles)
        return await profiles.set_level(self.caller, self.variables, level, url)

    @override
    def can_lower_to(self, level: SecurityLevel) -> bool:
        return self.charge_point.part(NetworkProfiles).can_lower_to(level)

    @override
    async def keep_security_level(self) -> None:
        await self.charge_point.part(NetworkProfiles).keep(self.variables)
