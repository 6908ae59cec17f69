"""A charging station of a few lines, that speaks OCPP 2 over a real socket."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Self, override

from websockets.exceptions import ConnectionClosed

from custom_components.ocpp_cs.csms.model.model import utcnow
from tests.csms.client import Client
from tests.csms.test_central_system import World, until

type Json = dict[str, Any]


def at(seconds: float = 0) -> str:
    """Return a time from now on, as a station tells it."""
    return (utcnow() + timedelta(seconds=seconds)).isoformat()


def value(
    number: float, measurand: str | None = None, unit: str | None = None, **more: Any
) -> Json:
    """Return a SampledValueType."""
    sampled: Json = {"value": number, **more}
    if measurand is not None:
        sampled["measurand"] = measurand
    if unit is not None:
        sampled["unitOfMeasure"] = {"unit": unit}
    return sampled


def reading(*values: Json, seconds: float = 0) -> Json:
    """Return a MeterValueType."""
    return {"timestamp": at(seconds), "sampledValue": list(values)}


def wh(number: float, context: str = "Sample.Periodic", seconds: float = 0) -> Json:
    """Return a MeterValueType with the energy register alone."""
    return reading(value(number, context=context), seconds=seconds)


def variable(
    component: str,
    name: str,
    actual: str | None = None,
    *,
    evse: Json | None = None,
    instance: str | None = None,
    component_instance: str | None = None,
    mutability: str = "ReadOnly",
    data_type: str = "string",
    **characteristics: Any,
) -> Json:
    """Return a ReportDataType."""
    attribute: Json = {"type": "Actual", "mutability": mutability}
    if actual is not None:
        attribute["value"] = actual
    part: Json = {"name": component}
    if component_instance is not None:
        part["instance"] = component_instance
    if evse is not None:
        part["evse"] = evse
    which: Json = {"name": name}
    if instance is not None:
        which["instance"] = instance
    return {
        "component": part,
        "variable": which,
        "variableAttribute": [attribute],
        "variableCharacteristics": {
            "dataType": data_type,
            "supportsMonitoring": False,
            **characteristics,
        },
    }


def device_model(evses: int = 1) -> list[Json]:
    """Return the device model of a plain station."""
    return [
        variable("ChargingStation", "AvailabilityState", "Available"),
        *(
            one
            for number in range(1, evses + 1)
            for one in (
                variable("EVSE", "AvailabilityState", "Available", evse={"id": number}),
                variable(
                    "Connector",
                    "AvailabilityState",
                    "Available",
                    evse={"id": number, "connectorId": 1},
                ),
            )
        ),
        variable("SmartChargingCtrlr", "RateUnit", "A,W", data_type="MemberList"),
        variable("SmartChargingCtrlr", "ProfileStackLevel", "8", data_type="integer"),
        variable(
            "SampledDataCtrlr",
            "TxUpdatedInterval",
            "10",
            mutability="ReadWrite",
            data_type="integer",
        ),
        variable(
            "SampledDataCtrlr",
            "TxUpdatedMeasurands",
            "Energy.Active.Import.Register,Power.Active.Import",
            mutability="ReadWrite",
            data_type="MemberList",
        ),
    ]


class V2Station(Client):
    """Sends calls in OCPP 2, and answers those of the central system."""

    def __init__(
        self,
        url: str,
        model: list[Json] | None = None,
        *,
        version: str = "2.0.1",
        **answers: Any,
    ) -> None:
        """Connect to `url` later.

        Args:
            model: Its device model, as ReportDataType; None is `device_model()`.
            version: The number of the version: `2.0.1` or `2.1`.
            **answers: Its answers, by action; `{"status": "Accepted"}` without one.
        """
        super().__init__(
            url,
            answers={
                "GetBaseReport": self._report,
                "GetVariables": self.get_variables,
                "SetVariables": self.set_variables,
                "GetTransactionStatus": {
                    "ongoingIndicator": True,
                    "messagesInQueue": False,
                },
                **answers,
            },
            subprotocols=(f"ocpp{version}",),
        )
        self.model = device_model() if model is None else model
        self._sent: set[asyncio.Task[Any]] = set()
        self._seq: dict[str, int] = {}

    @classmethod
    def of(cls, world: World, charge_point_id: str = "CP1", **more: Any) -> Self:
        """Return a station that is to connect to the central system of a world."""
        port = world.central_system.port
        return cls(f"ws://127.0.0.1:{port}/ocpp/{charge_point_id}", **more)

    def later(self, action: str, payload: Json) -> None:
        """Send a call after the answer that is due."""
        self.soon(self.call(action, payload))

    def soon(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something once the answer to a call has been sent."""
        task = asyncio.get_running_loop().create_task(work)
        self._sent.add(task)
        task.add_done_callback(self._sent.discard)

    def _report(self, payload: Json) -> Json:
        self.soon(self._send_report(payload))
        return {"status": "Accepted"}

    def find(self, one: Json) -> Json | None:
        """Return the ReportDataType that an item of Get- or SetVariables is about."""
        for entry in self.model:
            if all(entry[part] == one[part] for part in ("component", "variable")):
                return entry
        return None

    def get_variables(self, payload: Json) -> Json:
        """Answer GetVariables from the device model."""
        results = []
        for one in payload["getVariableData"]:
            entry, result = self.find(one), dict(one)
            if entry is None:
                result["attributeStatus"] = "UnknownVariable"
            else:
                result["attributeStatus"] = "Accepted"
                attribute = entry["variableAttribute"][0]
                result["attributeValue"] = attribute.get("value", "")
            results.append(result)
        return {"getVariableResult": results}

    def set_variables(self, payload: Json) -> Json:
        """Answer SetVariables, and keep what can be written."""
        results = []
        for one in payload["setVariableData"]:
            result = {name: one[name] for name in one if name != "attributeValue"}
            result["attributeStatus"] = self.set_variable(self.find(one), one)
            results.append(result)
        return {"setVariableResult": results}

    def set_variable(self, entry: Json | None, one: Json) -> str:
        """Write a variable, and return the status."""
        if entry is None:
            return "UnknownVariable"
        attribute = entry["variableAttribute"][0]
        if attribute["mutability"] == "ReadOnly":
            return "Rejected"
        attribute["value"] = one["attributeValue"]
        return "Accepted"

    async def _send_report(self, payload: Json) -> None:
        # The connection may end meanwhile.
        with suppress(ConnectionClosed):
            await self.report(payload["requestId"], self.model)

    async def report(self, request_id: int, entries: list[Json], size: int = 4) -> None:
        """Send a report in pieces of `size` variables."""
        pieces = [entries[at : at + size] for at in range(0, len(entries), size)]
        for number, piece in enumerate(pieces or [[]]):
            await self.call(
                "NotifyReport",
                {
                    "requestId": request_id,
                    "generatedAt": at(),
                    "seqNo": number,
                    "tbc": number < len(pieces) - 1,
                    **({"reportData": piece} if piece else {}),
                },
            )

    @override
    async def boot(self, **more: Any) -> Json:
        return await self.call(
            "BootNotification",
            {
                "reason": "PowerUp",
                "chargingStation": {
                    "vendorName": "Acme",
                    "model": "Two",
                    "serialNumber": "S2",
                    "firmwareVersion": "2.0",
                }
                | more,
            },
        )

    async def booted(self, world: World, charge_point_id: str = "CP1") -> None:
        """Boot, and wait until the set-up has read what it needs."""
        await self.boot()
        charge_point = world.central_system.charge_points[charge_point_id]
        await until(lambda: charge_point.ready)

    async def status(self, status: str, evse: int = 1, plug: int = 1) -> Json:
        """Send a StatusNotification."""
        return await self.call(
            "StatusNotification",
            {
                "timestamp": at(),
                "connectorStatus": status,
                "evseId": evse,
                "connectorId": plug,
            },
        )

    async def event(
        self,
        kind: str,
        transaction_id: str = "T-1",
        *,
        evse: int | None = 1,
        token: str | None = None,
        values: list[Json] | None = None,
        seconds: float = 0,
        state: str | None = None,
        reason: str | None = None,
        trigger: str = "Trigger",
        seq: int | None = None,
        info: Json | None = None,
        **more: Any,
    ) -> Json:
        """Send a TransactionEvent; `seq` counts by itself where it is not given."""
        if seq is None:
            seq = self._seq.get(transaction_id, -1) + 1
        self._seq[transaction_id] = seq
        about: Json = {"transactionId": transaction_id, **(info or {})}
        if state is not None:
            about["chargingState"] = state
        if reason is not None:
            about["stoppedReason"] = reason
        payload: Json = {
            "eventType": kind,
            "timestamp": at(seconds),
            "triggerReason": trigger,
            "seqNo": seq,
            "transactionInfo": about,
            **more,
        }
        if evse is not None:
            payload["evse"] = {"id": evse, "connectorId": 1}
        if token is not None:
            payload["idToken"] = {"idToken": token, "type": "ISO14443"}
        if values:
            payload["meterValue"] = values
        return await self.call("TransactionEvent", payload)
