"""The charger by the book: cards, cars, states, transactions, meter values."""

import pytest

from simulator import Car
from tests.simulator.central import Central
from tests.simulator.helpers import charging, make


class TestCharging:
    async def test_a_session_with_a_card(self, central: Central) -> None:
        async with make(central, register_wh=1000, sample_interval=30) as charger:
            await charger.wait_idle()
            central.clear()
            await charging(charger)
            connector = charger.connector(1)
            assert connector.status == "Charging"
            assert connector.power_w == 11040
            assert connector.currents == (16, 16, 16)
            assert connector.offered_current == 32
            assert connector.transaction_id == 101
            await central.expect("MeterValues", 2)
            assert connector.register_wh > 1000
            assert connector.soc is not None
            assert connector.soc > 40
            assert await charger.present_card("CARD", 1) == "Accepted"
            await charger.wait_idle()
            assert connector.status == "Finishing"
            await charger.unplug(1)
            await charger.wait_idle()
            assert connector.status == "Available"
        statuses = [status["status"] for status in central.of("StatusNotification")]
        assert statuses == ["Preparing", "Charging", "Finishing", "Available"]
        actions = [a for a in central.actions if a not in ("MeterValues", "Heartbeat")]
        assert actions == [
            "StatusNotification",
            "Authorize",
            "StartTransaction",
            "StatusNotification",
            "StopTransaction",
            "StatusNotification",
            "StatusNotification",
        ]
        (start,) = central.of("StartTransaction")
        assert start["meterStart"] == 1000
        (stop,) = central.of("StopTransaction")
        assert stop["reason"] == "Local"
        assert stop["idTag"] == "CARD"
        assert stop["meterStop"] > 1000
        values = central.of("MeterValues")[-1]
        assert values["transactionId"] == 101
        energy = values["meterValue"][0]["sampledValue"][0]
        assert energy["measurand"] == "Energy.Active.Import.Register"
        assert 1000 < float(energy["value"]) <= stop["meterStop"] + 1

    async def test_card_first_then_car(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await charger.present_card("CARD", 1)
            assert charger.connector(1).status == "Preparing"
            await charger.plug(1, Car())
            await charger.wait_for(lambda: charger.connector(1).status == "Charging")

    async def test_card_and_no_car(self, central: Central) -> None:
        async with make(central) as charger:
            charger.configuration.put("ConnectionTimeOut", "5")
            await charger.wait_idle()
            await charger.present_card("CARD", 1)
            await charger.wait_for(lambda: charger.connector(1).status == "Available")
        assert "StartTransaction" not in central.actions

    async def test_refused_card(self, central: Central) -> None:
        central.rules["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
        async with make(central) as charger:
            await charger.wait_idle()
            await charger.plug(1, Car())
            assert await charger.present_card("CARD", 1) == "Blocked"
            assert charger.connector(1).status == "Preparing"

    async def test_parent_group_may_stop_another_may_not(
        self, central: Central
    ) -> None:
        groups = {"CARD": "FAMILY", "MUM": "FAMILY", "THIEF": "OTHERS"}
        central.rules["Authorize"] = lambda payload: {
            "idTagInfo": {"status": "Accepted", "parentIdTag": groups[payload["idTag"]]}
        }
        central.rules["StartTransaction"] = {
            "transactionId": 7,
            "idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"},
        }
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            assert await charger.present_card("THIEF", 1) == "ConcurrentTx"
            assert charger.connector(1).transaction is not None
            assert await charger.present_card("MUM", 1) == "Accepted"
            assert charger.connector(1).transaction is None

    @pytest.mark.parametrize("stops", [True, False])
    async def test_tag_refused_at_the_start(
        self, central: Central, stops: bool
    ) -> None:
        central.rules["StartTransaction"] = {
            "transactionId": 7,
            "idTagInfo": {"status": "Invalid"},
        }
        async with make(central) as charger:
            charger.configuration.put("StopTransactionOnInvalidId", str(stops).lower())
            await charger.wait_idle()
            await charger.plug(1, Car())
            await charger.present_card("CARD", 1)
            if stops:
                stop = await central.expect("StopTransaction")
                assert stop["reason"] == "DeAuthorized"
            else:
                await charger.wait_for(
                    lambda: charger.connector(1).status == "SuspendedEVSE"
                )
                assert charger.connector(1).power_w == 0

    async def test_unplugging_ends_it(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            await charger.unplug(1)
            stop = await central.expect("StopTransaction")
            assert stop["reason"] == "EVDisconnected"
            await charger.wait_idle()
        statuses = [status["status"] for status in central.of("StatusNotification")]
        assert statuses[-1] == "Available"

    async def test_unplugging_may_only_pause_it(self, central: Central) -> None:
        async with make(central) as charger:
            charger.configuration.put("StopTransactionOnEVSideDisconnect", "false")
            await charger.wait_idle()
            await charging(charger)
            await charger.unplug(1)
            assert charger.connector(1).status == "SuspendedEV"
            await charger.plug(1, Car())
            assert charger.connector(1).status == "Charging"

    async def test_a_full_car_suspends(self, central: Central) -> None:
        async with make(central, time_factor=5000.0) as charger:
            await charger.wait_idle()
            await charger.plug(1, Car(soc=99.9, capacity_kwh=10))
            await charger.present_card("CARD", 1)
            await charger.wait_for(lambda: charger.connector(1).status == "SuspendedEV")
            assert charger.connector(1).soc == 100

    async def test_auto_start(self, central: Central) -> None:
        async with make(central, auto_start_tag="FREE") as charger:
            await charger.wait_idle()
            await charger.plug(1, Car())
            start = await central.expect("StartTransaction")
        assert start["idTag"] == "FREE"

    async def test_transaction_data(self, central: Central) -> None:
        async with make(central) as charger:
            charger.configuration.put(
                "StopTxnSampledData", "Energy.Active.Import.Register"
            )
            await charger.wait_idle()
            await charging(charger)
            await charger.unplug(1)
            stop = await central.expect("StopTransaction")
        contexts = [
            value["sampledValue"][0]["context"] for value in stop["transactionData"]
        ]
        assert contexts == ["Transaction.Begin", "Transaction.End"]

    async def test_clock_aligned_values_without_a_transaction(
        self, central: Central
    ) -> None:
        async with make(central, connectors=2) as charger:
            await charger.wait_idle()
            await central.ask(
                "ChangeConfiguration",
                {"key": "ClockAlignedDataInterval", "value": "20"},
            )
            await central.expect("MeterValues", 4)
        values = central.of("MeterValues")
        assert {value["connectorId"] for value in values} == {1, 2}
        sampled = values[0]["meterValue"][0]["sampledValue"]
        assert {value["context"] for value in sampled} == {"Sample.Clock"}
        assert "transactionId" not in values[0]

    async def test_faulted(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            await charger.set_status(
                1,
                "Faulted",
                error_code="GroundFailure",
                info="wet",
                vendor_id="V",
                vendor_error_code="E7",
            )
            assert charger.connector(1).power_w == 0
            status = central.of("StatusNotification")[-1]
            assert status["errorCode"] == "GroundFailure"
            assert (status["info"], status["vendorErrorCode"]) == ("wet", "E7")
            await charger.set_status(1, None)
            assert charger.connector(1).status == "Charging"

    async def test_a_forced_status_lasts_until_the_next_change(
        self, central: Central
    ) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await charger.set_status(1, "Finishing")
            assert central.of("StatusNotification")[-1]["status"] == "Finishing"
            await charger.plug(1, Car())
            assert charger.connector(1).status == "Preparing"


class TestLeanMeterValues:
    async def test_same_form_as_the_long_way(self, central: Central) -> None:
        async with make(central, connectors=2) as charger:
            await charger.wait_idle()
            for number in (1, 2):
                central.clear()
                assert await charger.send_meter_values(number) == {}
                charger.faults.drop_profile_on_reconnect = True  # takes the long way
                assert await charger.send_meter_values(number) == {}
                charger.faults.drop_profile_on_reconnect = False
                lean, long = central.of("MeterValues")
                for payload in (lean, long):
                    payload["meterValue"][0].pop("timestamp")
                assert lean == long

    async def test_follows_the_configuration(self, central: Central) -> None:
        async with make(central, measurands="Voltage") as charger:
            await charger.wait_idle()
            await charger.send_meter_values()
            await central.ask(
                "ChangeConfiguration",
                {"key": "MeterValuesSampledData", "value": "Temperature,SoC"},
            )
            await charger.send_meter_values()
        first, second = (
            [v["measurand"] for v in p["meterValue"][0]["sampledValue"]]
            for p in central.of("MeterValues")
        )
        assert first == ["Voltage"] * 3
        assert second == ["Temperature", "SoC"]

    async def test_refused(self, central: Central) -> None:
        central.rules["MeterValues"] = ["InternalError", ""]
        async with make(central) as charger:
            await charger.wait_idle()
            assert await charger.send_meter_values() is None
