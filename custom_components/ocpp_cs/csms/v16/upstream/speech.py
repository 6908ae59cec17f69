"""What a charge point says to an upstream in OCPP 1.6."""

from collections.abc import Awaitable, Mapping
from datetime import datetime
import json
from typing import Any, Final, override

from ...access.authorization import AuthorizationStatus
from ...model.model import (
    UPLOAD_FAILED,
    ConnectorStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    Identity,
)
from ...model.tags import MAX_TAG_LENGTH, Tag
from ...model.timestamps import exact, format_time, parse_time
from ...outside.transfers import TransferAnswer
from ...schema.schemas import Schemas
from ...schema.spelling import pascal, snake
from ...transactions.transaction import Transaction
from ...upstream.asked.requests import Requests
from ...upstream.model import Kind, Report, ToldSession
from ...upstream.speech import (
    BootAnswer,
    BootReason,
    BootStatus,
    Call,
    Confirmation,
    ConnectorState,
    Decision,
    Sampling,
    Speech,
    member,
    transfer_status,
)
from .inbound import inbound
from .settings import VirtualKeys
from .values import sampled_values

_LONGEST_NAME: Final = 20
_LONGEST_TEXT: Final = 50
_UNKNOWN: Final = "unknown"

_STATUSES: Final = {
    ConnectorStatus.AVAILABLE: "Available",
    ConnectorStatus.PREPARING: "Preparing",
    ConnectorStatus.CHARGING: "Charging",
    ConnectorStatus.SUSPENDED_EV: "SuspendedEV",
    ConnectorStatus.SUSPENDED_EVSE: "SuspendedEVSE",
    ConnectorStatus.FINISHING: "Finishing",
    ConnectorStatus.RESERVED: "Reserved",
    ConnectorStatus.UNAVAILABLE: "Unavailable",
    ConnectorStatus.FAULTED: "Faulted",
}
_ERRORS: Final = {"ev_communication_error": "EVCommunicationError"}
_REASONS: Final = frozenset(
    {
        "DeAuthorized",
        "EmergencyStop",
        "EVDisconnected",
        "HardReset",
        "Local",
        "Other",
        "PowerLoss",
        "Reboot",
        "Remote",
        "SoftReset",
        "UnlockCommand",
    }
)
_REASON_OF: Final = {
    **{snake(one): one for one in _REASONS},
    # Reasons of OCPP 2, for which 1.6 has another word.
    "immediate_reset": "HardReset",
    "master_pass": "Local",
}
_DECISIONS: Final = {snake(one.value): one for one in AuthorizationStatus}


