"""The charger by the book: charging profiles over the wire."""

from typing import Any

import pytest

from simulator import Car
from tests.simulator.central import Central
from tests.simulator.helpers import charging, default_profile, make


class TestProfiles:
    async def test_remote_start_with_a_profile(self, central: Central) -> None:
        profile = default_profile(9, chargingProfilePurpose="TxProfile")
        async with make(central) as charger:
            await charger.wait_idle()
            await charger.plug(1, Car())
            await central.ask(
                "RemoteStartTransaction",
                {
                    "idTag": "APP",
                    "connectorId": 1,
                    "chargingProfile": profile["csChargingProfiles"],
                },
            )
            await charger.wait_for(lambda: charger.connector(1).offered_current == 9)
            await charger.unplug(1)
            assert len(charger.profiles) == 0

    async def test_limits(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            connector = charger.connector(1)
            for amps, status in ((10, "Charging"), (0, "SuspendedEVSE"), (8.5, None)):
                answer = await central.ask("SetChargingProfile", default_profile(amps))
                assert answer == {"status": "Accepted"}
                assert connector.offered_current == amps
                assert connector.currents == (amps, amps, amps)
                assert connector.status == (status or "Charging")
            answer = await central.ask("ClearChargingProfile", {"id": 77})
            assert answer == {"status": "Unknown"}
            answer = await central.ask("ClearChargingProfile", {})
            assert answer == {"status": "Accepted"}
            assert connector.offered_current == 32

    async def test_one_phase(self, central: Central) -> None:
        profile = default_profile(10)
        schedule = profile["csChargingProfiles"]["chargingSchedule"]
        schedule["chargingSchedulePeriod"][0]["numberPhases"] = 1
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            await central.ask("SetChargingProfile", profile)
            assert charger.connector(1).currents == (10, 0, 0)
            assert charger.connector(1).offered_phases == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"chargingProfilePurpose": "TxProfile"},
            {"chargingProfilePurpose": "TxProfile", "transactionId": 999},
            {"chargingProfilePurpose": "ChargePointMaxProfile"},
            {"chargingProfilePurpose": "Nonsense"},
            {"stackLevel": 99},
        ],
    )
    async def test_refused_profiles(
        self, central: Central, wrong: dict[str, Any]
    ) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            if "transactionId" in wrong:
                await charging(charger)
            answer = await central.ask(
                "SetChargingProfile", default_profile(8, **wrong)
            )
            assert answer == {"status": "Rejected"}
            assert len(charger.profiles) == 0

    async def test_too_many(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            charger.configuration.put("MaxChargingProfilesInstalled", "1")
            charger.configuration.put("ChargingScheduleMaxPeriods", "1")
            await central.ask("SetChargingProfile", default_profile(8))
            answer = await central.ask(
                "SetChargingProfile", default_profile(8, chargingProfileId=2)
            )
            assert answer == {"status": "Rejected"}
            answer = await central.ask("SetChargingProfile", default_profile(9))
            assert answer == {"status": "Accepted"}
            long = default_profile(8)
            long["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"] = [
                {"startPeriod": n, "limit": 6} for n in range(2)
            ]
            answer = await central.ask("SetChargingProfile", long)
            assert answer == {"status": "Rejected"}

    async def test_a_limit_no_car_can_take_is_a_violation(
        self, central: Central
    ) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await central.ask("SetChargingProfile", default_profile(4))
            assert "4 A" in charger.violations[0]

    async def test_composite_schedule(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await central.ask("SetChargingProfile", default_profile(8))
            answer = await central.ask(
                "GetCompositeSchedule",
                {"connectorId": 1, "duration": 600, "chargingRateUnit": "W"},
            )
            assert answer["status"] == "Accepted"
            schedule = answer["chargingSchedule"]
            assert schedule["chargingSchedulePeriod"][0]["limit"] == 5520
            for wrong in (
                {"connectorId": 9, "duration": 60},
                {"connectorId": 1, "duration": 60, "chargingRateUnit": "VA"},
            ):
                answer = await central.ask("GetCompositeSchedule", wrong)
                assert answer == {"status": "Rejected"}
