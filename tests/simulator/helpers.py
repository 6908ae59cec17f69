"""What several tests of the simulator do."""

from datetime import UTC, datetime, timedelta
from typing import Any

from simulator import Car, Generic
from tests.simulator.central import Central

FAST = {"time_factor": 200.0, "noise": 0.0, "backoff": (0.1, 0.5), "seed": 1}
IN_AN_HOUR = (datetime.now(UTC) + timedelta(hours=1)).isoformat()


def make(central: Central, **options: Any) -> Generic:
    return Generic(central.url, "CP 1/ü", **(FAST | options))


def default_profile(limit: float, **more: Any) -> dict[str, Any]:
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "startSchedule": "2026-01-01T00:00:00Z",
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": limit, "numberPhases": 3}
                ],
            },
        }
        | more,
    }


async def charging(charger: Generic, number: int = 1) -> None:
    """Plug in, hold a card to it, and wait until it charges."""
    await charger.plug(number, Car(soc=40))
    await charger.wait_idle()
    assert await charger.present_card("CARD", number) == "Accepted"
    connector = charger.connector(number)
    await charger.wait_for(lambda: connector.transaction_id is not None)
    await charger.wait_idle()
