"""Sessions that are started and stopped from Home Assistant."""

from .cases import case
from .charge_point import ChargePoint
from .home import Home
from .tags import VALID

OWN_TAG = "HomeAssistant"
"""The tag of remote starts, where no other is given."""

ACCEPTED = {"status": "Accepted"}
REJECTED = {"status": "Rejected"}


@case("TC_010_CSMS", "Remote start, cable plugged in first")
async def test_cable_first(home: Home, cp: ChargePoint) -> None:
    cp.answers["RemoteStartTransaction"] = ACCEPTED
    await cp.status("Preparing")
    answer = await home.act("remote_start_transaction", id_tag=VALID, connector_id=1)
    assert answer == {"status": "accepted"}
    assert cp.asked("RemoteStartTransaction") == [{"connectorId": 1, "idTag": VALID}]
    # Agreed is not begun.
    await home.shows_charging("off")
    assert await cp.authorize(VALID) == "Accepted"
    answer = await cp.start(VALID)
    assert answer["idTagInfo"]["status"] == "Accepted"
    await cp.status("Charging")
    await home.shows_charging("on")
    await home.shows_status("charging")


@case("TC_011_1_CSMS", "Remote start first, cable plugged in afterwards")
async def test_remote_start_first(home: Home, cp: ChargePoint) -> None:
    cp.answers["RemoteStartTransaction"] = ACCEPTED
    await home.use("switch", "1/charging", "turn_on")
    (asked,) = cp.asked("RemoteStartTransaction")
    assert asked == {"connectorId": 1, "idTag": OWN_TAG}
    assert await cp.authorize(asked["idTag"]) == "Accepted"
    await cp.status("Preparing")
    await home.shows_status("preparing")
    answer = await cp.start(asked["idTag"])
    assert answer["idTagInfo"]["status"] == "Accepted"
    await cp.status("Charging")
    await home.shows_charging("on")
    assert (await home.session())["id_tag"] == OWN_TAG


@case("TC_011_2_CSMS", "Remote start, time-out")
async def test_remote_start_timeout(home: Home, cp: ChargePoint) -> None:
    cp.answers["RemoteStartTransaction"] = ACCEPTED
    await home.act("remote_start_transaction", id_tag=VALID, connector_id=1)
    assert cp.asked("RemoteStartTransaction") == [{"connectorId": 1, "idTag": VALID}]
    assert await cp.authorize(VALID) == "Accepted"
    await cp.status("Preparing")
    await home.shows_status("preparing")
    await cp.status("Available")
    await home.shows_status("available")
    await home.shows_charging("off")
    assert await home.sessions() == []


@case("TC_012_CSMS", "Remote stop")
async def test_remote_stop(home: Home, cp: ChargePoint, transaction_id: int) -> None:
    cp.answers["RemoteStopTransaction"] = ACCEPTED
    await home.use("switch", "1/charging", "turn_off")
    assert cp.asked("RemoteStopTransaction") == [{"transactionId": transaction_id}]
    await home.shows_charging("on")
    answer = await cp.stop(transaction_id, meter=8200, reason="Remote")
    assert answer == {}
    await cp.status("Finishing")
    await home.shows_status("finishing")
    await home.shows_charging("off")
    await cp.status("Available")
    await home.shows_status("available")
    session = await home.session()
    assert (session["reason"], session["energy_wh"]) == ("remote", 7200)


@case("TC_026_CSMS", "Remote start, rejected")
async def test_remote_start_rejected(home: Home, cp: ChargePoint) -> None:
    cp.answers["RemoteStartTransaction"] = REJECTED
    with home.told("Garage refused RemoteStartTransaction: Rejected"):
        await home.act("remote_start_transaction", id_tag=VALID, connector_id=1)
    assert cp.asked("RemoteStartTransaction") == [{"connectorId": 1, "idTag": VALID}]
    await home.shows_charging("off")
    assert await home.sessions() == []


@case("TC_028_CSMS", "Remote stop, rejected")
async def test_remote_stop_rejected(
    home: Home, cp: ChargePoint, transaction_id: int
) -> None:
    cp.answers["RemoteStopTransaction"] = REJECTED
    unknown = transaction_id + 1
    with home.told("Garage refused RemoteStopTransaction: Rejected"):
        await home.act("remote_stop_transaction", transaction_id=unknown)
    assert cp.asked("RemoteStopTransaction") == [{"transactionId": unknown}]
    await home.shows_charging("on")
    assert (await home.session())["end"] is None
