"""The charger of `entities.py` in OCPP 2.0.1: it says what a test lets it say."""

from typing import Any, override

from homeassistant.core import HomeAssistant

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.hub import Hub
from tests.csms.v2.station import Json, V2Station, variable
from tests.integration.conftest import wait_for

from .entities import MEASURANDS, UNITS, Values, Wallbox, now
from .versions import V1_6, V2_0_1

_STATES = {
    "Preparing": "Occupied",
    "Finishing": "Occupied",
    "Charging": "Occupied",
    "SuspendedEV": "Occupied",
    "SuspendedEVSE": "Occupied",
}
"""Status of 1.6 -> that of a connector of 2.0.1, where it is another word."""

_CHARGING = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})


def _model(connectors: int) -> list[Json]:
    return [
        *(
            variable("EVSE", "AvailabilityState", "Available", evse={"id": number})
            for number in range(1, connectors + 1)
        ),
        *(
            variable(
                "Connector",
                "AvailabilityState",
                "Available",
                evse={"id": number, "connectorId": 1},
            )
            for number in range(1, connectors + 1)
        ),
        variable("SampledDataCtrlr", "TxUpdatedInterval", "10", data_type="integer"),
        variable(
            "SampledDataCtrlr",
            "TxUpdatedMeasurands",
            MEASURANDS,
            data_type="MemberList",
        ),
    ]


def _sample(name: str, value: float) -> Json:
    measurand, _, phase = name.partition(" ")
    sample: Json = {
        "value": value,
        "context": "Sample.Periodic",
        "measurand": measurand,
    }
    unit = next(unit for prefix, unit in UNITS.items() if measurand.startswith(prefix))
    if unit is not None:
        sample["unitOfMeasure"] = {"unit": unit}
    if phase:
        sample["phase"] = phase
    return sample


class V2Wallbox(V2Station):
    """A station with one connector at each EVSE."""

    def __init__(
        self,
        url: str,
        charge_point_id: str = "CP1",
        *,
        connectors: int = 1,
        version: str = V2_0_1,
    ) -> None:
        """Connect to `url` later."""
        super().__init__(
            url + charge_point_id,
            _model(connectors),
            version=version,
            TriggerMessage="NotImplemented",
        )
        self._numbers = range(1, connectors + 1)
        self._running: dict[int, str] = {}
        self._state: dict[int, str] = {}
        self._transactions = 0

    async def begin(self, hass: HomeAssistant, hub: Hub) -> ChargePoint:
        """Boot, tell the status of each connector, and wait until that is known."""
        charge_point = next(
            one
            for one in hub.central_system.charge_points.values()
            if self._url.endswith(one.id)
        )
        await self.boot(serialNumber="S1", firmwareVersion="1.0")
        for number in self._numbers:
            await self.status("Available", number)
        await wait_for(hass, lambda: charge_point.ready)
        return charge_point

    @override
    async def status(
        self, status: str, evse: int = 1, plug: int = 1, error: str = "NoError"
    ) -> Json:
        """Tell a status in the words of 1.6, with the messages of 2.0.1."""
        if error != "NoError":
            return await self._problem(evse, error)
        self._state[evse] = status
        if status in _CHARGING and (running := self._running.get(evse)) is not None:
            return await self.event(
                "Updated",
                running,
                evse=None,
                state=status,
                trigger="ChargingStateChanged",
            )
        return await super().status(_STATES.get(status, status), evse, plug)

    async def _problem(self, evse: int, code: str) -> Json:
        event = {
            "eventId": 1,
            "timestamp": now(),
            "trigger": "Delta",
            "actualValue": "true",
            "techCode": code,
            "eventNotificationType": "HardWiredNotification",
            "component": {"name": "EVSE", "evse": {"id": evse}},
            "variable": {"name": "Problem"},
        }
        return await self.call(
            "NotifyEvent", {"generatedAt": now(), "seqNo": 0, "eventData": [event]}
        )

    async def values(
        self, values: Values, connector: int = 1, transaction_id: Any = None
    ) -> None:
        """Send values, in a transaction or outside of one."""
        told = {
            "timestamp": now(),
            "sampledValue": [_sample(name, value) for name, value in values.items()],
        }
        if transaction_id is None:
            await self.call("MeterValues", {"evseId": connector, "meterValue": [told]})
        else:
            await self.event(
                "Updated",
                transaction_id,
                evse=None,
                values=[told],
                trigger="MeterValuePeriodic",
            )

    async def start(
        self,
        connector: int = 1,
        *,
        meter: int = 1000,
        id_tag: str = "TAG",
        timestamp: str | None = None,
    ) -> str:
        """Begin a transaction; return its id."""
        self._transactions += 1
        number = f"{self._url.rpartition('/')[2]}-{self._transactions}-{now()}"[:36]
        self._running[connector] = number
        state = self._state.get(connector)
        await self.event(
            "Started",
            number,
            evse=connector,
            token=id_tag,
            values=[self._register(meter, "Transaction.Begin", timestamp)],
            state=state if state in _CHARGING else None,
            trigger="Authorized",
            timestamp=timestamp or now(),
        )
        return number

    async def stop(
        self,
        transaction_id: str,
        *,
        meter: int,
        reason: str = "Local",
        timestamp: str | None = None,
    ) -> None:
        """End a transaction."""
        self._running = {
            place: one for place, one in self._running.items() if one != transaction_id
        }
        await self.event(
            "Ended",
            transaction_id,
            evse=None,
            values=[self._register(meter, "Transaction.End", timestamp)],
            reason=reason,
            trigger="StopAuthorized",
            timestamp=timestamp or now(),
        )

    @staticmethod
    def _register(meter: int, context: str, timestamp: str | None) -> Json:
        return {
            "timestamp": timestamp or now(),
            "sampledValue": [{"value": meter, "context": context}],
        }


def wallbox(version: str, *args: Any, **options: Any) -> Any:
    """Return a charger of a version that says what a test lets it say."""
    if version == V1_6:
        return Wallbox(*args, **options)
    return V2Wallbox(*args, version=version, **options)


def action(box: Any, name: str) -> str:
    """Return what an action of 1.6 is called in the version of a charger."""
    return _ACTIONS.get(name, name) if isinstance(box, V2Wallbox) else name


_ACTIONS = {
    "RemoteStartTransaction": "RequestStartTransaction",
    "RemoteStopTransaction": "RequestStopTransaction",
}


async def started(box: Any) -> list[tuple[int, str]]:
    """Return connector and tag of each remote start, once one has come."""
    return [
        (payload["evseId"], payload["idToken"]["idToken"])
        if isinstance(box, V2Wallbox)
        else (payload["connectorId"], payload["idTag"])
        for payload in await box.wait_for(action(box, "RemoteStartTransaction"))
    ]


async def stopped(box: Any) -> list[Any]:
    """Return the transaction of each remote stop, once one has come."""
    calls = await box.wait_for(action(box, "RemoteStopTransaction"))
    return [payload["transactionId"] for payload in calls]


async def availability(box: Any, count: int = 1) -> list[tuple[int, str]]:
    """Return connector, 0 for all, and type of each ChangeAvailability."""
    return [
        (payload.get("evse", {}).get("id", 0), payload["operationalStatus"])
        if isinstance(box, V2Wallbox)
        else (payload["connectorId"], payload["type"])
        for payload in await box.wait_for("ChangeAvailability", count)
    ]
