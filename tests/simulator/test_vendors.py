"""Bender and EVC5: the quirks that their documents and captures show."""

from datetime import datetime
import json
from typing import Any

import pytest

from simulator import Bender, Car, Evc5
from simulator.meter import Reading
from tests.simulator.central import Central
from tests.simulator.helpers import FAST, default_profile

EVC5_STATUS = '{"connectorId":0,"status":"Available","errorCode":"NoError","info":"","timestamp":"2023-09-28T08:31:30+00:00"}'
EVC5_METER = '{"connectorId":1,"transactionId":4711,"meterValue":[{"timestamp":"2024-09-19T12:30:49+00:00","sampledValue":[{"measurand":"Energy.Active.Import.Register","unit":"Wh","value":"11295100"},{"measurand":"Voltage","unit":"V","value":"236.2"},{"measurand":"Temperature","unit":"Celsius","value":"25"},{"measurand":"Frequency","value":"50.04"},{"measurand":"Current.Import","phase":"L1","unit":"A","value":"15.90"},{"measurand":"Current.Import","phase":"L2","unit":"A","value":"16.10"},{"measurand":"Current.Import","phase":"L3","unit":"A","value":"15.90"}]}]}'
FIELDS = [
    "chargePointVendor",
    "chargePointModel",
    "chargePointSerialNumber",
    "chargeBoxSerialNumber",
    "firmwareVersion",
    "iccid",
    "imsi",
    "meterSerialNumber",
]


def evc5(central: Central, **options: Any) -> Evc5:
    return Evc5(central.url, "11752628", **(FAST | options))


class TestEvc5:
    async def test_frames(self, central: Central) -> None:
        central.rules["StartTransaction"] = {
            "transactionId": 4711,
            "idTagInfo": {"status": "Accepted"},
        }
        charger = evc5(central)
        charger.clock.freeze(datetime.fromisoformat("2023-09-28T08:31:30.9Z"))
        async with charger:
            await charger.wait_idle()
            assert json.loads(central.frames[0])[1] == "1"
            assert list(central.of("BootNotification")[0]) == FIELDS
            assert central.frames[1] == f'[2,"2","StatusNotification",{EVC5_STATUS}]'
            assert [s["connectorId"] for s in central.of("StatusNotification")] == [
                0,
                1,
                2,
            ]
            await charger.plug(1, Car())
            await charger.present_card("TAG", 1)
            await charger.wait_idle()
            charger.connector(1).meter.override = Reading(
                energy_wh=11295100,
                voltage=(236.2, 230, 230),
                temperature=25,
                frequency=50.04,
                current=(15.9, 16.1, 15.9),
            )
            charger.clock.freeze(datetime.fromisoformat("2024-09-19T12:30:49Z"))
            await charger.send_meter_values(1)
        assert central.frames[-1].endswith(f'"MeterValues",{EVC5_METER}]')

    async def test_occupied_until_authorized(self, central: Central) -> None:
        async with evc5(central) as charger:
            await charger.wait_idle()
            central.clear()
            await charger.plug(2, Car())
            await charger.wait_idle()
            await charger.present_card("TAG", 2)
            await charger.wait_idle()
        assert [s["status"] for s in central.of("StatusNotification")] == [
            "Occupied",
            "Charging",
        ]

    async def test_two_cars_at_once(self, central: Central) -> None:
        async with evc5(central) as charger:
            await charger.wait_idle()
            for number in (1, 2):
                await charger.plug(number, Car())
                await charger.present_card(f"TAG{number}", number)
            await charger.wait_for(
                lambda: all(c.transaction_id for c in charger.connectors[1:])
            )
            assert charger.connector(1).transaction_id == 101
            assert charger.connector(2).transaction_id == 102
            await central.ask("RemoteStopTransaction", {"transactionId": 102})
            assert charger.connector(1).transaction is not None
            assert charger.connector(2).transaction is None

    async def test_url_placeholder(self, central: Central) -> None:
        charger = Evc5(central.url + "/#OSN#/v16", "11752628", **FAST)
        async with charger:
            await charger.wait_connected()
        assert central.paths == ["/ocpp/11752628/v16"]

    async def test_configuration(self, central: Central) -> None:
        async with evc5(central) as charger:
            await charger.wait_idle()

            async def change(key: str, value: str) -> str:
                answer = await central.ask(
                    "ChangeConfiguration", {"key": key, "value": value}
                )
                return f"{answer['status']} {charger.configuration[key].value}"

            assert await change("LightIntensity", "10") == "Accepted 50"
            assert await change("websocketPINGinterval", "40") == "Accepted 40"
            assert await change("chg_MinChargingCurrent", "8") == "Accepted 8"
            answer = await central.ask(
                "GetConfiguration",
                {
                    "key": [
                        "ChargeProfileMaxStackLevel",
                        "ChargingScheduleAllowedChargingRateUnit",
                        "AuthorizationKey",
                    ]
                },
            )
            assert answer == {
                "configurationKey": [
                    {
                        "key": "ChargingScheduleAllowedChargingRateUnit",
                        "readonly": True,
                        "value": "Current,Power",
                    },
                    {"key": "AuthorizationKey", "readonly": False},
                ],
                "unknownKey": ["ChargeProfileMaxStackLevel"],
            }
            too_many = {"key": [f"k{n}" for n in range(51)]}
            assert (await central.call("GetConfiguration", too_many))[0] == 4

    async def test_heartbeat_interval_lasts_until_the_next_boot(
        self, central: Central
    ) -> None:
        async with evc5(central, reboot_seconds=0.01) as charger:
            await charger.wait_idle()
            charger.configuration.change("HeartbeatInterval", "77")
            await charger.reboot()
            await charger.wait_accepted()
            assert charger.configuration["HeartbeatInterval"].value == "300"

    async def test_commands(self, central: Central) -> None:
        async with evc5(central) as charger:
            charger.configuration.put("AuthorizeRemoteTxRequests", "true")
            await charger.wait_idle()
            await charger.plug(1, Car())
            profile = default_profile(7, chargingProfilePurpose="TxProfile")
            answer = await central.ask(
                "RemoteStartTransaction",
                {
                    "idTag": "X",
                    "connectorId": 1,
                    "chargingProfile": profile["csChargingProfiles"],
                },
            )
            assert answer == {"status": "Accepted"}
            await central.expect("StartTransaction")
            # The profile is ignored (FW-610), the tag not checked (FW-611).
            assert charger.connector(1).offered_current == 32
            assert "Authorize" not in central.actions
            for message in (
                "DiagnosticsStatusNotification",
                "FirmwareStatusNotification",
            ):
                answer = await central.ask(
                    "TriggerMessage", {"requestedMessage": message}
                )
                assert answer == {"status": "NotImplemented"}
            answer = await central.call("CancelReservation", {"reservationId": 1})
            assert answer[2] == "NotImplemented"

    async def test_error_codes_it_does_not_have(self, central: Central) -> None:
        async with evc5(central) as charger:
            await charger.wait_idle()
            await charger.set_status(1, "Faulted", error_code="HighTemperature")
            assert central.of("StatusNotification")[-1]["errorCode"] == "OtherError"


