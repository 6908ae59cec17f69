"""What a charging station says to an upstream in OCPP 2."""

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, override
from uuid import uuid4

from ...model.model import (
    ChargePointError,
    ConnectorStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    Identity,
    new_id,
    utcnow,
)
from ...model.sample import SignedValue
from ...model.tags import Tag, TagKind
from ...model.timestamps import exact
from ...outside.transfers import TransferAnswer
from ...schema.schemas import Schemas
from ...schema.spelling import pascal
from ...transactions.transaction import Transaction
from ...upstream.asked.requests import Requests
from ...upstream.model import Cause, Kind, Report, ToldSession
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
from ..spelling import told as given
from .inbound import inbound
from .upkeep import FIRMWARE_REQUEST, LOG_REQUEST
from .values import BEGIN, END, REGISTER, meter_value, meter_values
from .variables import VirtualVariables
from .words import (
    CHARGING_STATES,
    PLUG_STATUSES,
    PROBLEMS,
    decision_of,
    id_token,
    longest_tag,
    stop_reason,
    stop_trigger,
)

_UNKNOWN: Final = "unknown"
_BOOTS: Final = {
    "Accepted": BootStatus.ACCEPTED,
    "Pending": BootStatus.PENDING,
    "Rejected": BootStatus.REJECTED,
}
_TRIGGERS: Final = {Cause.STATE: "ChargingStateChanged", Cause.ASKED: "Trigger"}
_LOG_WORDS: Final = {"UploadFailed": "UploadFailure"}
_PLUG: Final = 1
"""The plug of an EVSE where the charge point has not told which one it is."""


_ONLY_IN_2_1: Final = "SetDERControl"


