"""A charge point that is told to boot again."""

from .cases import case
from .charge_point import ChargePoint
from .home import Home


async def _boots(home: Home, cp: ChargePoint) -> None:
    await cp.disconnect()
    await home.is_connected(False)
    await home.shows_status("unavailable")
    await cp.connect()
    assert (await cp.boot())["status"] == "Accepted"
    await cp.statuses()
    await home.is_connected()
    await home.shows_status("available")


@case("TC_013_CSMS", "Hard reset")
async def test_hard_reset(home: Home, cp: ChargePoint) -> None:
    cp.answers["Reset"] = {"status": "Accepted"}
    assert await home.act("reset", type="hard") == {"status": "accepted"}
    assert cp.asked("Reset") == [{"type": "Hard"}]
    await _boots(home, cp)


@case("TC_014_CSMS", "Soft reset")
async def test_soft_reset(home: Home, cp: ChargePoint) -> None:
    cp.answers["Reset"] = {"status": "Accepted"}
    await home.use("button", "soft_reset", "press")
    assert cp.asked("Reset") == [{"type": "Soft"}]
    await _boots(home, cp)
