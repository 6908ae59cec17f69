"""A raw charging station of OCPP 2.0.1, and the states that the cases start from."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
import itertools
from typing import Any, override

from websockets.exceptions import ConnectionClosed

from tests.conformance.charge_point import CALLERROR, ChargePoint, Frame, Json, at
from tests.conformance.schemas import OCPP_201
from tests.conformance.tags import VALID
from tests.csms.v2.station import variable

ACCEPTED = {"status": "Accepted"}
REJECTED = {"status": "Rejected"}

SERIAL = "SN-0001"

_ERROR = "!"
"""Stands before the action of a call that is to be answered with an error."""


def token(id_token: str, kind: str = "ISO14443") -> Json:
    """Return an IdTokenType."""
    return {"idToken": id_token, "type": kind}


def sampled(
    value: float, context: str = "Sample.Periodic", measurand: str | None = None
) -> Json:
    """Return a SampledValueType: energy in Wh, unless a measurand is named."""
    one: Json = {"value": value, "context": context}
    if measurand is not None:
        one["measurand"] = measurand
    return one


def reading(*values: Json, **ago: float) -> Json:
    """Return a MeterValueType that was taken so long ago."""
    return {"timestamp": at(**ago), "sampledValue": list(values)}


def device_model(evses: int) -> list[Json]:
    """Return the device model of a station, as ReportDataType."""

    def number(component: str, name: str, value: int | None, **more: Any) -> Json:
        actual = None if value is None else str(value)
        return variable(component, name, actual, data_type="integer", **more)

    def truth(component: str, name: str, value: str, **more: Any) -> Json:
        return variable(component, name, value, data_type="boolean", **more)

    writable: Any = {"mutability": "ReadWrite"}
    places = [
        one
        for evse in range(1, evses + 1)
        for one in (
            variable("EVSE", "AvailabilityState", "Available", evse={"id": evse}),
            number("EVSE", "Power", None, evse={"id": evse}, maxLimit=22000),
            variable(
                "Connector",
                "AvailabilityState",
                "Available",
                evse={"id": evse, "connectorId": 1},
            ),
            variable(
                "Connector",
                "ConnectorType",
                "cType2",
                evse={"id": evse, "connectorId": 1},
            ),
        )
    ]
    items = [
        number("DeviceDataCtrlr", name, 4, instance=instance)
        for name in ("ItemsPerMessage", "BytesPerMessage")
        for instance in ("GetReport", "GetVariables", "SetVariables")
    ]
    monitoring = [
        truth("MonitoringCtrlr", "Available", "true"),
        truth("MonitoringCtrlr", "Enabled", "true", **writable),
        number(
            "MonitoringCtrlr", "ItemsPerMessage", 4, instance="SetVariableMonitoring"
        ),
        number(
            "MonitoringCtrlr", "ItemsPerMessage", 4, instance="ClearVariableMonitoring"
        ),
    ]
    for one in items:
        if one["variable"]["name"] == "BytesPerMessage":
            one["variableAttribute"][0]["value"] = "65000"
    measurands = "Energy.Active.Import.Register,Power.Active.Import"
    return [
        variable("ChargingStation", "AvailabilityState", "Available"),
        *places,
        *items,
        *monitoring,
        number("OCPPCommCtrlr", "OfflineThreshold", 60, **writable),
        number("OCPPCommCtrlr", "HeartbeatInterval", 60, **writable),
        number("OCPPCommCtrlr", "WebSocketPingInterval", 30, **writable),
        variable("OCPPCommCtrlr", "NetworkConfigurationPriority", "1", **writable),
        truth("AuthCtrlr", "Enabled", "true", **writable),
        truth("AuthCtrlr", "AuthorizeRemoteStart", "false", **writable),
        variable("AuthCtrlr", "MasterPassGroupId", "", **writable),
        truth("AuthCacheCtrlr", "Enabled", "true", **writable),
        truth("LocalAuthListCtrlr", "Available", "true"),
        truth("LocalAuthListCtrlr", "Enabled", "true", **writable),
        number("LocalAuthListCtrlr", "Entries", 0, maxLimit=100),
        number("LocalAuthListCtrlr", "ItemsPerMessage", 20),
        truth("ReservationCtrlr", "Available", "true"),
        truth("ReservationCtrlr", "Enabled", "true", **writable),
        truth("ReservationCtrlr", "NonEvseSpecific", "true"),
        truth("SmartChargingCtrlr", "Available", "true"),
        truth("SmartChargingCtrlr", "Enabled", "true", **writable),
        variable("SmartChargingCtrlr", "RateUnit", "A,W", data_type="MemberList"),
        number("SmartChargingCtrlr", "ProfileStackLevel", 9),
        number("SmartChargingCtrlr", "PeriodsPerSchedule", 24),
        number("SmartChargingCtrlr", "Entries", 0, instance="ChargingProfiles"),
        variable("TxCtrlr", "TxStartPoint", "EVConnected,Authorized", **writable),
        variable("TxCtrlr", "TxStopPoint", "EVConnected", **writable),
        number("TxCtrlr", "EVConnectionTimeOut", 30, **writable),
        truth("TxCtrlr", "StopTxOnInvalidId", "true", **writable),
        number("SampledDataCtrlr", "TxUpdatedInterval", 10, **writable),
        number("SampledDataCtrlr", "TxEndedInterval", 0, **writable),
        variable(
            "SampledDataCtrlr",
            "TxUpdatedMeasurands",
            measurands,
            data_type="MemberList",
            **writable,
        ),
        variable(
            "SampledDataCtrlr",
            "TxStartedMeasurands",
            "Energy.Active.Import.Register",
            data_type="MemberList",
            **writable,
        ),
        variable(
            "SampledDataCtrlr",
            "TxEndedMeasurands",
            "Energy.Active.Import.Register",
            data_type="MemberList",
            **writable,
        ),
        number("AlignedDataCtrlr", "Interval", 0, **writable),
        truth("AlignedDataCtrlr", "SendDuringIdle", "false", **writable),
        variable("SecurityCtrlr", "SecurityProfile", "1", data_type="integer"),
        variable("SecurityCtrlr", "BasicAuthPassword", None, mutability="WriteOnly"),
        variable("SecurityCtrlr", "OrganizationName", "Home", **writable),
    ]


class Station(ChargePoint):
    """The station's end of the line."""

    schemas = OCPP_201
    offered = ("ocpp2.0.1",)

    def __init__(
        self, url: str, charge_point_id: str = "CP1", *, evses: int = 1
    ) -> None:
        """Belong at `url`, which the id is appended to; `connect` goes there."""
        super().__init__(url, charge_point_id, connectors=evses)
        self.model = device_model(evses)
        self._sent: set[asyncio.Task[None]] = set()
        self._transaction_ids = itertools.count(1)

    # Answers.

    @override
    def answer_to(self, action: str, payload: Json) -> Json | str:
        """Return the payload of the answer, or the code of an error.

        What a test prepared in `answers` is a payload, the code of an error, or a
        function that is given the request.
        """
        answer = self.answers.get(action)
        if answer is None:
            answer = {
                "GetBaseReport": self._base_report,
                "GetReport": {"status": "NotSupported"},
                "GetVariables": self._get_variables,
                "SetVariables": self._set_variables,
                "TriggerMessage": {"status": "NotImplemented"},
            }.get(action, "NotImplemented")
        if callable(answer):
            answer = answer(payload)
        found: Json | str = answer
        return found

    def soon(self, send: Callable[[], Any]) -> None:
        """Do this after the answer that is being made."""

        async def later() -> None:
            # It may be about to go.
            with suppress(ConnectionClosed):
                await send()

        task = asyncio.get_running_loop().create_task(later())
        self._sent.add(task)
        task.add_done_callback(self._sent.discard)

    def _base_report(self, payload: Json) -> Json:
        self.soon(lambda: self.report(payload["requestId"], self.model))
        return ACCEPTED

    async def report(self, request_id: int, entries: list[Json]) -> None:
        """Send a report in pieces."""
        pieces = list(itertools.batched(entries, 20, strict=False)) or [()]
        for number, piece in enumerate(pieces):
            await self.call(
                "NotifyReport",
                requestId=request_id,
                generatedAt=at(),
                seqNo=number,
                tbc=number < len(pieces) - 1,
                **({"reportData": list(piece)} if piece else {}),
            )

    def _find(self, asked: Json) -> Json | None:
        for one in self.model:
            if all(one[part] == asked[part] for part in ("component", "variable")):
                attribute: Json = one["variableAttribute"][0]
                return attribute
        return None

    def value_of(self, component: str, name: str) -> str | None:
        """Return the actual value of a variable."""
        found = self._find(
            {"component": {"name": component}, "variable": {"name": name}}
        )
        return None if found is None else found.get("value")

    def _get_variables(self, payload: Json) -> Json:
        def result(asked: Json) -> Json:
            found = self._find(asked)
            told = {part: asked[part] for part in ("component", "variable")}
            if found is None:
                return told | {"attributeStatus": "UnknownVariable"}
            if found["mutability"] == "WriteOnly":
                return told | {"attributeStatus": "Rejected"}
            value = found.get("value", "")
            return told | {"attributeStatus": "Accepted", "attributeValue": value}

        return {
            "getVariableResult": [result(one) for one in payload["getVariableData"]]
        }

    def _set_variables(self, payload: Json) -> Json:
        def result(asked: Json) -> Json:
            found = self._find(asked)
            told = {part: asked[part] for part in ("component", "variable")}
            if found is None:
                return told | {"attributeStatus": "UnknownVariable"}
            if found["mutability"] == "ReadOnly":
                return told | {"attributeStatus": "Rejected"}
            found["value"] = asked["attributeValue"]
            return told | {"attributeStatus": "Accepted"}

        return {
            "setVariableResult": [result(one) for one in payload["setVariableData"]]
        }

    # Calls.

    async def refused(self, action: str, **payload: Any) -> str:
        """Send a call that is to be answered with an error; return its code."""
        self.schemas.assert_request(action, payload)
        number = f"refused-{next(self._numbers)}"
        future = asyncio.get_running_loop().create_future()
        self._open[number] = (f"{_ERROR}{action}", future)
        await self.send([2, number, action, payload])
        async with asyncio.timeout(60):
            code: str = await future
        return code

    @override
    def _take_answer(self, frame: Frame) -> None:
        action, future = self._open[frame[1]]
        if not action.startswith(_ERROR):
            super()._take_answer(frame)
            return
        del self._open[frame[1]]
        if frame[0] == CALLERROR and len(frame) == 5:
            future.set_result(frame[2])
        else:
            future.set_exception(AssertionError(f"no error: {frame}"))

    @override
    async def boot(self, reason: str = "PowerUp") -> Json:
        return await self.call(
            "BootNotification",
            reason=reason,
            chargingStation={
                "vendorName": "Acme",
                "model": "Two",
                "serialNumber": SERIAL,
                "firmwareVersion": "2.0",
            },
        )

    async def booted(self, reason: str = "PowerUp") -> None:
        """Boot, and tell the status of all connectors (state Booted)."""
        assert (await self.boot(reason))["status"] == "Accepted"
        await self.statuses()

    @override
    async def status(
        self, status: str, connector: int = 1, error: str = "NoError"
    ) -> None:
        """Tell the status of the only connector of an EVSE."""
        answer = await self.call(
            "StatusNotification",
            timestamp=at(),
            connectorStatus=status,
            evseId=connector,
            connectorId=1,
        )
        assert answer == {}

    @override
    async def statuses(self, status: str = "Available", **others: str) -> None:
        """Tell the status of all connectors; `c1="Occupied"` for others."""
        for number in self.connectors:
            await self.status(others.get(f"c{number}", status), number)

    async def tells(self, status: str, evse: int = 1) -> None:
        """Tell the status of a connector by an event of the device model (N07)."""
        await self.notify_event(
            {"name": "Connector", "evse": {"id": evse, "connectorId": 1}},
            "AvailabilityState",
            status,
        )

    async def notify_event(
        self, component: Json, name: str, value: str, **more: Any
    ) -> None:
        """Send an event of the device model."""
        answer = await self.call(
            "NotifyEvent",
            generatedAt=at(),
            seqNo=0,
            tbc=False,
            eventData=[
                {
                    "eventId": next(self._numbers),
                    "timestamp": at(),
                    "trigger": "Delta",
                    "actualValue": value,
                    "eventNotificationType": "HardWiredNotification",
                    "component": component,
                    "variable": {"name": name},
                    **more,
                }
            ],
        )
        assert answer == {}

    async def ask(self, id_token: str) -> Json:
        """Send Authorize; return the IdTokenInfoType."""
        answer = await self.call("Authorize", idToken=token(id_token))
        info: Json = answer["idTokenInfo"]
        return info

    def visit(self, evse: int = 1) -> Visit:
        """Return a visit of a vehicle at an EVSE that has not begun yet."""
        return Visit(self, f"T-{next(self._transaction_ids)}", evse)


