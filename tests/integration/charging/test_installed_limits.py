"""Limits that a charger of OCPP 2.0.1 has accepted, and does not have, or hides."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.hub import Hub
from tests.csms.v2.station import V2Station, reading, value
from tests.csms.v2.test_charging import Profiles
from tests.integration.conftest import charger_subentry, wait_for

pytestmark = pytest.mark.usefixtures("setup_integration", "socket_enabled")

QUICK = LimitTiming(guard=0.0, check=0.4, reaction=0.0, settle=0.02)


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


def higher(level: int) -> dict[str, Any]:
    """Return a profile of another system for the running session."""
    period = {"startPeriod": 0, "limit": 16}
    return {
        "id": 4,
        "stackLevel": level,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": [
            {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [period]}
        ],
    }


@pytest.mark.parametrize("hidden", [False, True])
async def test_the_cause_of_an_ignored_limit(
    hass: HomeAssistant, hub: Hub, server_url: str, hidden: bool
) -> None:
    """Is told: a charger may have lost the profile, or obey another one."""
    profiles = Profiles()
    profiles.forgets = not hidden
    if hidden:
        profiles.installed[4] = (1, higher(level=20))
    answers = {
        "SetChargingProfile": profiles.set,
        "ClearChargingProfile": profiles.clear,
        "GetChargingProfiles": profiles.get,
    }
    subentry = next(iter(hub.chargers))
    kind = "limit_hidden" if hidden else "limit_not_installed"
    registry = ir.async_get(hass)
    async with V2Station(f"{server_url}CP1", **answers) as station:
        profiles.station = station
        await station.boot()
        charge_point = hub.central_system.charge_points["CP1"]
        charge_point.profile_methods.timing = QUICK
        await wait_for(hass, lambda: charge_point.ready)
        await station.event("Started", token="CARD", state="Charging")
        limiter = charge_point.connector(1).limiter
        await limiter.request(Intent(limit_a=8.0))

        async def takes(amps: float) -> None:
            current = value(amps, "Current.Import", "A", phase="L1")
            await station.event("Updated", state="Charging", values=[reading(current)])
            await hass.async_block_till_done()

        for _ in range(600):
            if registry.async_get_issue(DOMAIN, f"{kind}_{subentry}") is not None:
                break
            await takes(16)
            await asyncio.sleep(0.1)
        issue = registry.async_get_issue(DOMAIN, f"{kind}_{subentry}")
        assert issue is not None
        assert issue.translation_placeholders is not None
        assert issue.translation_placeholders["limit"] == "8"
        if hidden:
            assert issue.translation_placeholders["profile"] == "4"
        assert not registry.async_get_issue(DOMAIN, f"limit_ignored_{subentry}")
        told = charge_point.profile_methods.proof.diagnostics()
        assert told["complete"]
        await takes(8)
        assert registry.async_get_issue(DOMAIN, f"{kind}_{subentry}") is None
