"""The commands in OCPP 1.6."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import asdict, replace
from itertools import batched
from typing import TYPE_CHECKING, Any, override

from ..caller import Caller
from ..commands import Answer, Commands, RequestedMessage
from ..model.capabilities import Setting
from ..model.errors import (
    CallErrorReceivedError,
    CallTimeoutError,
    CommandError,
    ConnectionLostError,
    FieldProblem,
    ForeignTransactionError,
    InvalidRequestError,
    OtherVersionActionError,
    RefusedError,
    SessionRunsError,
)
from ..model.model import ConfigurationKey
from ..model.profile import ChargingProfile, Period, Purpose
from ..model.security import CertificateHash, SecurityLevel
from ..model.tags import MAX_TAG_LENGTH
from ..remote_transactions import is_occupied, stop_noted, the_running
from ..schema.spelling import snake
from .call_rules import CALL_RULES, configured
from .capabilities import (
    LOCAL_LIST_ENABLED,
    LOCAL_LIST_LIMITS,
    PASSWORD,
    PHASE_ROTATION,
    SECURITY_PROFILE,
    capabilities_of,
    truth,
)
from .configuration_keys import (
    PASSWORDS,
    KeyQuirks,
    key_quirks,
    problem,
    settings_of,
    value_kept,
)
from .profile_commands import ProfileCommands
from .profile_of_start import start_and_limit
from .spelling import profile_to_ocpp

if TYPE_CHECKING:
    from ..charge_point import ChargePoint
    from ..model.quirks import Quirks
    from ..schema.schemas import Schemas
    from ..wire.rpc import Connection

_OUR_ROOT = "central_system_root_certificate"
_RESTART_WAIT = 120.0
"""Seconds in which a restart counts as the answer to a Reset."""


def _check_profile_of_start(charging_profile: ChargingProfile) -> None:
    """Raise InvalidRequestError if a profile is not allowed with a start (5.16.2)."""
    if charging_profile.purpose is not Purpose.TX:
        name, wrong = "charging_profile_purpose", "must be TxProfile"
    elif charging_profile.transaction_id is not None:
        name, wrong = "transaction_id", "must not be given, as none runs yet"
    else:
        return
    raise InvalidRequestError(
        "RemoteStartTransaction", f"charging_profile.{name}", wrong
    )


type Fields = dict[str, Any]
"""The given fields of an action; names in snake case."""

type Handler = Callable[[V16Commands, Fields], Awaitable[Answer]]
"""Performs an action and returns the answer."""


class V16Commands(Commands):
    """The commands of one connection that speaks OCPP 1.6."""

    def __init__(
        self,
        charge_point: ChargePoint,
        connection: Connection,
        schemas: Schemas,
        actions: Mapping[str, str | Handler],
    ) -> None:
        """Create the commands of a connection.

        Args:
            charge_point: The charge point.
            connection: Its connection.
            schemas: The schemas of OCPP 1.6.
            actions: Action -> the message to send, or the handler, for `call`.
        """
        self.charge_point = charge_point
        self.caller = Caller(charge_point, connection, schemas, CALL_RULES)
        self._actions = actions
        self._profiles = ProfileCommands(charge_point, self.caller)

    @property
    def _quirks(self) -> Quirks:
        return self.charge_point.quirks

    @override
    async def call(self, action: str, **fields: Any) -> Answer:
        if (handler := self._actions.get(action)) is None:
            raise OtherVersionActionError(action, "1.6")
        if isinstance(handler, str):
            return await self.caller.send(handler, **fields)
        return await handler(self, fields)

    @override
    async def start_transaction(
        self,
        *,
        connector_id: int | None = None,
        id_tag: str | None = None,
        charging_profile: ChargingProfile | None = None,
        own: bool = False,
    ) -> Answer:
        id_tag = id_tag or self.charge_point.settings.id_tag
        if charging_profile is not None:
            _check_profile_of_start(charging_profile)
        try:
            if (
                charging_profile is not None
                # Below a ceiling our limit has to know what it replaces.
                and (
                    not self._quirks.remote_start_takes_profile
                    or self.charge_point.ceilings.any
                )
            ):
                answer = await start_and_limit(
                    self.caller,
                    self.charge_point,
                    connector_id,
                    id_tag,
                    charging_profile,
                )
            else:
                answer = await self.caller.send(
                    "RemoteStartTransaction",
                    connector_id=connector_id,
                    id_tag=id_tag,
                    charging_profile=(
                        None
                        if charging_profile is None
                        else profile_to_ocpp("RemoteStartTransaction", charging_profile)
                    ),
                )
        except RefusedError as err:
            # Rejected has no reason.
            if not is_occupied(self.charge_point, connector_id):
                raise
            raise SessionRunsError(err.action, err.status) from err
        if not own:
            for connector in list(self.charge_point.connectors.values()):
                if connector_id in (None, 0, connector.number):
                    connector.starter.started_by_hand()
        return answer

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
                self.charge_point, connector_id, action="RemoteStopTransaction"
            )
        try:
            number = int(transaction_id)
        except ValueError:
            raise ForeignTransactionError(
                "RemoteStopTransaction", transaction_id
            ) from None
        # An id is that of one transaction, wherever it runs.
        noted = stop_noted(self.charge_point, transaction_id)
        with nullcontext() if own else noted:
            return await self.caller.send(
                "RemoteStopTransaction", transaction_id=number
            )

    @override
    async def read_settings(self, names: Iterable[str] = ()) -> None:
        await self.get_configuration(key=list(names))

    @override
    def settings(self) -> tuple[Setting, ...]:
        return settings_of(self.charge_point.configuration.values())

    async def get_configuration(self, *, key: list[str] | None = None) -> Answer:
        """Read configuration keys (5.8).

        Args:
            key: The keys to read; None reads all of them.

        Returns:
            The answer with `configuration_key` and `unknown_key`, merged if it took
            several calls.

        Raises:
            CommandError: As listed in `Commands`.
        """
        if not key and self._quirks.configuration_in_pieces:
            key = list(self._key_quirks.configuration_keys)
        if not key:
            return self._read(await self.caller.send("GetConfiguration"), [])
        wanted = self._in_its_spelling(key)
        answer: Answer = {"configuration_key": [], "unknown_key": []}
        for piece in batched(wanted, self._most_keys or len(wanted), strict=False):
            part = self._read(
                await self.caller.send("GetConfiguration", key=piece), piece
            )
            for name, found in answer.items():
                found += part[name]
        return answer

    def note_configuration(self, keys: Iterable[ConfigurationKey]) -> None:
        """Store reported configuration keys and update the capabilities."""
        charge_point = self.charge_point
        charge_point.set_configuration(keys)
        charge_point.set_capabilities(
            capabilities_of(charge_point.configuration, self._key_quirks)
        )

    @property
    def _key_quirks(self) -> KeyQuirks:
        return key_quirks(self._quirks.rules)

    @override
    def action_of(self, command: str) -> str:
        return next(
            (name for name in self.caller.actions if snake(name) == command), command
        )

    @override
    async def enable_local_list(self) -> None:
        charge_point = self.charge_point
        known = charge_point.configuration.get(LOCAL_LIST_ENABLED.lower())
        if known is None or known.readonly or known.value is None:
            return
        # Some write booleans as digits.
        on = "1" if known.value.strip().isdecimal() else "true"
        if truth(known.value):
            return
        refused = charge_point.refused_settings
        setting = f"{known.key}={on}".lower()
        if setting in refused:
            return
        try:
            await self.write_setting(name=known.key, value=on)
        except ConnectionLostError:
            raise
        except CommandError as err:
            charge_point.deviations.note(f"setting_refused:{known.key}", str(err))
            if not isinstance(err, CallErrorReceivedError):
                refused[setting] = str(err)

    @override
    async def read_local_list_limits(self) -> None:
        missing = [
            key
            for key in LOCAL_LIST_LIMITS
            if key.lower() not in self.charge_point.configuration
        ]
        if missing:
            with suppress(CallErrorReceivedError):
                await self.get_configuration(key=missing)

    @override
    async def set_phase_rotation(self, rotation: str) -> Answer:
        return await self.write_setting(name=PHASE_ROTATION, value=rotation)

    @override
    async def set_password(self, password: str) -> Answer:
        return await self.write_configuration(key=PASSWORD, value=password)

    @override
    async def install_root_certificate(self, certificate: str) -> Answer:
        return await self.caller.send(
            "InstallCertificate",
            certificate_type=_OUR_ROOT,
            certificate=certificate,
        )

    @override
    async def installed_root_certificates(self) -> tuple[CertificateHash, ...]:
        answer = await self.caller.send(
            "GetInstalledCertificateIds", certificate_type=_OUR_ROOT
        )
        return tuple(
            CertificateHash(**data) for data in answer.get("certificate_hash_data", ())
        )

    @override
    async def delete_root_certificate(self, certificate: CertificateHash) -> Answer:
        return await self.caller.send(
            "DeleteCertificate", certificate_hash_data=asdict(certificate)
        )

    @override
    async def trigger_certificate_request(self) -> Answer:
        return await self.caller.send(
            "ExtendedTriggerMessage",
            requested_message="sign_charge_point_certificate",
        )

    @override
    async def install_own_certificate(self, chain: str) -> Answer:
        return await self.caller.send("CertificateSigned", certificate_chain=chain)

    @override
    async def set_security_level(self, level: SecurityLevel, *, url: str) -> Answer:
        return await self.write_configuration(
            key=SECURITY_PROFILE, value=str(level.value)
        )

    def _in_its_spelling(self, keys: list[str]) -> list[str]:
        """Return each key once, in the charge point's spelling (9: without case)."""
        return list({key.lower(): self._spelling(key) for key in keys}.values())

    def _spelling(self, key: str) -> str:
        """Return a key in the charge point's spelling, if known."""
        if (known := self.charge_point.configuration.get(key.lower())) is not None:
            return known.key
        for spelling in self._key_quirks.spellings:
            if spelling.lower() == key.lower():
                return spelling
        return key

    @property
    def _most_keys(self) -> int:
        """The number of keys that may be requested at once; 0 if unknown."""
        limits = [self._quirks.most_keys]
        with suppress(ValueError):
            limits.append(
                int(configured(self.charge_point, "GetConfigurationMaxKeys") or 0)
            )
        return min((limit for limit in limits if limit > 0), default=0)

    def _read(self, answer: Answer, asked: Iterable[str]) -> Answer:
        """Store the keys that were read; return them with all unknown keys."""
        found = answer.get("configuration_key", [])
        self.note_configuration(
            ConfigurationKey(
                key=item["key"],
                value=item.get("value"),
                readonly=item.get("readonly", False),
            )
            for item in found
        )
        # Some charge points list unknown keys, some omit them, some do either.
        unknown = {key.lower(): key for key in (*asked, *answer.get("unknown_key", ()))}
        for item in found:
            unknown.pop(item["key"].lower(), None)
        return {"configuration_key": found, "unknown_key": list(unknown.values())}

    @override
    async def write_setting(self, *, name: str, value: str) -> Answer:
        answer = await self.write_configuration(key=name, value=value)
        if not PASSWORDS.is_secret(name):
            # The write has succeeded even if reading fails. Some change the value, and
            # some apply it at once although they answer RebootRequired.
            with suppress(CommandError):
                await self.get_configuration(key=[name])
        return answer

    async def write_configuration(self, *, key: str, value: str) -> Answer:
        """Write a key (5.3) like `write_setting`, but do not read it again."""
        known = self.charge_point.configuration.get(key.lower())
        if known is not None and known.readonly:
            raise InvalidRequestError(
                "ChangeConfiguration", "key", FieldProblem.READ_ONLY
            )
        if (wrong := problem(key, value, known)) is not None:
            raise InvalidRequestError("ChangeConfiguration", "value", wrong)
        is_password = key.lower() == PASSWORD.lower()
        async with (
            self.charge_point.password_change(value) if is_password else nullcontext()
        ):
            answer = await self.caller.send(
                "ChangeConfiguration",
                key=self._spelling(key),
                value=value,
            )
        # A value that needs a reboot is read again after it. A password is not kept.
        if (
            answer.get("status") == "accepted"
            and known is not None
            and not PASSWORDS.is_secret(key)
        ):
            value = value_kept(key, value, self._quirks)
            self.note_configuration([replace(known, value=value)])
        return answer

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
            snake(requested_message) in self._quirks.unsupported_triggers,
        )
        return await self.caller.send(
            "TriggerMessage",
            requested_message=requested_message,
            connector_id=connector_id,
        )

    @override
    async def reset(self, *, type: str) -> Answer:
        with self.charge_point.restarts.next() as restart:
            try:
                return await self.caller.send("Reset", type=type)
            except ConnectionLostError, CallTimeoutError:
                # Some restart instead of answering.
                with suppress(TimeoutError):
                    async with asyncio.timeout(_RESTART_WAIT):
                        if await restart:
                            return {"status": "accepted"}
                raise

    @override
    async def change_availability(self, *, connector_id: int = 0, type: str) -> Answer:
        answer = await self.caller.send(
            "ChangeAvailability", connector_id=connector_id, type=type
        )
        # Scheduled takes effect after the transaction, with a StatusNotification.
        if answer.get("status") == "accepted":
            self.charge_point.set_available(connector_id, type.lower() == "operative")
        return answer

    @override
    async def unlock_connector(self, *, connector_id: int) -> Answer:
        return await self.caller.send("UnlockConnector", connector_id=connector_id)

    @override
    async def refresh(self) -> None:
        numbers = self.charge_point.connector_numbers or [1]
        for message in ("status_notification", "meter_values"):
            if message in self._quirks.unsupported_triggers:
                continue
            for number in numbers:
                await self.trigger_message(
                    requested_message=message, connector_id=number
                )

    def read_charging_profile(
        self, fields: Mapping[str, Any], *, of_start: bool = False
    ) -> ChargingProfile:
        """Convert a user's charging profile to the model.

        Args:
            fields: The members of a ChargingProfile (7.8), in snake case or OCPP's
                spelling.
            of_start: Whether it is sent with a RemoteStartTransaction.

        Raises:
            InvalidRequestError: The schema does not allow the profile.
        """
        return self._profiles.read_charging_profile(fields, of_start=of_start)

    @override
    async def set_charging_profile(
        self, *, connector_id: int, charging_profile: ChargingProfile, own: bool = False
    ) -> Answer:
        return await self._profiles.set_charging_profile(
            connector_id=connector_id, charging_profile=charging_profile, own=own
        )

    @override
    async def update_dynamic_limit(
        self, *, connector_id: int, profile_id: int, period: Period
    ) -> Answer:
        raise OtherVersionActionError("update_dynamic_schedule", "1.6", "2.1")

    @override
    async def use_priority(self, *, transaction_id: str, activate: bool) -> Answer:
        raise OtherVersionActionError("use_priority_charging", "1.6", "2.1")

    @override
    async def allow_energy_transfer(
        self, *, connector_id: int, transaction_id: str, discharging: bool
    ) -> Answer:
        raise OtherVersionActionError("notify_allowed_energy_transfer", "1.6", "2.1")

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
        return await self._profiles.clear_charging_profile(
            id=id,
            connector_id=connector_id,
            charging_profile_purpose=charging_profile_purpose,
            stack_level=stack_level,
            own=own,
        )

    @override
    async def get_local_list_version(self) -> Answer:
        return await self.caller.send("GetLocalListVersion")

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
            list_version=list_version,
            update_type=update_type,
            # A longer tag cannot be presented in this version.
            local_authorization_list=[
                entry
                for entry in local_authorization_list
                if len(entry["id_tag"]) <= MAX_TAG_LENGTH
            ],
        )
