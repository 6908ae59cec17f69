"""What the station tells of the cars at it (ConnectedEV)."""

from typing import Any

import pytest

from simulator import Car
from tests.simulator.v2.csms import Csms, make


def told(csms: Csms) -> list[dict[str, Any]]:
    """Return what each NotifyEvent has told of a car, by variable."""
    return [
        {one["variable"]["name"]: one["actualValue"] for one in payload["eventData"]}
        for payload in csms.of("NotifyEvent")
        if payload["eventData"][0]["component"]["name"] == "ConnectedEV"
    ]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_car_is_told_once_and_then_what_changes(version: str) -> None:
    async with Csms(version=version) as csms, make(csms, version=version) as station:
        await station.wait_idle()
        await station.plug(car=Car())
        await station.wait_idle()
        assert told(csms) == []
        await station.unplug()
        car = Car(evccid="01:23:45:67:89:AB", soc=40)
        await station.plug(car=car)
        await station.wait_idle()
        (first,) = told(csms)
        assert first["VehicleID"] == "01:23:45:67:89:AB"
        assert ("StateOfCharge" in first) is (version == "2.1")
        car.soc = 41
        station.evses[0].update()
        await station.wait_idle()
        assert [one.get("StateOfCharge") for one in told(csms)[1:]] == (
            ["41"] if version == "2.1" else []
        )
    assert csms.wrong == []
