"""A session is the same at the upstream, whichever versions are spoken on both sides."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from custom_components.ocpp_cs.csms.model.errors import RefusedError
from custom_components.ocpp_cs.csms.model.model import ConnectorStatus
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from simulator import Car
from tests.sampling import LONG

from .pair import Charger, Pair, charger_of, until

PAIRINGS = [
    pytest.param(charger, upstream, id=f"{charger} at {upstream}")
    for charger in ("1.6", "2.0.1", "2.1")
    for upstream in ("1.6", "2.0.1", "2.1")
    # Each with 2.1 in a long run.
    if LONG or "2.1" not in {charger, upstream} or charger == upstream
]
pairings = pytest.mark.parametrize(("charger_version", "upstream_version"), PAIRINGS)


@pytest.fixture(name="pair")
async def fixture_pair(upstream_version: str) -> AsyncIterator[Pair]:
    """Return a house whose charge point an employer is told of."""
    async with Pair() as pair:
        pair.attach(subprotocol=f"ocpp{upstream_version}")
        yield pair


@pytest.fixture(name="charger")
async def fixture_charger(pair: Pair, charger_version: str) -> AsyncIterator[Charger]:
    """Return a charger with a car, which is known to the house."""
    async with charger_of(pair.house, charger_version) as charger:
        await charger.wait_idle()
        await charger.plug(1, Car(capacity_kwh=100.0))
        yield charger


def check_equal(told: Transaction, ours: Transaction) -> None:
    """Check that a session is the one of our books."""
    for name in ("connector_id", "id_tag", "reason"):
        assert getattr(told, name) == getattr(ours, name), name
    assert told.meter_start_wh is not None
    assert ours.meter_start_wh is not None
    # 1.6 has whole Wh.
    assert abs(told.meter_start_wh - ours.meter_start_wh) <= 0.5
    assert told.energy_wh is not None
    assert ours.energy_wh is not None
    assert abs(told.energy_wh - ours.energy_wh) <= 1.0
    assert abs(told.start - ours.start).total_seconds() < 0.001
    assert told.end is not None
    assert ours.end is not None
    assert abs(told.end - ours.end).total_seconds() < 0.001


async def finished(pair: Pair, count: int = 1) -> None:
    """Wait until the employer has confirmed that sessions are over."""
    (station,) = pair.upstreams.stations.values()
    await until(lambda: sum(one.end is not None for one in pair.told) == count)
    await until(lambda: not len(station.outbox))


@pairings
async def test_a_session_that_a_card_stops(pair: Pair, charger: Charger) -> None:
    assert await charger.present_card("TAG1", 1) == "Accepted"
    await until(lambda: pair.told)
    charger.connector(1).meter.register_wh += 500
    await charger.send_meter_values()
    await charger.present_card("TAG1", 1)
    await finished(pair)
    (ours,), (told,) = pair.ours, pair.told
    assert ours.energy_wh is not None
    assert ours.energy_wh >= 500
    assert ours.reason == "local"
    check_equal(told, ours)


@pairings
async def test_a_session_that_ends_with_the_cable(pair: Pair, charger: Charger) -> None:
    await charger.present_card("TAG2", 1)
    await until(lambda: pair.told)
    charger.connector(1).meter.register_wh += 400
    await charger.unplug(1)
    await finished(pair)
    (ours,), (told,) = pair.ours, pair.told
    assert ours.reason == "ev_disconnected"
    check_equal(told, ours)


@pairings
async def test_sessions_of_a_time_without_the_upstream(
    pair: Pair, charger: Charger
) -> None:
    """They are told in order, with their own times, as soon as it is there again."""
    settings = pair.station.settings
    pair.upstreams.apply([replace(settings, url="ws://127.0.0.1:9/ocpp")])
    for number in range(2):
        await charger.present_card(f"TAG{number}", 1)
        await until(lambda count=number + 1: len(pair.ours) == count)
        charger.connector(1).meter.register_wh += 300
        await charger.send_meter_values()
        await charger.present_card(f"TAG{number}", 1)
        await until(lambda: all(one.end is not None for one in pair.ours))
    assert len(pair.station.outbox) >= 4
    assert not pair.told
    pair.upstreams.apply([settings])
    await finished(pair, 2)
    for told, ours in zip(pair.told, pair.ours, strict=True):
        check_equal(told, ours)
        if settings.subprotocol != "ocpp1.6":
            assert told.details.offline is True


@pytest.mark.parametrize(
    ("charger_version", "upstream_version"),
    [("1.6", "2.0.1"), ("2.0.1", "2.0.1"), ("1.6", "2.1")],
)
async def test_the_set_up_of_a_central_system_is_met(
    pair: Pair, charger: Charger
) -> None:
    """Another house behind ours asks what it asks of any station, and is satisfied."""
    employer = pair.employer.central_system.charge_points["CP1"]
    await until(lambda: employer.ready and employer.connector_numbers == [1])
    await until(lambda: pair.station.speech.sampling.interval == 10)
    assert "Current.Import" in pair.station.speech.sampling.measurands
    answer = await employer.commands.call(
        "get_variables", variables=["SampledDataCtrlr.TxUpdatedInterval"]
    )
    assert answer["get_variable_result"][0]["attribute_value"] == "10"
    answer = await employer.commands.call("get_base_report")
    assert answer["variables"] > 60
    answer = await employer.commands.call("get_transaction_status")
    assert answer["messages_in_queue"] is False
    with pytest.raises(RefusedError):
        await employer.commands.call("reset", type="hard")
    with pytest.raises(RefusedError):
        await employer.commands.call("get_diagnostics", location="https://x.test/")
    await charger.present_card("TAG1", 1)
    await until(lambda: employer.connector(1).transaction)
    await until(lambda: employer.connector(1).status is ConnectorStatus.CHARGING)
    assert not employer.deviations.counts
    assert not pair.station.deviations.counts


@pytest.mark.parametrize(("charger_version", "upstream_version"), [("1.6", "2.0.1")])
async def test_another_version_in_a_session(
    pair: Pair, charger: Charger, caplog: pytest.LogCaptureFixture
) -> None:
    """Its id cannot be told in 1.6; that is said, and all else goes on."""
    await charger.present_card("TAG1", 1)
    await until(lambda: pair.told)
    settings = replace(pair.station.settings, subprotocol="ocpp1.6")
    pair.upstreams.apply([settings])
    station = pair.station
    await until(lambda: station.connected)
    employer = pair.employer.central_system.charge_points["CP1"]
    await until(lambda: employer.ready and employer.protocol == "ocpp1.6")
    assert station._trigger("meter_values", 1)
    await charger.present_card("TAG1", 1)
    await until(lambda: "another version" in (station.last_error or ""))
    assert "Traceback" not in caplog.text
    await charger.present_card("TAG2", 1)
    await until(lambda: any(one.id_tag == "TAG2" for one in pair.told))