class V16Speech(Speech):
    """OCPP 1.6, as a charge point speaks it to one upstream."""

    def __init__(self, requests: Requests, schemas: Schemas) -> None:
        """Answer the upstream by `requests`."""
        self._keys = VirtualKeys(requests)
        self._inbound = inbound(requests, schemas, self._keys)

    @property
    @override
    def sampling(self) -> Sampling:
        """The values that the upstream wants, by its configuration keys."""
        return self._keys.sampling

    @override
    def boot(self, identity: Identity, reason: BootReason) -> Call:
        """Return a BootNotification (6.3)."""
        fields = {
            "chargePointVendor": (identity.vendor or _UNKNOWN)[:_LONGEST_NAME],
            "chargePointModel": (identity.model or _UNKNOWN)[:_LONGEST_NAME],
            "chargePointSerialNumber": identity.serial and identity.serial[:25],
            "firmwareVersion": identity.firmware and identity.firmware[:_LONGEST_TEXT],
            "meterType": identity.meter_type and identity.meter_type[:25],
            "meterSerialNumber": identity.meter_serial and identity.meter_serial[:25],
            "iccid": identity.iccid and identity.iccid[:20],
            "imsi": identity.imsi and identity.imsi[:20],
        }
        return "BootNotification", {key: one for key, one in fields.items() if one}

    @override
    def boot_answer(self, answer: Any) -> BootAnswer:
        """Read the answer to a BootNotification (6.4)."""
        return BootAnswer(
            status=BootStatus(snake(str(member(answer, "status")))),
            interval=_integer(answer.get("interval")),
        )

    @override
    def heartbeat(self) -> Call:
        """Return a Heartbeat (6.29)."""
        return "Heartbeat", {}

    @override
    def status(self, state: ConnectorState, time: datetime) -> list[Call]:
        """Return a StatusNotification (6.47)."""
        code = state.error_code.value
        payload = {
            "connectorId": state.number,
            "status": _STATUSES[state.status],
            "errorCode": _ERRORS.get(code) or pascal(code),
            "timestamp": format_time(time),
        }
        if state.info:
            payload["info"] = state.info[:50]
        if state.vendor_error_code:
            payload["vendorErrorCode"] = state.vendor_error_code[:50]
        return [("StatusNotification", payload)]

    @override
    def firmware_status(self, status: FirmwareStatus) -> Call:
        """Return a FirmwareStatusNotification (6.25); others become the nearest one."""
        known = {
            "idle",
            "downloading",
            "downloaded",
            "download_failed",
            "installing",
            "installed",
            "installation_failed",
        }
        word = status.value
        if word not in known:
            word = (
                "installation_failed"
                if word in ("install_verification_failed", "invalid_signature")
                else "downloading"
                if word.startswith("download")
                else "installing"
            )
        return "FirmwareStatusNotification", {"status": pascal(word)}

    @override
    def diagnostics_status(self, status: DiagnosticsStatus) -> Call:
        """Return a DiagnosticsStatusNotification (6.17)."""
        failed = status in UPLOAD_FAILED
        word = DiagnosticsStatus.UPLOAD_FAILED if failed else status
        return "DiagnosticsStatusNotification", {"status": pascal(word.value)}

    @override
    def meter_values(
        self,
        connector_id: int,
        values: Mapping[str, float],
        time: datetime,
        told: ToldSession | None,
        *,
        aligned: bool = False,
    ) -> Call | None:
        """Return a MeterValues that is asked for (5.17), or due by the clock (3.16.1)."""
        sampling = self.sampling
        wanted = sampling.aligned_measurands if aligned else sampling.measurands
        samples = sampled_values(
            values,
            dict.fromkeys(wanted or Sampling().measurands),
            "Sample.Clock" if aligned else "Trigger",
        )
        if not samples:
            return None
        payload: dict[str, Any] = {
            "connectorId": connector_id,
            "meterValue": [{"timestamp": format_time(time), "sampledValue": samples}],
        }
        if told is not None and (number := _number(told)) is not None:
            payload["transactionId"] = number
        return "MeterValues", payload

    @override
    def data_transfer(
        self, vendor_id: str, message_id: str | None, data: Any
    ) -> Call | None:
        """Return a DataTransfer (6.13)."""
        payload = {"vendorId": vendor_id[:255]}
        if message_id is not None:
            payload["messageId"] = message_id[:50]
        if data is not None:
            # 1.6 has texts only.
            payload["data"] = (
                data
                if isinstance(data, str)
                else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
            )
        return "DataTransfer", payload

    @override
    def data_transfer_answer(self, answer: Any) -> TransferAnswer:
        """Read the answer to a DataTransfer (6.14)."""
        status = transfer_status(answer)
        data = answer.get("data")
        return TransferAnswer(
            status=status, data=data if isinstance(data, str) else None
        )

    @override
    def own_id(self) -> str | None:
        """Return None: it is the upstream that chooses the ids of sessions (6.46)."""
        return None

    @override
    def report(self, report: Report, session: Transaction, told: ToldSession) -> Call:
        """Return StartTransaction, MeterValues or StopTransaction (6.45, 6.31, 6.49)."""
        if report.kind is Kind.START:
            begin: dict[str, Any] = {
                "connectorId": max(told.connector_id, 1),
                "idTag": _id_tag(told.id_tag),
                "meterStart": round(session.meter_start_wh or 0.0),
                "timestamp": exact(session.start),
            }
            if told.reservation_id is not None:
                begin["reservationId"] = told.reservation_id
            return "StartTransaction", begin
        if told.told_id is None:
            raise ValueError("the start has not been confirmed")
        if (number := _number(told)) is None:
            raise ValueError("the session was begun in another version of OCPP")
        if report.kind is Kind.METER:
            sampling = self.sampling
            wanted = (
                sampling.aligned_measurands if report.aligned else sampling.measurands
            )
            return "MeterValues", {
                "connectorId": max(told.connector_id, 1),
                "transactionId": number,
                "meterValue": [
                    {
                        "timestamp": exact(report.time),
                        "sampledValue": sampled_values(
                            report.values,
                            wanted,
                            "Sample.Clock" if report.aligned else "Sample.Periodic",
                            report.signed,
                        )
                        or sampled_values(
                            report.values,
                            ("Energy.Active.Import.Register",),
                            "Sample.Periodic",
                        ),
                    }
                ],
            }
        start = session.meter_start_wh or 0.0
        payload: dict[str, Any] = {
            "transactionId": number,
            "meterStop": round(start + (session.energy_wh or 0.0)),
            "timestamp": exact(session.end or report.time),
            "reason": _REASON_OF.get(session.reason or "", "Other"),
        }
        data: list[dict[str, Any]] = []
        if self._keys.registers_at_stop:
            data += [
                _register(session.start, start, "Transaction.Begin"),
                _register(
                    session.end or report.time,
                    start + (session.energy_wh or 0.0),
                    "Transaction.End",
                ),
            ]
        if report.signed:
            data.append(
                {
                    "timestamp": exact(report.time),
                    "sampledValue": sampled_values(
                        {}, (), "Transaction.End", report.signed
                    ),
                }
            )
        if data:
            payload["transactionData"] = data
        return "StopTransaction", payload

    @override
    def confirmation(self, report: Report, answer: Any) -> Confirmation:
        """Read the answer to a message of a session."""
        if not isinstance(answer, dict):
            raise ValueError("the answer is no object")  # noqa: TRY004
        info = answer.get("idTagInfo")
        decision = _decision(info) if isinstance(info, dict) else None
        if report.kind is not Kind.START:
            return Confirmation(decision=decision)
        return Confirmation(
            told_id=_transaction_id(answer.get("transactionId"), decision),
            decision=decision,
        )

    @override
    def authorize(self, tag: Tag) -> Call | None:
        """Return an Authorize (6.1); an id tag has 20 characters (7.28)."""
        if len(tag.id) > MAX_TAG_LENGTH:
            return None
        return "Authorize", {"idTag": tag.id}

    @override
    def decision(self, answer: Any) -> Decision:
        """Read the answer to an Authorize (6.2)."""
        return _decision(member(answer, "idTagInfo"))

    @override
    def handle(
        self, action: str, payload: Any
    ) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        """Answer a call of the upstream."""
        return self._inbound.handle(action, payload)


