"""Every frame of a go-e that was captured somewhere comes out byte for byte.

The captures stand in the issues of goecharger/go-eCharger-API-v2 (105, 106, 126),
evcc-io/evcc (6735, 16902) and lbbrhzn/ocpp (1036).
"""

from datetime import datetime
from itertools import count
import json

from simulator import Car, GoE, Reading
from tests.simulator.central import Central

BOOT_055 = [
    '[2,"531531560","BootNotification",{"chargePointVendor":"go-e","chargePointModel":"go-eCharger_V4","chargePointSerialNumber":"20XXXX","firmwareVersion":"055.5"}]',
    '[2,"531531561","StatusNotification",{"connectorId":0,"errorCode":"NoError","status":"Available","timestamp":"2023-03-03T08:21:16.000Z"}]',
]
BOOT_IN_TRANSACTION = [
    '[2,"531531716","BootNotification",{"chargePointVendor":"fronius","chargePointModel":"wattpilot_V2","chargePointSerialNumber":"91022316","firmwareVersion":"40.7"}]',
    '[2,"531531717","StatusNotification",{"connectorId":0,"errorCode":"NoError","status":"Available","timestamp":"2024-01-07T08:52:48.477Z"}]',
    '[2,"531531718","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"SuspendedEVSE","timestamp":"2024-01-07T08:52:48.477Z"}]',
    '[2,"531531719","MeterValues",{"connectorId":1,"transactionId":1704534842,"meterValue":[{"timestamp":"2024-01-07T08:52:48.477Z","sampledValue":[{"value":"0.00","measurand":"Current.Import","unit":"A","phase":"L1"},',
]
TRIGGERED_IDLE = '[2,"531531542","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2023-07-02T20:27:40.908Z","sampledValue":[{"value":"0.00","measurand":"Current.Import","unit":"A","phase":"L1"},{"value":"0.00","measurand":"Current.Import","unit":"A","phase":"L2"},{"value":"0.00","measurand":"Current.Import","unit":"A","phase":"L3"},{"value":"165333.00","measurand":"Energy.Active.Import.Register","unit":"Wh"},{"value":"0.00","measurand":"Power.Active.Import","unit":"W","phase":"L1"},{"value":"0.00","measurand":"Power.Active.Import","unit":"W","phase":"L2"},{"value":"0.00","measurand":"Power.Active.Import","unit":"W","phase":"L3"},{"value":"0.00","measurand":"Power.Active.Import","unit":"W"}]}]}]'
PLUGGED_NO_TRANSACTION = '[2,"531531553","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2023-03-14T09:53:44.000Z","sampledValue":[{"value":"0.30","measurand":"Current.Import","unit":"A","phase":"L1"},{"value":"0.40","measurand":"Current.Import","unit":"A","phase":"L2"},{"value":"0.30","measurand":"Current.Import","unit":"A","phase":"L3"},{"value":"16.00","measurand":"Current.Offered","unit":"A"},{"value":"755295.01","measurand":"Energy.Active.Import.Register","unit":"Wh"},{"value":"0.00","measurand":"Power.Active.Import","unit":"W","phase":"L1"},{"value":"0.00","measurand":"Power.Active.Import","unit":"W","phase":"L2"},{"value":"0.00","measurand":"Power.Active.Import","unit":"W","phase":"L3"},{"value":"30.00","measurand":"Power.Active.Import","unit":"W"},{"value":"11040.00","measurand":"Power.Offered","unit":"W"}]}]}]'
PAUSED = '[2,"531868790","MeterValues",{"connectorId":1,"transactionId":1729837542,"meterValue":[{"timestamp":"2024-10-27T09:26:38.264Z","sampledValue":[{"value":"0.00","measurand":"Current.Import","unit":"A","phase":"L1"},{"value":"0.00","measurand":"Current.Import","unit":"A","phase":"L2"},{"value":"0.00","measurand":"Current.Import","unit":"A","phase":"L3"},{"value":"0.00","measurand":"Current.Offered","unit":"A"},{"value":"4185136.00","measurand":"Energy.Active.Import.Register","unit":"Wh"},{"value":"49.89","measurand":"Frequency"},{"value":"0.00","measurand":"Power.Active.Import","unit":"W","phase":"L1"},{"value":"0.00","measurand":"Power.Active.Import","unit":"W","phase":"L2"},{"value":"0.00","measurand":"Power.Active.Import","unit":"W","phase":"L3"},{"value":"0.00","measurand":"Power.Active.Import","unit":"W"},{"value":"0.00","measurand":"Power.Offered","unit":"W"},{"value":"22.50","measurand":"Temperature","unit":"Celsius"},{"value":"230.00","measurand":"Voltage","unit":"V","phase":"L1"},{"value":"231.00","measurand":"Voltage","unit":"V","phase":"L2"},{"value":"231.00","measurand":"Voltage","unit":"V","phase":"L3"},{"value":"0.00","measurand":"Voltage","unit":"V","phase":"N"}]}]}]'
START = '[2,"531531541","StartTransaction",{"connectorId":1,"idTag":"TEST","meterStart":8016,"timestamp":"2022-12-06T20:28:00.000Z"}]'
STOP = '[2,"531531582","StopTransaction",{"transactionId":-1,"meterStop":8016,"timestamp":"2022-12-06T20:17:05.000Z"}]'
CONFIGURATION = '[3,"3526263417",{"configurationKey":[{"key":"AllowOfflineTxForUnknownId","readonly":false,"value":"false"},{"key":"GetConfigurationMaxKeys","readonly":true,"value":"99"},{"key":"ClockAlignedDataInterval","readonly":false,"value":"0"},{"key":"LocalAuthorizeOffline","readonly":false,"value":"true"},{"key":"HeartbeatInterval","readonly":false,"value":"60"},{"key":"LightIntensity","readonly":false,"value":"17"},{"key":"MeterValuesSampledData","readonly":true,"value":"Current.Import,Current.Offered,Energy.Active.Import.Register,Frequency,Power.Active.Import,Power.Factor,Power.Offered,Temperature,Voltage"},{"key":"MeterValuesSampledDataMaxLength","readonly":true,"value":"10"},{"key":"MeterValueSampleInterval","readonly":false,"value":"180"},{"key":"NumberOfConnectors","readonly":true,"value":"1"},{"key":"ConnectorPhaseRotation","readonly":true,"value":"0.RST,1.RST"},{"key":"ConnectorPhaseRotationMaxLength"'

