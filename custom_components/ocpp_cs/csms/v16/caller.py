"""Convert commands to calls of OCPP 1.6, and the answers to those of the model."""

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from ..commands import Answer
from ..model.errors import (
    CallError,
    CallErrorReceivedError,
    CommandError,
    ErrorKey,
    InvalidAnswerError,
    InvalidRequestError,
    KnownUnsupportedError,
    NotKnownError,
    NotSupportedError,
    RefusedError,
    TooManyPeriodsError,
    Violation,
)
from ..restarts import BootReason
from ..schema.coerce import salvage
from ..schema.spelling import from_ocpp, snake, to_ocpp
from ..security.masking import hidden
from .aliases import ERROR_CODES
from .capabilities import FEATURE_PROFILES
from .configuration_keys import PASSWORDS

if TYPE_CHECKING:
    from ..charge_point import ChargePoint
    from ..model.quirks import Quirks
    from ..schema.schemas import Schemas
    from ..wire.rpc import Connection

_CONSENT = frozenset({"accepted", "reboot_required", "scheduled", "unlocked"})
"""The statuses with which a charge point accepts a command."""

_CONSENT_TO = {
    # Accepted, and a previous request was cancelled.
    "GetLog": _CONSENT | {"accepted_canceled"},
    "SignedUpdateFirmware": _CONSENT | {"accepted_canceled"},
    # No certificate is a valid answer.
    "GetInstalledCertificateIds": _CONSENT | {"not_found"},
}

_REFUSALS = {
    ("CancelReservation", "rejected"): ErrorKey.CANCEL_RESERVATION_REJECTED,
    ("ReserveNow", "faulted"): ErrorKey.RESERVE_NOW_FAULTED,
    ("ReserveNow", "occupied"): ErrorKey.RESERVE_NOW_OCCUPIED,
    ("ReserveNow", "rejected"): ErrorKey.RESERVE_NOW_REJECTED,
    ("ReserveNow", "unavailable"): ErrorKey.RESERVE_NOW_UNAVAILABLE,
    ("SendLocalList", "failed"): ErrorKey.SEND_LOCAL_LIST_FAILED,
    ("SendLocalList", "not_supported"): ErrorKey.SEND_LOCAL_LIST_NOT_SUPPORTED,
    ("SendLocalList", "version_mismatch"): ErrorKey.SEND_LOCAL_LIST_VERSION_MISMATCH,
}
"""The refusals whose meaning OCPP defines."""

_UNSUPPORTED = frozenset(
    {ERROR_CODES[Violation.NOT_IMPLEMENTED], ERROR_CODES[Violation.NOT_SUPPORTED]}
)

_PROFILES = {
    "GetDiagnostics": "FirmwareManagement",
    "UpdateFirmware": "FirmwareManagement",
    "GetLocalListVersion": "LocalAuthListManagement",
    "SendLocalList": "LocalAuthListManagement",
    "CancelReservation": "Reservation",
    "ReserveNow": "Reservation",
    "ClearChargingProfile": "SmartCharging",
    "GetCompositeSchedule": "SmartCharging",
    "SetChargingProfile": "SmartCharging",
}
"""The feature profiles that charge points may omit (3.3).

RemoteTrigger is missing, as an error may concern the requested message instead.
"""

_SECURITY = frozenset(
    {
        "CertificateSigned",
        "DeleteCertificate",
        "ExtendedTriggerMessage",
        "GetInstalledCertificateIds",
        "GetLog",
        "InstallCertificate",
        "SignedUpdateFirmware",
    }
)
"""The actions of the security extension, which no charge point declares."""


_CONFIDENTIAL = frozenset(
    {
        # It makes the other side the charge point, from then on for good.
        "CertificateSigned",
        "GetDiagnostics",
        "GetLog",
        "RemoteStartTransaction",
        "ReserveNow",
        "SendLocalList",
        "SignedUpdateFirmware",
        "UpdateFirmware",
    }
)
"""The actions that contain id tags, certificates, or URLs with credentials."""


_LONGEST_STATUS = len("RebootRequired")


