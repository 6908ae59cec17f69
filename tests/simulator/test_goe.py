"""What a go-e does, beyond the form of its frames."""

from typing import Any

import pytest

from simulator import Car, Faults, GoE
from tests.simulator.central import Central
from tests.simulator.helpers import FAST, default_profile


def make(central: Central, **options: Any) -> GoE:
    return GoE(central.url, "237512", **(FAST | {"reboot_seconds": 0.01} | options))


async def charging(charger: GoE) -> None:
    await charger.plug(1, Car())
    await charger.wait_for(lambda: charger.connector(1).transaction_id is not None)
    await charger.wait_idle()


async def test_plug_and_charge(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        central.clear()
        await charging(charger)
        assert charger.connector(1).offered_current == 16
    assert central.actions[:3] == [
        "StatusNotification",
        "StartTransaction",
        "StatusNotification",
    ]
    assert [s["status"] for s in central.of("StatusNotification")] == [
        "Preparing",
        "Charging",
    ]
    assert central.of("StartTransaction")[0]["idTag"] == "no-card"


async def test_a_car_from_before_the_first_connection(central: Central) -> None:
    charger = make(central)
    await charger.plug(1, Car())
    async with charger:
        await charger.wait_idle()
    # What was said while offline comes after the boot and the statuses.
    assert central.actions[:4] == [
        "BootNotification",
        "StatusNotification",
        "StatusNotification",
        "StartTransaction",
    ]


async def test_with_access_control_it_waits(central: Central) -> None:
    async with make(central, acs=1) as charger:
        await charger.wait_idle()
        await charger.plug(1, Car())
        await charger.wait_idle()
        assert charger.connector(1).status == "Preparing"
        assert charger.api.get("modelStatus") == 2
        await central.ask("RemoteStartTransaction", {"idTag": "APP"})
        await charger.wait_for(lambda: charger.connector(1).transaction_id is not None)
        assert charger.connector(1).status == "Charging"
        answer = await central.ask("RemoteStopTransaction", {"transactionId": 101})
        assert answer == {"status": "Accepted"}
        assert charger.connector(1).status == "Finishing"


async def test_boots_on_each_connection(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        await charger.drop()
        central.clear()
        await charger.reconnect()
        await charger.wait_idle()
    assert central.actions[0] == "BootNotification"
    # The ids only start again after a real reboot.
    assert '"531531540"' not in central.frames[0]


async def test_ids_start_again_after_a_reboot(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        central.clear()
        await charger.reboot()
        await charger.wait_idle()
    assert central.frames[0].startswith('[2,"531531540","BootNotification"')


@pytest.mark.parametrize("stops", [True, False])
async def test_transactions_live_on_over_a_reset(central: Central, stops: bool) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        await charging(charger)
        charger.api.values["osr"] = stops
        central.clear()
        await central.ask("Reset", {"type": "Hard"})
        await central.expect("BootNotification")
        await charger.wait_idle()
        assert ("StopTransaction" in central.actions) == stops
        assert (charger.connector(1).transaction_id is None) == stops
        if not stops:
            # After the statuses it tells at once what it meters.
            assert central.actions[:4] == [
                "BootNotification",
                "StatusNotification",
                "StatusNotification",
                "MeterValues",
            ]


async def test_no_meter_values_without_a_transaction(central: Central) -> None:
    async with make(central, acs=1, sample_interval=1) as charger:
        await charger.plug(1, Car())
        await charger.wait_idle()
        await charger.clock.sleep(20)
        assert "MeterValues" not in central.actions


@pytest.mark.parametrize(
    "action",
    [
        "CancelReservation",
        "ClearCache",
        "DataTransfer",
        "GetCompositeSchedule",
        "GetDiagnostics",
        "ReserveNow",
    ],
)
async def test_not_implemented(central: Central, action: str) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        answer = await central.call(action, {})
        assert (answer[0], answer[2]) == (4, "NotImplemented")


class TestProfiles:
    async def test_amperes_only(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            profile = default_profile(4140)
            profile["csChargingProfiles"]["chargingSchedule"]["chargingRateUnit"] = "W"
            answer = await central.ask("SetChargingProfile", profile)
            assert answer == {"status": "Rejected"}

    async def test_whole_amperes(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            await central.ask("SetChargingProfile", default_profile(9.9))
            assert charger.connector(1).offered_current == 9

    async def test_zero_pauses(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            await central.ask("SetChargingProfile", default_profile(0))
            connector = charger.connector(1)
            assert connector.status == "SuspendedEVSE"
            assert connector.transaction_id == 101
            assert charger.api.get("modelStatus") == 28
            await central.ask("SetChargingProfile", default_profile(6))
            assert connector.status == "Charging"

    async def test_one_phase_takes_a_break(self, central: Central) -> None:
        profile = default_profile(16)
        schedule = profile["csChargingProfiles"]["chargingSchedule"]
        schedule["chargingSchedulePeriod"][0]["numberPhases"] = 1
        async with make(central, time_factor=20.0) as charger:
            await charger.wait_idle()
            await charging(charger)
            await central.ask("SetChargingProfile", profile)
            connector = charger.connector(1)
            assert connector.status == "SuspendedEVSE"
            assert charger.api.get("modelStatus") == 23
            await charger.wait_for(lambda: connector.currents == (16, 0, 0))
            assert charger.api.get("pha")[:3] == [True, False, False]

    async def test_one_phase_was_ignored_once(self, central: Central) -> None:
        profile = default_profile(16)
        schedule = profile["csChargingProfiles"]["chargingSchedule"]
        schedule["chargingSchedulePeriod"][0]["numberPhases"] = 1
        async with make(central, firmware="055.6") as charger:
            await charger.wait_idle()
            await charging(charger)
            await central.ask("SetChargingProfile", profile)
            assert charger.connector(1).currents == (16, 16, 16)

    async def test_tx_profile_without_transaction_does_nothing(
        self, central: Central
    ) -> None:
        profile = default_profile(0, chargingProfilePurpose="TxProfile")
        async with make(central) as charger:
            await charger.wait_idle()
            answer = await central.ask("SetChargingProfile", profile)
            assert answer == {"status": "Accepted"}
            assert charger.api.get("ocpptp") is None
            await charging(charger)
            assert charger.connector(1).status == "Charging"
            await central.ask("SetChargingProfile", profile)
            assert charger.connector(1).status == "SuspendedEVSE"
            assert charger.api.get("ocpptp")[0]["chargingProfileId"] == 1

    async def test_maximum_of_the_station(self, central: Central) -> None:
        profile = default_profile(7, chargingProfilePurpose="ChargePointMaxProfile")
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            await central.ask("SetChargingProfile", profile)
            assert charger.connector(1).offered_current == 7
            assert charger.api.get("ocppmp") is not None

    @pytest.mark.parametrize(
        ("firmware", "status", "offered"),
        [("56.9", "Rejected", 0), ("59.4", "Accepted", 16), ("60.4", "Accepted", 8)],
    )
    async def test_profile_in_a_remote_start(
        self, central: Central, firmware: str, status: str, offered: float
    ) -> None:
        profile = default_profile(8, chargingProfilePurpose="TxProfile")
        async with make(central, firmware=firmware, acs=1) as charger:
            await charger.plug(1, Car())
            await charger.wait_idle()
            answer = await central.ask(
                "RemoteStartTransaction",
                {"idTag": "X", "chargingProfile": profile["csChargingProfiles"]},
            )
            assert answer == {"status": status}
            assert charger.connector(1).offered_current == offered

    async def test_fallback_when_the_backend_is_gone(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            charger.api.set({"ocppf": "8"})
            await charger.drop()
            assert charger.connector(1).offered_current == 8
            assert charger.api.get("modelStatus") == 35
            await charger.reconnect()
            assert charger.connector(1).offered_current == 16


class TestFirmware:
    async def test_booleans_of_055(self, central: Central) -> None:
        async with make(central, firmware="055.5") as charger:
            await charger.wait_idle()
            answer = await central.ask(
                "GetConfiguration", {"key": ["LocalAuthorizeOffline"]}
            )
            assert answer["configurationKey"][0]["value"] == "1"
            answer = await central.ask(
                "TriggerMessage", {"requestedMessage": "MeterValues"}
            )
            assert answer == {"status": "Rejected"}
            answer = await central.call(
                "ChangeAvailability", {"connectorId": 0, "type": "Operative"}
            )
            assert answer[2] == "NotImplemented"

    @pytest.mark.parametrize(
        ("firmware", "key", "status"),
        [
            ("59.4", "MeterValuesSampledData", "NotSupported"),
            ("60.4", "MeterValuesSampledData", "Accepted"),
            ("59.4", "MinChargingCurrent", "NotSupported"),
            ("59.4", "MeterValuesSampleInterval", "NotSupported"),
        ],
    )
    async def test_configuration(
        self, central: Central, firmware: str, key: str, status: str
    ) -> None:
        async with make(central, firmware=firmware) as charger:
            await charger.wait_idle()
            answer = await central.ask(
                "ChangeConfiguration", {"key": key, "value": "Voltage"}
            )
            assert answer == {"status": status}

    async def test_amp_is_a_configuration_key(self, central: Central) -> None:
        async with make(central, firmware="60.4") as charger:
            await charger.wait_idle()
            await charging(charger)
            await central.ask(
                "ChangeConfiguration", {"key": "RequestedCurrent", "value": "10"}
            )
            assert charger.api.get("amp") == 10
            charger.connector(1).update()
            assert charger.connector(1).offered_current == 10

    async def test_reboots_when_the_server_goes(self, central: Central) -> None:
        async with make(
            central, firmware="60.0", faults=Faults(reboot_on_server_loss=True)
        ) as charger:
            await charger.wait_idle()
            central.socket.transport.abort()
            await charger.wait_for(lambda: charger.boot_count == 1)
            await charger.wait_accepted()
            assert charger.api.get("rbc") == 1
