"""Stations of OCPP 2.1 that contradict themselves, change their minds, or never stop."""

import logging
from math import isfinite, nan
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.limits.intent import Fallback, Intent
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.csms.model.capabilities import SessionLimit
from custom_components.ocpp_cs.csms.targets.model import Keeping
from custom_components.ocpp_cs.csms.targets.targets import Targets
from tests.csms.test_central_system import World, until
from tests.csms.v2.station import (
    Json,
    V2Station,
    device_model,
    reading,
    value,
    variable,
)

TIMING = LimitTiming(guard=0.0, check=0.1, reaction=0.05)

NUMBERS = (
    ("SmartChargingCtrlr", "ProfileStackLevel"),
    ("SmartChargingCtrlr", "PeriodsPerSchedule"),
    ("SmartChargingCtrlr", "Entries"),
    ("TxCtrlr", "EVConnectionTimeOut"),
    ("SampledDataCtrlr", "TxUpdatedInterval"),
    ("DisplayMessageCtrlr", "DisplayMessages"),
    ("LocalAuthListCtrlr", "ItemsPerMessage"),
    ("LocalAuthListCtrlr", "Entries"),
)
"""Variables that are numbers, or have a number of entries."""


def numbers(payload: Any) -> list[float]:
    """Return all numbers in a message."""
    if isinstance(payload, dict):
        return [one for value in payload.values() for one in numbers(value)]
    if isinstance(payload, list):
        return [one for value in payload for one in numbers(value)]
    if isinstance(payload, int | float) and not isinstance(payload, bool):
        return [payload]
    return []


@pytest.mark.parametrize("text", ["9" * 400, "9223372036854775808", "-5", "1e308", ""])
async def test_numbers_that_nobody_means(
    world: World, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """They are not believed: it is set up, and limited with numbers of 32 bits."""
    caplog.set_level(logging.ERROR)
    charge_point = world.adopt()
    charge_point.profile_methods.timing = TIMING
    most = 1e308 if not text.isdigit() else float(2**63)
    model = [
        one
        for one in device_model()
        if (one["component"]["name"], one["variable"]["name"]) not in NUMBERS
    ]
    model += [variable(*name, text, maxLimit=most) for name in NUMBERS]
    async with V2Station.of(world, model=model, version="2.1") as station:
        await station.booted(world)
        limiter = charge_point.connector(1).limiter
        await limiter.request(Intent(limit_a=10.0))
        # From an automation whose sensors are gone.
        answer = await limiter.request(Intent(limit_a=nan, setpoint_w=nan))
        assert answer["status"] == "accepted"
        sent = await station.wait_for("SetChargingProfile", 2)
        assert all(isfinite(one) and abs(one) < 2**31 for one in numbers(sent)), (
            "what a station can read"
        )
        (period,) = sent[-1]["chargingProfile"]["chargingSchedule"][0][
            "chargingSchedulePeriod"
        ]
        assert period["limit"] == 0, "what is no number pauses"
    assert not caplog.records


async def test_a_refused_profile_for_priority_is_not_sent_for_ever(
    world: World,
) -> None:
    """Each one once, and the older one, which may allow more, goes."""
    charge_point = world.adopt()
    charge_point.profile_methods.timing = TIMING
    refuses, profiles = False, list[Json]()

    def take(payload: Json) -> Json:
        if payload["chargingProfile"]["chargingProfilePurpose"] != "PriorityCharging":
            return {"status": "Accepted"}
        profiles.append(payload)
        return {"status": "Rejected" if refuses else "Accepted"}

    model = [
        *device_model(),
        variable(
            "SmartChargingCtrlr", "SupportedAdditionalPurposes", "PriorityCharging"
        ),
    ]
    async with V2Station.of(
        world, model=model, version="2.1", SetChargingProfile=take
    ) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await until(lambda: len(profiles) == 1)
        refuses = True
        connector.limiter.set_fallback(Fallback(limit_a=6.0, after_s=60))
        for amps in range(8, 16):
            await connector.limiter.request(Intent(limit_a=float(amps)))
        await station.wait_for("ClearChargingProfile")
        await station.call("Heartbeat")
        assert [one["chargingProfile"]["id"] for one in profiles] == [13000] * 2
        (removed,) = [
            one
            for one in await station.wait_for("ClearChargingProfile")
            if one.get("chargingProfileId") == 13000
        ]
        assert removed


BOTH_WAYS = [
    variable("SmartChargingCtrlr", "SupportsMaxOfflineDuration", "true"),
    variable("V2XChargingCtrlr", "SupportedOperationModes", "CentralSetpoint"),
    variable("V2XChargingCtrlr", "SupportedEnergyTransferModes", "AC_BPT"),
]
EXPORT = [reading(value(3000, "Power.Active.Export", "W"))]


@pytest.mark.parametrize("end", ["session", "abilities"])
async def test_a_discharge_that_nobody_sees_end_is_over(world: World, end: str) -> None:
    """With its session, which has no last values, or with what the station can do."""
    charge_point = world.adopt()
    charge_point.profile_methods.timing = LimitTiming(
        guard=0.0, check=0.0, reaction=0.0
    )
    model = [*device_model(), *BOTH_WAYS]
    async with V2Station.of(world, model=model, version="2.1") as station:
        await station.booted(world)
        may = charge_point.connector(1).bidirectional
        await station.event("Started", token="TAG", state="Charging", values=EXPORT)
        await until(lambda: may.unasked_w == 3000)
        if end == "session":
            await station.event("Ended", state="Idle")
            assert may.unasked_w is None
            return
    await until(lambda: not charge_point.connected)
    async with V2Station.of(world, version="2.1") as station:
        await station.booted(world)
        assert not may.modes
        assert may.unasked_w is None


async def test_who_keeps_another_limit_has_no_endless_talk(world: World) -> None:
    """It is told ours some times more, and not for as long as it answers."""
    charge_point = world.adopt()
    model = [*device_model(), variable("TxCtrlr", "SupportedLimits", "MaxEnergy")]
    async with V2Station.of(world, model=model, version="2.1") as station:
        await station.booted(world)
        targets = charge_point.part(Targets)
        targets.want(1, {SessionLimit.ENERGY: 10_000.0})
        answer = await station.event("Started", token="TAG", state="Charging")
        assert answer["transactionLimit"] == {"maxEnergy": 10_000}
        for _ in range(20):
            if "transactionLimit" not in answer:
                break
            answer = await station.event(
                "Updated",
                state="Charging",
                trigger="LimitSet",
                info={"transactionLimit": {"maxEnergy": 10_001}},
            )
        assert "transactionLimit" not in answer
        assert targets.keeping(1) is Keeping.TOLD
        targets.want(1, {SessionLimit.ENERGY: 9_000.0})
        answer = await station.event("Updated", state="Charging")
        assert answer["transactionLimit"] == {"maxEnergy": 9_000}