def _id_tag(id_tag: str) -> str:
    """Return the id tag of a session; a shortened one may be that of somebody else."""
    return id_tag if 0 < len(id_tag) <= MAX_TAG_LENGTH else _UNKNOWN


def _register(time: datetime, energy_wh: float, context: str) -> dict[str, Any]:
    """Return the register at the beginning or the end of a session (7.33)."""
    return {
        "timestamp": exact(time),
        "sampledValue": sampled_values(
            {"energy": energy_wh}, ("Energy.Active.Import.Register",), context
        ),
    }


def _transaction_id(number: Any, decision: Decision | None) -> str | None:
    """Return the id of the answer to a start; None if it was refused and has no id.

    Raises:
        ValueError: There is none.
    """
    has_one = isinstance(number, int) and not isinstance(number, bool)
    if isinstance(number, str | float) and str(number).removesuffix(".0").isdecimal():
        number, has_one = int(float(number)), True
    if decision is not None and decision.status is not AuthorizationStatus.ACCEPTED:
        # Many answer 0 or -1 then.
        return str(number) if has_one and number > 0 else None
    if not has_one:
        raise ValueError("the answer has no transactionId")
    return str(number)


def _number(told: ToldSession) -> int | None:
    """Return the id of a session; None if there is none, or it is one of OCPP 2."""
    try:
        return None if told.told_id is None else int(told.told_id)
    except ValueError:
        return None


def _integer(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _decision(info: Any) -> Decision:
    """Read an IdTagInfo (7.27)."""
    status = _DECISIONS.get(snake(str(member(info, "status"))))
    expires, parent = info.get("expiryDate"), info.get("parentIdTag")
    return Decision(
        status=status or AuthorizationStatus.INVALID,
        expires=parse_time(expires) if isinstance(expires, str) else None,
        parent_id_tag=parent if isinstance(parent, str) else None,
    )