class V2Speech(Speech):
    """OCPP 2, as a charging station speaks it to one upstream."""

    is_numbered = True
    starts_with_values = True

    def __init__(self, requests: Requests, schemas: Schemas) -> None:
        """Answer the upstream by `requests`."""
        self._memory = requests.memory
        self._version = "2.1" if _ONLY_IN_2_1 in schemas.actions else "2.0.1"
        self._variables = VirtualVariables(requests)
        self._inbound = inbound(requests, schemas, self._variables)

    @property
    @override
    def sampling(self) -> Sampling:
        """The values that the upstream wants, by its variables."""
        return self._variables.sampling

    # The station and its connectors.

    @override
    def boot(self, identity: Identity, reason: BootReason) -> Call:
        """Return a BootNotification (B01)."""
        modem = given(
            iccid=identity.iccid and identity.iccid[:20],
            imsi=identity.imsi and identity.imsi[:20],
        )
        station = given(
            vendorName=(identity.vendor or _UNKNOWN)[:50],
            model=(identity.model or _UNKNOWN)[:20],
            serialNumber=identity.serial and identity.serial[:25],
            firmwareVersion=identity.firmware and identity.firmware[:50],
            modem=modem or None,
        )
        return "BootNotification", {"reason": reason.value, "chargingStation": station}

    @override
    def boot_answer(self, answer: Any) -> BootAnswer:
        """Read the answer to a BootNotification."""
        status = _BOOTS.get(str(member(answer, "status")))
        if status is None:
            raise ValueError("the answer has no known status")
        interval = answer.get("interval")
        return BootAnswer(
            status=status,
            interval=int(interval) if isinstance(interval, int | float) else 0,
        )

    @override
    def heartbeat(self) -> Call:
        """Return a Heartbeat (G02)."""
        return "Heartbeat", {}

    @override
    def status(self, state: ConnectorState, time: datetime) -> list[Call]:
        """Return the StatusNotification of an EVSE's plug (G01), and its problems.

        The state of the whole station is an event, which is told only if there is
        something to tell.
        """
        calls: list[Call] = []
        if state.number:
            calls.append(
                (
                    "StatusNotification",
                    {
                        "timestamp": exact(time),
                        "connectorStatus": PLUG_STATUSES[state.status],
                        "evseId": state.number,
                        "connectorId": _PLUG,
                    },
                )
            )
        events = [*self._whole(state, time), *self._problems(state, time)]
        if events:
            calls.append(
                (
                    "NotifyEvent",
                    {"generatedAt": exact(utcnow()), "seqNo": 0, "eventData": events},
                )
            )
        return calls

    def _whole(self, state: ConnectorState, time: datetime) -> list[dict[str, Any]]:
        """Return the event of the station's AvailabilityState, if it is not as usual."""
        if state.number:
            return []
        word = PLUG_STATUSES[state.status]
        before = self._memory.get("availability")
        usual = state.status is ConnectorStatus.AVAILABLE
        if usual and before in {None, word}:
            return []
        self._memory.put("availability", None if usual else word)
        return [_event(time, "ChargingStation", "AvailabilityState", word, evse=None)]

    def _problems(self, state: ConnectorState, time: datetime) -> list[dict[str, Any]]:
        """Return the events of a problem that began, or is over."""
        known = self._memory.get("problems")
        before = known if isinstance(known, dict) else {}
        place = str(state.number)
        evse = state.number or None
        component = None
        if state.error_code is not ChargePointError.NO_ERROR:
            component = PROBLEMS.get(
                state.error_code, "EVSE" if evse else "ChargingStation"
            )
        events = []
        gone = before.get(place)
        if isinstance(gone, str) and gone != component:
            events.append(
                _event(time, gone, "Problem", "false", evse=evse, cleared=True)
            )
        if component is not None:
            told = ": ".join(filter(None, (state.error_code.value, state.info)))
            events.append(
                _event(
                    time,
                    component,
                    "Problem",
                    "true",
                    evse=evse,
                    techInfo=told[:500],
                    techCode=state.vendor_error_code and state.vendor_error_code[:50],
                )
            )
        now = {key: one for key, one in before.items() if key != place}
        if component is not None:
            now[place] = component
        if now != before:
            self._memory.put("problems", now or None)
        return events

    @override
    def firmware_status(self, status: FirmwareStatus) -> Call:
        """Return a FirmwareStatusNotification (L01)."""
        payload: dict[str, Any] = {"status": pascal(status.value)}
        if status is not FirmwareStatus.IDLE:
            payload["requestId"] = self._request(FIRMWARE_REQUEST)
        return "FirmwareStatusNotification", payload

    @override
    def diagnostics_status(self, status: DiagnosticsStatus) -> Call:
        """Return a LogStatusNotification (N01)."""
        word = pascal(status.value)
        payload: dict[str, Any] = {"status": _LOG_WORDS.get(word, word)}
        if status is not DiagnosticsStatus.IDLE:
            payload["requestId"] = self._request(LOG_REQUEST)
        return "LogStatusNotification", payload

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
        """Return a MeterValues, which has no session (J01, F06)."""
        context = "Sample.Clock" if aligned else "Trigger"
        wanted = self.sampling.aligned_measurands
        return meter_values(connector_id, time, values, wanted, context)

    def _request(self, name: str) -> int:
        """Return the id of the request that a status is about (L01.FR.20, N01.FR.12).

        It is required; without a request it is 0.
        """
        known = self._memory.get(name)
        return known if isinstance(known, int) else 0

    # Messages of a maker.

    @override
    def data_transfer(
        self, vendor_id: str, message_id: str | None, data: Any
    ) -> Call | None:
        """Return a DataTransfer (P02)."""
        return "DataTransfer", given(
            vendorId=vendor_id[:255],
            messageId=message_id and message_id[:50],
            data=data,
        )

    @override
    def data_transfer_answer(self, answer: Any) -> TransferAnswer:
        """Read the answer to a DataTransfer."""
        status = transfer_status(answer)
        return TransferAnswer(status=status, data=answer.get("data"))

    # Sessions.

    @override
    def charging_state(self, status: ConnectorStatus) -> str | None:
        """Return the chargingState that is told of a session (E02.FR.13)."""
        return CHARGING_STATES.get(status)

    @override
    def told_state(self, state: ConnectorState) -> ConnectorState:
        """Return a state as it is told: what is Occupied is told once."""
        if PLUG_STATUSES[state.status] != "Occupied":
            return state
        return replace(state, status=ConnectorStatus.PREPARING)

    @override
    def own_id(self) -> str | None:
        """Return a new id for a session: it is the station that chooses it (E01.FR.08)."""
        return str(uuid4())

    @override
    def report(self, report: Report, session: Transaction, told: ToldSession) -> Call:
        """Return a TransactionEvent (E01 to E06, E12)."""
        if told.told_id is None:
            # The upstream spoke another version when the session began.
            told.told_id = str(uuid4())
        info: dict[str, Any] = {"transactionId": told.told_id}
        payload: dict[str, Any] = {
            "timestamp": exact(report.time),
            "seqNo": report.seq,
            "transactionInfo": info,
            "evse": {
                "id": max(told.connector_id, 1),
                "connectorId": session.details.plug or _PLUG,
            },
        }
        if report.offline:
            payload["offline"] = True
        state = None if report.state is None else CHARGING_STATES.get(report.state)
        if state is not None:
            info["chargingState"] = state
        match report.kind:
            case Kind.START:
                values = self._start(payload, report, session, told)
            case Kind.METER:
                values = self._update(payload, report)
            case Kind.STOP:
                values = self._end(payload, report, session)
        if values:
            payload["meterValue"] = values
        return "TransactionEvent", payload

    def _start(
        self,
        payload: dict[str, Any],
        report: Report,
        session: Transaction,
        told: ToldSession,
    ) -> list[dict[str, Any]]:
        """Spell the start of a session; return the values at it."""
        payload["eventType"] = "Started"
        payload["timestamp"] = exact(session.start)
        if told.remote_start_id is not None:
            payload["triggerReason"] = "RemoteStart"
            payload["transactionInfo"]["remoteStartId"] = told.remote_start_id
        else:
            payload["triggerReason"] = "Authorized" if told.id_tag else "CablePluggedIn"
        if told.reservation_id is not None:
            payload["reservationId"] = told.reservation_id
        kind = None if told.tag_kind is None else TagKind(told.tag_kind)
        payload["idToken"] = id_token(told.id_tag, kind, self._version)
        return _registers((session.start, session.meter_start_wh, BEGIN), report.signed)

    def _update(self, payload: dict[str, Any], report: Report) -> list[dict[str, Any]]:
        """Spell what happened in a session; return the values."""
        payload["eventType"] = "Updated"
        payload["triggerReason"] = (
            _TRIGGERS[report.cause]
            if report.cause is not None
            else "MeterValueClock"
            if report.aligned
            else "MeterValuePeriodic"
        )
        sampling = self.sampling
        context = (
            "Trigger"
            if report.cause is Cause.ASKED
            else "Sample.Clock"
            if report.aligned
            else "Sample.Periodic"
        )
        wanted = sampling.aligned_measurands if report.aligned else sampling.measurands
        value = meter_value(
            report.time, report.values, wanted, context, report.signed
        ) or meter_value(report.time, report.values, (REGISTER,), context)
        return [] if value is None else [value]

    def _end(
        self, payload: dict[str, Any], report: Report, session: Transaction
    ) -> list[dict[str, Any]]:
        """Spell the end of a session; return the values at its begin and its end.

        The one at the begin is told once more, as the books may have been corrected.
        """
        end = session.end or report.time
        payload["eventType"] = "Ended"
        payload["timestamp"] = exact(end)
        payload["triggerReason"] = stop_trigger(session.reason)
        payload["transactionInfo"]["stoppedReason"] = stop_reason(session.reason)
        start_wh, energy_wh = session.meter_start_wh, session.energy_wh
        if start_wh is None or energy_wh is None:
            last_wh = session.meter_stop_wh
            if last_wh is None:
                last_wh = session.register_wh
        else:
            last_wh = start_wh + energy_wh
        begins = [one for one in report.signed if one.context == BEGIN]
        return [
            *_registers((session.start, start_wh, BEGIN), begins),
            *_registers(
                (end, last_wh, END),
                [one for one in report.signed if one.context != BEGIN],
            ),
        ]

    @override
    def confirmation(self, report: Report, answer: Any) -> Confirmation:
        """Read the answer to a TransactionEvent."""
        if not isinstance(answer, dict):
            raise ValueError("the answer is no object")  # noqa: TRY004
        info = answer.get("idTokenInfo")
        return Confirmation(
            decision=None if info is None else decision_of(info),
        )

    @override
    def authorize(self, tag: Tag) -> Call | None:
        """Return an Authorize (C01)."""
        if len(tag.id) > longest_tag(self._version):
            return None
        return "Authorize", {"idToken": id_token(tag.id, tag.kind, self._version)}

    @override
    def decision(self, answer: Any) -> Decision:
        """Read the answer to an Authorize."""
        return decision_of(member(answer, "idTokenInfo"))

    @override
    def handle(
        self, action: str, payload: Any
    ) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        """Answer a call of the upstream."""
        return self._inbound.handle(action, payload)


def _registers(
    reading: tuple[datetime, float | None, str],
    signed: tuple[SignedValue, ...] | list[SignedValue],
) -> list[dict[str, Any]]:
    """Return the meter value of a reading of the energy register, if it is known."""
    time, wh, context = reading
    value = meter_value(
        time, {} if wh is None else {"energy": wh}, (REGISTER,), context, signed
    )
    return [] if value is None else [value]


def _event(
    time: datetime,
    component: str,
    variable: str,
    actual: str,
    *,
    evse: int | None,
    **more: Any,
) -> dict[str, Any]:
    """Return an EventDataType (2.21) that is no monitor's."""
    return given(
        eventId=new_id(),
        timestamp=exact(time),
        trigger="Delta",
        actualValue=actual,
        eventNotificationType="HardWiredNotification",
        component=given(name=component, evse=None if evse is None else given(id=evse)),
        variable={"name": variable},
        **more,
    )