class Caller:
    """Send messages of OCPP 1.6 on one connection."""

    def __init__(
        self, charge_point: ChargePoint, connection: Connection, schemas: Schemas
    ) -> None:
        """Create the caller of a connection."""
        self._charge_point = charge_point
        self._connection = connection
        self._schemas = schemas
        self._unsupported: dict[str, CallErrorReceivedError] = {}
        """Action -> its error, for actions that are not sent again."""

    @property
    def actions(self) -> Collection[str]:
        """The actions of this version of OCPP, as it names them."""
        return self._schemas.actions

    def configured(self, key: str) -> str | None:
        """Return the known value of a configuration key, compared without case."""
        known = self._charge_point.configuration.get(key.lower())
        return known.value if known is not None else None

    async def send(self, action: str, **fields: Any) -> Answer:
        """Send a message and return the answer.

        Args:
            action: The action, as in the specification.
            **fields: The fields in snake case (see `to_ocpp`); None is left out.

        Raises:
            CommandError: As listed in `Commands`.
        """
        try:
            return self.agreed(action, await self.exchange(action, **fields))
        except CommandError as err:
            if (profile := self._undeclared(action)) is not None:
                err.set_undeclared(profile)
            raise

    @staticmethod
    def agreed(action: str, answer: Answer) -> Answer:
        """Return an answer to `action`; raise RefusedError if it is a refusal."""
        status = answer.get("status")
        if status is not None and status not in _CONSENT_TO.get(action, _CONSENT):
            raise RefusedError(
                action, status, _REFUSALS.get((action, status), ErrorKey.REFUSED)
            )
        return answer

    async def exchange(self, action: str, **fields: Any) -> Answer:
        """Send a message like `send`, but return a refusal like any other answer."""
        payload = self.payload(action, **fields)
        response = self._schemas.response(action)
        assert response is not None  # as there is a request
        self.check_periods(action, payload)
        self._foresee(action, payload)
        answer = await self._call(action, payload)
        if action == "GetConfiguration":
            # Passwords must not be told (A01), but some charge points do.
            answer = PASSWORDS.cleaned(answer)
        if not response.valid(answer):
            try:
                answer = salvage(
                    action,
                    "response",
                    answer,
                    self._charge_point.deviations,
                    self._schemas,
                )
            except CallError as err:
                raise InvalidAnswerError(action, err.description) from err
        converted: Answer = from_ocpp(answer, response.definition)
        if action == "Reset" and converted.get("status") not in _CONSENT:
            self._charge_point.restarts.expect(None)
        return converted

    def _foresee(self, action: str, payload: dict[str, Any]) -> None:
        """Record what a call will cause: a BootNotification, or a certificate request.

        This has to be done before sending, as that may arrive before the answer is
        handled.
        """
        restarts = self._charge_point.restarts
        if action == "Reset":
            restarts.expect(BootReason(f"{payload['type'].lower()}_reset"))
        elif payload.get("requestedMessage") == "BootNotification":
            restarts.asked_for_boot_notification()
        elif payload.get("requestedMessage") == "SignChargePointCertificate":
            self._charge_point.csr_asked = asyncio.get_running_loop().time()

    def payload(self, action: str, **fields: Any) -> dict[str, Any]:
        """Return the payload of a request in OCPP's spelling.

        Args:
            action: The action, as in the specification.
            **fields: The fields in snake case (see `to_ocpp`); None is left out.

        Raises:
            InvalidRequestError: The schema does not allow the fields.
        """
        request = self._schemas.request(action)
        if request is None:
            raise InvalidRequestError(action, "action", "not an action of OCPP 1.6")
        payload: dict[str, Any] = to_ocpp(fields, request.definition)
        if problems := request.problems(payload, formats=True):
            field = ".".join(snake(part) for part in problems[0].path.split("."))
            raise InvalidRequestError(action, field, problems[0].message)
        return payload

    async def _call(self, action: str, payload: dict[str, Any]) -> Any:
        # The declared feature profiles do not decide: some charge points declare less
        # than they support, and some more. So everything is tried. An action that is
        # answered with NotImplemented and not declared either is not sent again on
        # this connection; another firmware comes with another connection.
        # Quirks are checked first, as some charge points fail badly on actions that
        # they do not support. The owner can override them.
        self.check_supported(
            action, action, snake(action) in self._quirks.unsupported_actions
        )
        self._check_known(action, payload)
        if (said := self._unsupported.get(action)) is not None:
            raise NotSupportedError(action, said.code, said.description, said.details)
        try:
            return await self._send_hidden(action, payload)
        except CallErrorReceivedError as err:
            if err.code not in _UNSUPPORTED:
                raise
            if err.code == ERROR_CODES[
                Violation.NOT_IMPLEMENTED
            ] and not self._is_declared(action):
                self._unsupported[action] = err
            raise NotSupportedError(
                action, err.code, err.description, err.details
            ) from err

    async def _send_hidden(self, action: str, payload: dict[str, Any]) -> Any:
        """Send a call; a password in it gets into no log, nor what repeats it."""
        secret = payload.get("value")
        if not secret or not PASSWORDS.is_secret(str(payload.get("key", ""))):
            return await self._connection.call(action, payload)
        with self._connection.hiding(secret):
            try:
                answer = await self._connection.call(action, payload)
            except CallErrorReceivedError as err:
                code, description = hidden(secret, [err.code, err.description])
                raise CallErrorReceivedError(action, code, description, {}) from None
        # A status is no password, whatever somebody has typed.
        return hidden(secret, answer) if len(secret) > _LONGEST_STATUS else answer

    def _check_known(self, action: str, payload: dict[str, Any]) -> None:
        """Raise NotKnownError for a confidential call on an unknown connection."""
        charge_point = self._charge_point
        acquaintance = charge_point.acquaintance
        if acquaintance.is_known or not (
            action in _CONFIDENTIAL or PASSWORDS.is_secret(str(payload.get("key", "")))
        ):
            return
        charge_point.emit("withheld", {"action": action})
        raise NotKnownError(
            action,
            charge_point.remote or "",
            is_another=acquaintance.claim is not None,
        )

    @property
    def _quirks(self) -> Quirks:
        return self._charge_point.quirks

    def check_supported(self, action: str, what: str, unsupported: bool) -> None:
        """Raise KnownUnsupportedError if a quirk says that it is not supported."""
        if unsupported:
            raise KnownUnsupportedError(action, what, self._quirks.rules)

    def check_periods(self, action: str, payload: dict[str, Any]) -> None:
        """Raise TooManyPeriodsError if a schedule has more periods than a quirk allows.

        Without a quirk the charge point itself has to refuse it.
        """
        most = self._quirks.most_periods
        profile = payload.get("csChargingProfiles", payload.get("chargingProfile"))
        if not most or profile is None:
            return
        count = len(profile["chargingSchedule"]["chargingSchedulePeriod"])
        if count > most:
            raise TooManyPeriodsError(action, count, most, self._quirks.rules)

    def _is_declared(self, action: str) -> bool:
        return action not in _SECURITY and self._undeclared(action) is None

    def _undeclared(self, action: str) -> str | None:
        """Return the feature profile of an action if it is not declared, else None."""
        profile = _PROFILES.get(action)
        declared = self.configured(FEATURE_PROFILES)
        if profile is None or declared is None or profile.lower() in declared.lower():
            return None
        return profile
