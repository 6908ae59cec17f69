"""A session of a charge point is told to an upstream, over all layers."""

from simulator import Car, Generic
from tests.csms.quirks.test_quirks_on_the_wire import TIMES, url
from tests.csms.test_central_system import until

from .pair import Pair


async def test_a_session_arrives_at_the_upstream_as_it_is_in_our_books() -> None:
    async with Pair() as pair:
        pair.attach()
        async with Generic(url(pair.house), "CP1", **TIMES) as charger:
            await charger.plug(1, Car(capacity_kwh=100.0))
            charger.start_transaction(charger.connector(1), "TAG1")
            await until(lambda: pair.told)
            (station,) = pair.upstreams.stations.values()
            assert station.connected
            charger.connector(1).meter.register_wh += 500
            await charger.send_meter_values()
            charger.stop_transaction(charger.connector(1), "Local")
            await until(lambda: pair.told[0].end is not None)
            await until(lambda: not len(station.outbox))
        (ours,), (told,) = pair.ours, pair.told
        for name in (
            "connector_id",
            "id_tag",
            "meter_start_wh",
            "meter_stop_wh",
            "reason",
        ):
            assert getattr(told, name) == getattr(ours, name), name
        assert abs(told.start - ours.start).total_seconds() < 0.001
        assert ours.end is not None and told.end is not None
        assert abs(told.end - ours.end).total_seconds() < 0.001
