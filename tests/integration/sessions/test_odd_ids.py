"""Sessions of chargers with ids of their own, as their owners see them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.chargers.naming import unique_id
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import charger_subentry
from tests.integration.helpers.entities import Wallbox, entity_id, settle, value_of

ENERGY = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
HOUR = timedelta(hours=1)


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
async def box(hass: HomeAssistant, hub: Hub, server_url: str) -> AsyncIterator[Wallbox]:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        yield box


def ago(time: timedelta) -> str:
    return (datetime.now(UTC) - time).isoformat()


def shown(hass: HomeAssistant, key: str, platform: str = "sensor") -> str:
    return value_of(hass, unique_id("CP1", key, 1), platform)


async def sessions(hass: HomeAssistant, **data: Any) -> list[dict[str, Any]]:
    await settle(hass)
    answer: Any = await hass.services.async_call(
        DOMAIN, "get_sessions", data, blocking=True, return_response=True
    )
    found: list[dict[str, Any]] = answer["sessions"]
    return found


async def begin(box: Wallbox, meter: int = 1000, id_tag: str = "CARD8") -> int:
    number = await box.start(meter=meter, id_tag=id_tag, timestamp=ago(HOUR))
    await box.status("Charging")
    return number


async def test_an_id_that_turns_into_the_largest_number(
    hass: HomeAssistant, box: Wallbox
) -> None:
    """Alfen Eve: the session goes on counting, and can be stopped."""
    number = await begin(box)
    await box.values({ENERGY: 1500.0}, transaction_id=number)
    await box.values({ENERGY: 2500.0, POWER: 3000.0}, transaction_id=2**63 - 1)
    await settle(hass)
    assert float(shown(hass, "power")) == 3000
    assert shown(hass, "session_energy") == "1.5"
    (session,) = await sessions(hass)
    assert (session["transaction_id"], session["end"]) == (number, None)
    await hass.services.async_call(
        "switch",
        "turn_off",
        {"entity_id": entity_id(hass, "switch", unique_id("CP1", "charging", 1))},
        blocking=True,
    )
    (asked,) = await box.wait_for("RemoteStopTransaction")
    assert asked == {"transactionId": number}


@pytest.mark.parametrize("own", [1, 0, -1, -16])
async def test_one_id_in_all_meter_values(
    hass: HomeAssistant, box: Wallbox, own: int
) -> None:
    """StopTransaction has the one that was given."""
    number = await begin(box)
    for wh in (1500.0, 2500.0):
        await box.values({ENERGY: wh, POWER: 3600.0}, transaction_id=own)
    await settle(hass)
    assert shown(hass, "session_energy") == "1.5"
    assert shown(hass, "charging", "switch") == "on"
    await box.stop(number, meter=3000)
    await box.values({ENERGY: 3000.0, POWER: 0.0}, transaction_id=own)
    (session,) = await sessions(hass)
    assert session["energy_wh"] == 2000
    assert shown(hass, "charging", "switch") == "off"


async def test_a_register_in_kwh_with_the_id_0(
    hass: HomeAssistant, box: Wallbox
) -> None:
    await begin(box, 10_000)
    for kwh in ("10.250", "10.750"):
        value = {"value": kwh, "measurand": ENERGY, "unit": "kWh"}
        await box.call(
            "MeterValues",
            {
                "connectorId": 1,
                "transactionId": 0,
                "meterValue": [{"timestamp": ago(0 * HOUR), "sampledValue": [value]}],
            },
        )
    await settle(hass)
    assert float(shown(hass, "energy")) == 10.75
    assert shown(hass, "session_energy") == "0.75"


async def test_a_stop_with_a_negative_id(hass: HomeAssistant, box: Wallbox) -> None:
    """Etrel Inch: it ends what runs with the same tag."""
    number = await begin(box)
    await box.values({ENERGY: 1500.0, POWER: 3600.0}, transaction_id=number)
    await box.call(
        "StopTransaction",
        {
            "transactionId": -16,
            "meterStop": 3000,
            "timestamp": ago(0 * HOUR),
            "idTag": "CARD8",
            "reason": "EVDisconnected",
        },
    )
    await box.status("Available")
    (session,) = await sessions(hass)
    assert (session["energy_wh"], session["id_tag"]) == (2000, "CARD8")
    assert shown(hass, "charging", "switch") == "off"
    assert shown(hass, "stop_reason") == "ev_disconnected"


async def test_a_stop_of_free_charging(hass: HomeAssistant, box: Wallbox) -> None:
    """Wallbox: a session of its own, of which only the end is told."""
    for meter in (9000, 9500):
        for _ in range(2):
            answer = await box.call(
                "StopTransaction",
                {
                    "transactionId": 4711,
                    "meterStop": meter,
                    "timestamp": ago(timedelta(seconds=10_000 - meter)),
                    "reason": "EVDisconnected",
                },
            )
            assert answer == {}
    assert [one["meter_stop_wh"] for one in await sessions(hass)] == [9000, 9500]


async def test_free_charging_without_a_tag(hass: HomeAssistant, box: Wallbox) -> None:
    answer = await box.call(
        "StartTransaction",
        {
            "connectorId": 1,
            "idTag": "",
            "meterStart": 0,
            "timestamp": ago(HOUR),
            "reservationId": 0,
        },
    )
    assert answer["idTagInfo"] == {"status": "Accepted"}
    await box.status("Charging")
    (session,) = await sessions(hass)
    assert session["end"] is None
    await box.stop(answer["transactionId"], meter=100)
    (session,) = await sessions(hass, include=["refused", "struck_out"])
    assert (session["energy_wh"], session["refused"]) == (100, None)


async def test_boots_again_and_again(hass: HomeAssistant, box: Wallbox) -> None:
    """Metron: with the same message id, for as long as something was amiss."""
    number = await begin(box)
    for _ in range(5):
        await box.boot()
    (session,) = await sessions(hass)
    assert session["end"] is None
    await box.stop(number, meter=1900)
    (session,) = await sessions(hass)
    assert session["energy_wh"] == 900


async def test_a_stop_with_more_than_belongs_there(
    hass: HomeAssistant, box: Wallbox
) -> None:
    """Fields that are none, a reason that is empty, another tag that is too long."""
    number = await begin(box, 0)
    sample = {"value": "1.6250000000000002", "measurand": ENERGY, "unit": "kWh"}
    answer = await box.call(
        "StopTransaction",
        {
            "connectorId": 1,
            "transactionId": number,
            "idTag": "X16WG99J2QIEGCC0MCJ5-x",
            "meterStop": 1625,
            "timestamp": ago(0 * HOUR),
            "reason": "",
            "disconnectReason": "EVDisconnected",
            "transactionData": [{"timestamp": ago(0 * HOUR), "sampledValue": [sample]}],
        },
    )
    assert answer["idTagInfo"]["status"] in {"Accepted", "Invalid"}
    (session,) = await sessions(hass)
    assert (session["energy_wh"], session["reason"]) == (1625, "local")
    assert session["id_tag"] == "CARD8"