PAUSE = {
    "connectorId": 1,
    "csChargingProfiles": {
        "chargingProfileId": 1,
        "stackLevel": 1,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "startSchedule": "2020-01-01T00:00:00Z",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 0.0}],
        },
    },
}


def count_from(charger: GoE, frame: str) -> None:
    """Let the next frame have the id, and the clock show the time, of a capture."""
    parts = frame.split('"')
    charger._ids = (str(number) for number in count(int(parts[1])))
    charger.clock.freeze(datetime.fromisoformat(parts[parts.index("timestamp") + 2]))


async def test_boot(central: Central) -> None:
    charger = GoE(central.url, "20XXXX", firmware="055.5")
    charger._ids = (str(number) for number in count(531531560))
    charger.clock.freeze(datetime.fromisoformat("2023-03-03T08:21:16.123Z"))
    async with charger:
        await central.expect("StatusNotification", 2)
    assert central.frames[:2] == BOOT_055
    assert json.loads(central.frames[2])[3]["connectorId"] == 1


async def test_first_id_and_four_fields(central: Central) -> None:
    async with GoE(central.url, "237512") as charger:
        await charger.wait_accepted()
    assert central.paths == ["/ocpp/237512"]
    assert central.frames[0] == (
        '[2,"531531540","BootNotification",{"chargePointVendor":"go-e",'
        '"chargePointModel":"go-eCharger_V4","chargePointSerialNumber":"237512",'
        '"firmwareVersion":"59.4"}]'
    )


async def test_boot_in_a_transaction(central: Central) -> None:
    central.rules["StartTransaction"] = {
        "transactionId": 1704534842,
        "idTagInfo": {"status": "Accepted"},
    }
    async with GoE(
        central.url,
        "91022316",
        vendor="fronius",
        model="wattpilot_V2",
        firmware="40.7",
        noise=0,
        reboot_seconds=0.01,
    ) as charger:
        await charger.wait_accepted()
        await charger.plug(1, Car())
        await charger.wait_for(lambda: charger.connector(1).transaction_id is not None)
        await central.ask("SetChargingProfile", PAUSE)
        await charger.wait_for(lambda: charger.connector(1).status == "SuspendedEVSE")
        await charger.wait_idle()
        central.clear()

        original = charger.message_ids
        charger.message_ids = lambda: (str(n) for n in count(531531716))  # type: ignore[method-assign]
        charger.clock.freeze(datetime.fromisoformat("2024-01-07T08:52:48.477Z"))
        await charger.reboot()
        await central.expect("MeterValues")
        charger.message_ids = original  # type: ignore[method-assign]
    assert central.frames[:3] == BOOT_IN_TRANSACTION[:3]
    assert central.frames[3].startswith(BOOT_IN_TRANSACTION[3])


