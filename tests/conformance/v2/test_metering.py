"""Meter values, clock-aligned and sampled, in transactions and without (J)."""

import pytest

from tests.conformance.home import Home

from .cases import case, cases
from .station import Station, Visit, reading, sampled

SIGNATURE = {
    "signedMeterData": "c2lnbmVk",
    "signingMethod": "ECDSA-secp256r1-SHA256",
    "encodingMethod": "OCMF",
    "publicKey": "a2V5",
}


@case("J_01")
@pytest.mark.parametrize("evses", [2])
async def test_aligned_without_transaction(home: Home, station: Station) -> None:
    for step in range(3):
        for evse in range(3):
            wh = 10_000 * evse + 500 * step
            answer = await station.call(
                "MeterValues",
                evseId=evse,
                meterValue=[reading(sampled(wh, "Sample.Clock"), minutes=3 - step)],
            )
            assert answer == {}
        await station.notify_event(
            {"name": "FiscalMetering"}, "Energy", "1", trigger="Periodic"
        )
    await home.shows("sensor", "1/energy", "11.0")
    await home.shows("sensor", "2/energy", "21.0")
    assert await home.sessions() == []


@case("J_02")
@pytest.mark.parametrize("evses", [2])
async def test_aligned_in_transaction(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.charge()
    for step in (1, 2, 3):
        for evse in (0, 2):
            values = [reading(sampled(300 + 10 * step, "Sample.Clock"))]
            await station.call("MeterValues", evseId=evse, meterValue=values)
        values = [reading(sampled(1000 + 20 * step, "Sample.Clock"))]
        await visit.event("Updated", "MeterValueClock", values=values)
    await home.shows("sensor", "1/energy", "1.06")
    await home.shows("sensor", "1/session_energy", "0.06")
    await home.shows("sensor", "2/energy", "0.33")


@cases(
    "J_03",
    "J_04",
    "J_10",
    "J_11",
    context=["Sample.Clock", "Sample.Clock", "Sample.Periodic", "Sample.Periodic"],
    signed=[False, True, False, True],
)
async def test_at_the_end(
    home: Home, visit: Visit, number: str, context: str, signed: bool
) -> None:
    more = {"signedMeterValue": SIGNATURE} if signed else {}
    values = [
        reading(sampled(1000, "Transaction.Begin") | more, minutes=60),
        reading(sampled(3000, context) | more, minutes=40),
        reading(sampled(6000, context) | more, minutes=20),
        reading(sampled(8200, "Transaction.End") | more),
    ]
    await visit.finish(values=values)
    await home.shows_status("available")
    session = await home.session()
    assert (session["energy_wh"], session["reason"]) == (7200, "ev_disconnected")
    await home.shows("sensor", "1/energy", "8.2")


@case("J_07")
async def test_at_the_start(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.plug_in([reading(sampled(1500, "Transaction.Begin"))])
    await home.shows("sensor", "1/energy", "1.5")
    await visit.charge()
    await visit.finish()
    assert (await home.session())["energy_wh"] == 6700


@case("J_08")
async def test_evse_not_known(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.authorize(evse=False)
    await visit.plug_in([reading(sampled(1500, "Transaction.Begin"))])
    await home.shows("sensor", "1/energy", "1.5")
    await visit.charge()
    await home.shows_status("charging")
    await visit.finish()
    session = await home.session()
    assert (session["connector_id"], session["energy_wh"]) == (1, 6700)


@case("J_09")
async def test_sampled(home: Home, visit: Visit) -> None:
    for wh, watts in ((1020, 7000), (1040, 7200), (1060, 0)):
        values = reading(
            sampled(wh),
            sampled(watts, measurand="Power.Active.Import")
            | {"unitOfMeasure": {"unit": "W"}},
            sampled(16, measurand="Current.Import")
            | {"phase": "L1", "location": "Outlet", "unitOfMeasure": {"unit": "A"}},
        )
        await visit.event("Updated", "MeterValuePeriodic", values=[values])
        await home.shows("sensor", "1/power", f"{watts:.1f}")
        await home.shows("sensor", "1/energy", f"{wh / 1000}")
        await home.shows("sensor", "1/session_energy", f"{(wh - 1000) / 1000}")
    await home.shows_charging("on")
