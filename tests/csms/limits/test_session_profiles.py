"""Charging profiles of a session: whose they are, is told."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.errors import InvalidRequestError
from tests.csms.test_central_system import World
from tests.csms.test_commands import Box, fixture_world, settled  # noqa: F401 - pytest looks for fixtures here

PROFILE: dict[str, Any] = {
    "charging_profile_id": 1,
    "stack_level": 0,
    "charging_profile_purpose": "tx_profile",
    "charging_profile_kind": "relative",
    "charging_schedule": {
        "charging_rate_unit": "A",
        "charging_schedule_period": [{"start_period": 0, "limit": 10.0}],
    },
}
DEFAULT = PROFILE | {"charging_profile_purpose": "TxDefaultProfile"}


@pytest.fixture
async def box(world: World) -> AsyncIterator[Box]:
    async with world.client() as client:
        yield await settled(world, client)


async def start(box: Box) -> int:
    """Begin a transaction at connector 1; return its id."""
    told = {"idTag": "TAG", "meterStart": 0, "timestamp": "2026-10-01T10:00:00Z"}
    answer = await box.client.call("StartTransaction", {"connectorId": 1, **told})
    number: int = answer["transactionId"]
    return number


async def transaction_told(box: Box, connector_id: int, profile: Any) -> int | None:
    """Set a profile; return the transaction that the charge point is told with it."""
    box.client.received.clear()
    await box.command(
        "set_charging_profile", connector_id=connector_id, charging_profile=profile
    )
    (sent,) = await box.client.wait_for("SetChargingProfile")
    number: int | None = sent["csChargingProfiles"].get("transactionId")
    return number


@pytest.mark.parametrize("own", ["transaction_id", "transactionId"])
async def test_a_profile_is_for_the_running_transaction(box: Box, own: str) -> None:
    assert await transaction_told(box, 1, PROFILE) is None
    running = await start(box)
    assert await transaction_told(box, 1, PROFILE) == running
    # Only for its connector, and for that transaction that the user named.
    assert await transaction_told(box, 2, PROFILE) is None
    assert await transaction_told(box, 1, PROFILE | {own: 5}) == 5
    assert await transaction_told(box, 1, DEFAULT) is None
    # What the user gave is not changed.
    assert "transaction_id" not in PROFILE


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        (DEFAULT, "charging_profile_purpose"),
        (PROFILE | {"transaction_id": 5}, "transaction_id"),
        (PROFILE | {"transactionId": 5}, "transaction_id"),
        ({}, "charging_profile_id"),
    ],
)
async def test_a_start_takes_only_its_own_profile(
    box: Box, profile: Any, field: str
) -> None:
    with pytest.raises(InvalidRequestError) as err:
        await box.command("remote_start_transaction", charging_profile=profile)
    assert err.value.field == f"charging_profile.{field}"
    assert box.client.received == []