async def test_triggered_while_idle(central: Central) -> None:
    async with GoE(
        central.url, "goe123456", firmware="055.7", noise=0, register_wh=165333
    ) as charger:
        await charger.wait_idle()
        count_from(charger, TRIGGERED_IDLE)
        answer = await central.call(
            "TriggerMessage",
            {"requestedMessage": "MeterValues", "connectorId": 1},
            "1612164215",
        )
        assert answer == [3, "1612164215", {"status": "Accepted"}]
        await central.expect("MeterValues")
    assert central.frames[-2:] == [
        '[3,"1612164215",{"status":"Accepted"}]',
        TRIGGERED_IDLE,
    ]


async def test_plugged_without_transaction(central: Central) -> None:
    async with GoE(central.url, "237512", firmware="055.5", acs=1) as charger:
        await charger.plug(1, Car())
        await charger.wait_idle()
        charger.connector(1).meter.override = Reading(
            current=(0.3, 0.4, 0.3),
            power=(0.0, 0.0, 0.0),
            total_power=30.0,
            energy_wh=755295.01,
            current_offered=16.0,
            power_offered=11040.0,
        )
        count_from(charger, PLUGGED_NO_TRANSACTION)
        await charger.send_meter_values(1)
    assert central.frames[-1] == PLUGGED_NO_TRANSACTION


async def test_paused_in_transaction(central: Central) -> None:
    central.rules["StartTransaction"] = {
        "transactionId": 1729837542,
        "idTagInfo": {"status": "Accepted"},
    }
    async with GoE(central.url, "237512") as charger:
        await charger.wait_accepted()
        await charger.plug(1, Car())
        await central.ask("SetChargingProfile", PAUSE)
        await charger.wait_for(lambda: charger.connector(1).transaction_id is not None)
        await charger.wait_idle()
        charger.connector(1).meter.override = Reading(
            voltage=(230.0, 231.0, 231.0), energy_wh=4185136.0, frequency=49.89
        )
        count_from(charger, PAUSED)
        await charger.send_meter_values(1)
    assert central.frames[-1] == PAUSED


async def test_stop(central: Central) -> None:
    async with GoE(central.url, "237512", firmware="055.5", acs=1) as charger:
        charger.connector(1).meter.register_wh = 8016
        charger.faults.stop_minus_one = True
        await charger.plug(1, Car(soc=100))
        await charger.wait_idle()
        assert await charger.present_card("TEST") == "Accepted"
        await charger.wait_for(lambda: charger.connector(1).transaction_id is not None)
        await charger.wait_idle()
        count_from(charger, STOP)
        charger.stop_transaction(charger.connector(1), "Local")
        await central.expect("StopTransaction")
    assert STOP in central.frames


async def test_start(central: Central) -> None:
    async with GoE(central.url, "237512", firmware="055.5", acs=1) as charger:
        charger.connector(1).meter.register_wh = 8016
        await charger.plug(1, Car())
        await charger.wait_idle()
        count_from(charger, START)
        charger.start_transaction(charger.connector(1), "TEST")
        await central.expect("StartTransaction")
    assert START in central.frames


async def test_get_configuration(central: Central) -> None:
    central.rules["BootNotification"] = {
        "currentTime": "2023-07-02T20:27:40Z",
        "interval": 60,
        "status": "Accepted",
    }
    async with GoE(
        central.url, "goe123456", firmware="055.7", sample_interval=180
    ) as charger:
        charger.configuration.put("LightIntensity", "17")
        await charger.wait_idle()
        await central.call("GetConfiguration", {}, "3526263417")
        answer = next(f for f in central.frames if f.startswith("[3,"))
    assert answer.startswith(CONFIGURATION)


async def test_numeric_message_id_is_echoed_as_text(central: Central) -> None:
    async with GoE(central.url, "237512", acs=1) as charger:
        await charger.plug(1, Car())
        await charger.wait_idle()
        await central.call("RemoteStartTransaction", {"idTag": "TEST"}, 12345678)
        assert '[3,"12345678",{"status":"Accepted"}]' in central.frames
        assert charger.violations == ["message id 12345678"]
