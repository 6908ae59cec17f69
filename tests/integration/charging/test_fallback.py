"""Chargers that share a fuse keep a safe limit by themselves."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.ocpp_cs.charging.fallback import Fallbacks
from custom_components.ocpp_cs.hub import Hub
from tests.csms.limits.test_fallback import OnePeriod
from tests.integration.conftest import AddCharger, charger_subentry
from tests.integration.helpers.control import SOLAR
from tests.integration.helpers.live_house import FUSED, LiveHouse, fixture_house  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.versions import BEFORE_2_1, Charger, installed

pytestmark = [BEFORE_2_1, pytest.mark.usefixtures("setup_integration")]

MINE = {"priority": 0}
LOADED = {"solar": {**SOLAR, **FUSED, "fuse": 35}}


@pytest.fixture
def options() -> dict[str, Any]:
    return LOADED


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage"), charger_subentry("CP2", "Carport")]


def periods(charger: Charger) -> list[tuple[int, float]]:
    """Return start and limit of each period of the last profile."""
    _, _, schedule = list(installed(charger))[-1]
    return [
        (period["startPeriod"], period["limit"])
        for period in schedule["chargingSchedulePeriod"]
    ]


def unprotected(hass: HomeAssistant, hub: Hub) -> ir.IssueEntry | None:
    issues = ir.async_get(hass).issues
    return next(
        (one for (_, name), one in issues.items() if name.startswith("fuse_unpro")),
        None,
    )


async def passes_a_minute(house: LiveHouse) -> None:
    house.hub.part(Fallbacks).async_minute_passed()
    await house.later(5)


async def test_two_chargers_divide_what_the_house_leaves(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.base_a = (5.0, 5.0, 5.0)
    house.tell()
    one, two = await house.car(charger), await house.car(charger, None, 1, "CP2")
    for key in ("CP1/1", "CP2/1"):
        await house.mode("fast", key)
    await house.later(120)
    await passes_a_minute(house)
    # Nothing was remembered before this minute: half of the fuse is the house's.
    for each in (one, two):
        now, later = (limit for _, limit in periods(each))
        assert now >= 14 and later == 8
    assert periods(one)[1][0] == 360
    assert unprotected(hass, house.hub) is None
    # In manual mode a charger is its user's, and has all that its limit says.
    await house.act("number", "set_value", "CP2/1/current_limit", value=6)
    await house.mode("manual", "CP2/1")
    await passes_a_minute(house)
    assert [limit for _, limit in periods(two)] == [6.0]
    assert [limit for _, limit in periods(one)][1] == 11.0


async def test_who_does_not_keep_it_is_told(
    hass: HomeAssistant, house: LiveHouse, server_url: str
) -> None:
    house.tell()
    async with OnePeriod(server_url, "CP1", seed=1, noise=0.0) as one:
        await one.wait_for(lambda: one.accepted)
        await house.car(one)
        await house.mode("fast")
        await passes_a_minute(house)
        await passes_a_minute(house)
        issue = unprotected(hass, house.hub)
        assert issue is not None and issue.translation_placeholders is not None
        assert "`Garage`" in issue.translation_placeholders["chargers"]
        # Whoever turns charge control off is not told any more.
        await house.mode("manual")
        await passes_a_minute(house)
        assert unprotected(hass, house.hub) is None


@pytest.mark.parametrize(
    "subentries",
    [[charger_subentry("CP1", "Garage", solar={**MINE, "fallback": "never"})]],
)
async def test_its_owner_does_not_want_it(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.tell()
    one = await house.car(charger)
    await house.mode("fast")
    await passes_a_minute(house)
    assert len(periods(one)) == 1
    assert unprotected(hass, house.hub) is not None


@pytest.mark.parametrize(
    ("subentries", "expected"),
    [
        ([charger_subentry("CP1", solar={**MINE, "fallback": "automatic"})], 1),
        ([charger_subentry("CP1", solar={**MINE, "fallback": "always"})], 2),
    ],
)
async def test_a_make_whose_memory_wears_out_has_one_only_if_it_is_wanted(
    house: LiveHouse, charger: AddCharger, expected: int
) -> None:
    house.tell()
    one = await house.car(charger, vendor="Easee")
    await house.mode("fast")
    await passes_a_minute(house)
    assert len(periods(one)) == expected


@pytest.mark.parametrize("options", [{"solar": SOLAR}])
async def test_without_a_fuse_limits_have_no_end(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.tell()
    one = await house.car(charger)
    await house.mode("fast")
    await passes_a_minute(house)
    assert len(periods(one)) == 1
