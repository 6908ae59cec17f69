"""A charger that says exactly what a test lets it say, and what became of it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.hub import Hub
from tests.csms.client import Client
from tests.integration.conftest import wait_for

MEASURANDS = (
    "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,"
    "Current.Offered,SoC"
)

UNITS = {
    "Energy.Active": "Wh",
    "Energy.Reactive": "varh",
    "Power.Active": "W",
    "Power.Offered": "W",
    "Power.Reactive": "var",
    "Power.Factor": None,
    "Current": "A",
    "Voltage": "V",
    "Frequency": None,
    "Temperature": "Celsius",
    "SoC": "Percent",
    "RPM": None,
}

type Values = dict[str, float]
"""Measurand, with a phase behind a blank where it has one (`Voltage L1`) -> value."""


def now() -> str:
    """Return the time as OCPP writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _sample(name: str, value: float) -> dict[str, Any]:
    measurand, _, phase = name.partition(" ")
    sample: dict[str, Any] = {
        "value": str(value),
        "context": "Sample.Periodic",
        "measurand": measurand,
    }
    unit = next(unit for prefix, unit in UNITS.items() if measurand.startswith(prefix))
    if unit is not None:
        sample["unit"] = unit
    if phase:
        sample["phase"] = phase
    return sample


class Wallbox(Client):
    """A charger of one connector or more."""

    def __init__(
        self, url: str, charge_point_id: str = "CP1", *, connectors: int = 1
    ) -> None:
        """Connect to `url` later; without RemoteTrigger, so nothing is asked for."""
        super().__init__(
            url + charge_point_id,
            answers={
                "GetConfiguration": {
                    "configurationKey": [
                        {"key": key, "readonly": readonly, "value": value}
                        for key, readonly, value in (
                            ("NumberOfConnectors", True, str(connectors)),
                            ("SupportedFeatureProfiles", True, "Core"),
                            ("MeterValueSampleInterval", False, "10"),
                            ("MeterValuesSampledData", True, MEASURANDS),
                            ("WebSocketPingInterval", False, "30"),
                        )
                    ]
                }
            },
        )
        self._numbers = range(connectors + 1)

    async def begin(self, hass: HomeAssistant, hub: Hub) -> ChargePoint:
        """Boot, tell the status of each connector, and wait until that is known."""
        charge_point = next(
            one
            for one in hub.central_system.charge_points.values()
            if self._url.endswith(one.id)
        )
        await self.boot(
            chargePointSerialNumber="S1",
            firmwareVersion="1.0",
        )
        for number in self._numbers:
            await self.status("Available", number)
        await wait_for(hass, lambda: charge_point.ready)
        return charge_point

    async def status(
        self, status: str, connector: int = 1, error: str = "NoError"
    ) -> None:
        """Send a StatusNotification."""
        await self.call(
            "StatusNotification",
            {
                "connectorId": connector,
                "errorCode": error,
                "status": status,
                "timestamp": now(),
            },
        )

    async def values(
        self,
        values: Values,
        connector: int = 1,
        transaction_id: int | None = None,
    ) -> None:
        """Send MeterValues."""
        payload: dict[str, Any] = {
            "connectorId": connector,
            "meterValue": [
                {
                    "timestamp": now(),
                    "sampledValue": [
                        _sample(name, value) for name, value in values.items()
                    ],
                }
            ],
        }
        if transaction_id is not None:
            payload["transactionId"] = transaction_id
        await self.call("MeterValues", payload)

    async def start(
        self,
        connector: int = 1,
        *,
        meter: int = 1000,
        id_tag: str = "TAG",
        timestamp: str | None = None,
    ) -> int:
        """Send StartTransaction; return the transaction's id."""
        answer = await self.call(
            "StartTransaction",
            {
                "connectorId": connector,
                "idTag": id_tag,
                "meterStart": meter,
                "timestamp": timestamp or now(),
            },
        )
        number: int = answer["transactionId"]
        return number

    async def stop(
        self,
        transaction_id: int,
        *,
        meter: int,
        reason: str = "Local",
        timestamp: str | None = None,
    ) -> None:
        """Send StopTransaction."""
        await self.call(
            "StopTransaction",
            {
                "transactionId": transaction_id,
                "meterStop": meter,
                "timestamp": timestamp or now(),
                "reason": reason,
            },
        )


def entity_id(hass: HomeAssistant, domain: str, unique_id: str) -> str:
    """Return the entity id that belongs to a unique id."""
    found = er.async_get(hass).async_get_entity_id(domain, DOMAIN, unique_id)
    assert found is not None, f"no {domain} {unique_id}"
    return found


def state_of(hass: HomeAssistant, unique_id: str, domain: str = "sensor") -> State:
    """Return the state of the entity with that unique id."""
    state = hass.states.get(entity_id(hass, domain, unique_id))
    assert state is not None, f"{domain} {unique_id} has no state"
    return state


def value_of(hass: HomeAssistant, unique_id: str, domain: str = "sensor") -> str:
    """Return the state, as text, of the entity with that unique id."""
    return state_of(hass, unique_id, domain).state


@contextmanager
def writes(hass: HomeAssistant) -> Iterator[list[str]]:
    """Collect the entity ids that are written, in order, changed or not."""
    written: list[str] = []

    @callback
    def note(event: Event[Any]) -> None:
        written.append(event.data["entity_id"])

    @callback
    def every_one(_data: Any) -> bool:
        return True

    cancel = [
        hass.bus.async_listen(EVENT_STATE_CHANGED, note),
        # What is written again unchanged costs half of a write.
        hass.bus.async_listen(EVENT_STATE_REPORTED, note, event_filter=every_one),
    ]
    try:
        yield written
    finally:
        for each in cancel:
            each()


async def settle(hass: HomeAssistant) -> None:
    """Let everything happen that a message set off."""
    await asyncio.sleep(0)
    await hass.async_block_till_done()
