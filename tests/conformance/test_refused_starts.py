"""Sessions that do not begin: tags that may not charge, a lock that fails."""

from .cases import case
from .charge_point import ChargePoint
from .home import Home
from .tags import BLOCKED, EXPIRED, UNKNOWN, VALID


async def _is_refused(home: Home, cp: ChargePoint, id_tag: str, status: str) -> None:
    await cp.status("Preparing")
    assert await cp.authorize(id_tag) == status
    await home.shows_event("authorization", status.lower())
    await home.shows_charging("off")
    assert await home.sessions() == []
    # A charge point that lets it start all the same, from its cache, is told again.
    answer = await cp.start(id_tag)
    assert answer["idTagInfo"]["status"] == status


@case("TC_023_1_CSMS", "Start of a charging session, Authorize invalid")
async def test_invalid_tag(home: Home, cp: ChargePoint) -> None:
    await _is_refused(home, cp, UNKNOWN, "Invalid")


@case("TC_023_2_CSMS", "Start of a charging session, Authorize expired")
async def test_expired_tag(home: Home, cp: ChargePoint) -> None:
    await _is_refused(home, cp, EXPIRED, "Expired")


@case("TC_023_3_CSMS", "Start of a charging session, Authorize blocked")
async def test_blocked_tag(home: Home, cp: ChargePoint) -> None:
    await _is_refused(home, cp, BLOCKED, "Blocked")


@case("TC_024_CSMS", "Start of a charging session, lock failure")
async def test_lock_failure(home: Home, cp: ChargePoint) -> None:
    assert await cp.authorize(VALID) == "Accepted"
    await cp.status("Preparing")
    await cp.status("Faulted", error="ConnectorLockFailure")
    await home.shows_status("faulted")
    await home.shows("sensor", "1/error_code", "connector_lock_failure")
    await home.shows("binary_sensor", "1/problem", "on")
    await home.shows_charging("off")
    assert await home.sessions() == []