class TestBender:
    @pytest.mark.parametrize("suffix", ["", "/"])
    async def test_appends_its_id_and_authenticates(
        self, central: Central, suffix: str
    ) -> None:
        url = central.url + "/v16" + suffix
        async with Bender(url, "BOX 1", password="geheim", **FAST) as charger:
            await charger.wait_idle()
        assert central.paths == ["/ocpp/v16/BOX%201"]
        assert central.headers[0]["Authorization"] == "Basic Qk9YIDE6Z2VoZWlt"
        boot = central.of("BootNotification")[0]
        assert boot["chargePointVendor"] == "Bender GmbH Co. KG"
        assert len(json.loads(central.frames[0])[1]) == 36

    async def test_informative_status(self, central: Central) -> None:
        async with Bender(central.url, "BOX", **FAST) as charger:
            await charger.wait_idle()
            central.clear()
            charger.web_login()
            charger.inform(charger.connector(1), "x" * 80, "E1")
            await central.expect("StatusNotification", 2)
            first, second = central.of("StatusNotification")
            assert first["status"] == "Available"
            assert "Login" in first["info"]
            assert len(second["info"]) == 50
            assert second["vendorErrorCode"] == "E1"
            charger.informative_status = False
            charger.web_login()
            await charger.wait_idle()
            assert len(central.of("StatusNotification")) == 2

    async def test_watchdog(self, central: Central) -> None:
        async with Bender(
            central.url, "BOX", tcp_watchdog=20, **(FAST | {"reboot_seconds": 0.01})
        ) as charger:
            await charger.wait_idle()
            await charger.link.hang_up()
            assert charger.boot_count == 0
            charger.link.go_online()
            await charger.wait_accepted()
            await central.stop()
            await charger.wait_for(lambda: charger.boot_count == 1)
            await central.start()
            await charger.wait_accepted()

    async def test_long_values_and_data_transfer(self, central: Central) -> None:
        async with Bender(central.url, "BOX", long_values=True, **FAST) as charger:
            await charger.wait_idle()
            answer = await central.ask("GetConfiguration", {"key": ["RCMB_STATE"]})
            assert len(answer["configurationKey"][0]["value"]) > 500
            answer = await central.ask(
                "DataTransfer", {"vendorId": "org.openchargealliance.iso15118pnc"}
            )
            assert answer == {"status": "UnknownMessageId"}
            answer = await central.ask("DataTransfer", {"vendorId": "else"})
            assert answer == {"status": "UnknownVendorId"}
            charger.send_totals()
            await central.expect("DataTransfer")