class Visit:
    """A vehicle at an EVSE, and its transaction: what OCA calls reusable states."""

    def __init__(self, station: Station, transaction_id: str, evse: int) -> None:
        """Belong to a transaction that has not begun."""
        self.station = station
        self.id = transaction_id
        self.evse = evse
        self.seq: Iterator[int] = itertools.count()
        self.started = False
        self.authorized_by: str | None = None
        self.connected = False

    async def event(
        self,
        kind: str | None,
        trigger: str,
        state: str | None = None,
        *,
        id_token: str | None = None,
        reason: str | None = None,
        values: list[Json] | None = None,
        evse: bool | None = None,
        info: Json | None = None,
        seq: int | None = None,
        **more: Any,
    ) -> Json:
        """Send a TransactionEvent; return the answer.

        Args:
            kind: Started, Updated or Ended; None starts, or updates what has started.
            trigger: The triggerReason.
            state: The chargingState.
            id_token: The token, if there is one.
            reason: The stoppedReason.
            values: The meter values.
            evse: Whether the EVSE is named; so it is in the first event.
            info: More of transactionInfo.
            seq: The sequence number, if it is not the next.
            **more: More of the payload.
        """
        if kind is None:
            kind = "Updated" if self.started else "Started"
        if evse is None:
            evse = not self.started
        self.started = True
        about: Json = {"transactionId": self.id, **(info or {})}
        if state is not None:
            about["chargingState"] = state
        if reason is not None:
            about["stoppedReason"] = reason
        payload: Json = {
            "eventType": kind,
            "timestamp": at(),
            "triggerReason": trigger,
            "seqNo": next(self.seq) if seq is None else seq,
            "transactionInfo": about,
            **more,
        }
        if evse:
            payload["evse"] = {"id": self.evse, "connectorId": 1}
        if id_token is not None:
            payload["idToken"] = token(id_token)
        if values is not None:
            payload["meterValue"] = values
        return await self.station.call("TransactionEvent", **payload)

    async def plug_in(self, values: list[Json] | None = None) -> None:
        """Connect the vehicle (EVConnectedPreSession)."""
        await self.station.status("Occupied", self.evse)
        await self.event(
            None, "CablePluggedIn", "EVConnected", values=values, evse=True
        )
        self.connected = True

    async def authorize(self, id_token: str = VALID, **more: Any) -> Json:
        """Present a valid token (Authorized); return what is said in the end."""
        assert (await self.station.ask(id_token))["status"] == "Accepted"
        return await self.present(id_token, **more)

    async def present(self, id_token: str = VALID, **more: Any) -> Json:
        """Present a token, and do not ask for it before."""
        answer = await self.event(None, "Authorized", id_token=id_token, **more)
        info: Json = answer["idTokenInfo"]
        if info["status"] == "Accepted":
            self.authorized_by = id_token
        return info

    async def charge(self, values: list[Json] | None = None) -> None:
        """Charge (EnergyTransferStarted)."""
        if self.authorized_by is None:
            info = await self.authorize()
            assert info["status"] == "Accepted"
        if not self.connected:
            await self.plug_in(values=[reading(sampled(1000, "Transaction.Begin"))])
        await self.event(
            None, "ChargingStateChanged", "Charging", values=values, evse=False
        )

    async def suspend(self) -> None:
        """Let the vehicle suspend (EnergyTransferSuspended)."""
        await self.charge()
        await self.event("Updated", "ChargingStateChanged", "SuspendedEV")

    async def stop(self, id_token: str = VALID) -> Json:
        """Be allowed to stop (StopAuthorized); return what is said of the token."""
        answer = await self.event("Updated", "StopAuthorized", id_token=id_token)
        info: Json = answer["idTokenInfo"]
        assert info["status"] == "Accepted"
        return info

    async def rest(self) -> None:
        """Stop, and stay connected (EVConnectedPostSession)."""
        await self.event("Updated", "ChargingStateChanged", "EVConnected")

    async def leave(self, values: list[Json] | None = None, **more: Any) -> Json:
        """Disconnect the vehicle (EVDisconnected)."""
        await self.station.status("Available", self.evse)
        return await self.event(
            "Ended",
            "EVCommunicationLost",
            "Idle",
            reason="EVDisconnected",
            values=values or [reading(sampled(8200, "Transaction.End"))],
            **more,
        )

    async def finish(self, **more: Any) -> None:
        """Go from charging to EVDisconnected."""
        await self.stop()
        await self.rest()
        await self.leave(**more)
