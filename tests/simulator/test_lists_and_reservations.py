"""Local lists and reservations of the simulator beyond the plain ones."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .central import Central
from .helpers import charging, make

IN_AN_HOUR = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
ACCEPTED = {"status": "Accepted"}


def entry(tag: str, status: str | None = "Accepted", **more: str) -> dict[str, Any]:
    """Return an entry of a list; one to be removed without a status."""
    return {"idTag": tag} | (
        {} if status is None else {"idTagInfo": {"status": status, **more}}
    )


async def send(central: Central, kind: str, version: int, *entries: Any) -> str:
    """Send a list; return what comes of it."""
    frame = await central.call(
        "SendLocalList",
        {
            "listVersion": version,
            "updateType": kind,
            "localAuthorizationList": list(entries),
        },
    )
    return str(frame[2]["status"] if frame[0] == 3 else frame[2])


def reservation(number: int = 1, **more: Any) -> dict[str, Any]:
    """Return a ReserveNow."""
    return {
        "connectorId": number,
        "expiryDate": IN_AN_HOUR,
        "idTag": "CARD",
        "reservationId": 5,
        **more,
    }


async def test_a_list_takes_what_it_can_hold(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        charger.configuration.put("LocalAuthListMaxLength", "2")
        assert await send(central, "Full", 1, entry("A"), entry("B")) == "Accepted"
        assert await send(central, "Differential", 2, entry("C")) == "Failed"
        assert charger.list_version == 1
        changes = (entry("A", None), entry("C"))
        assert await send(central, "Differential", 2, *changes) == "Accepted"
        assert sorted(charger.local_list) == ["B", "C"]


async def test_lists_that_must_not_be_sent(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        for kind, version, *entries in (
            ("Full", 0),
            ("Whole", 1),
            ("Full", 1, entry("A"), entry("a")),
            ("Full", 1, entry("A", None)),
        ):
            answer = await send(central, kind, version, *entries)
            assert answer == "FormationViolation"
        assert len(charger.violations) == 4


async def test_a_list_knows_tags_in_any_case_until_they_expire(
    central: Central,
) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        charger.configuration.put("LocalPreAuthorize", "true")
        past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        await send(
            central,
            "Full",
            1,
            entry("Over", expiryDate=past),
            entry("Good", expiryDate=IN_AN_HOUR),
            entry("Bad", "Blocked", expiryDate=past),
        )
        assert await charger.authorize("OVER") == "Expired"
        assert await charger.authorize("good") == "Accepted"
        assert await charger.authorize("bad") == "Blocked"
        assert "Authorize" not in central.actions


async def test_faults_of_lists(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        charger.faults.list_mismatch = True
        assert await send(central, "Full", 1, entry("A")) == "Accepted"
        assert await send(central, "Differential", 2) == "VersionMismatch"
        charger.faults.list_failed = True
        assert await send(central, "Full", 3) == "Failed"
        assert (charger.list_version, list(charger.local_list)) == (1, ["A"])
        await charger.reboot()
        await charger.wait_accepted()
        assert charger.list_version == 1
        charger.faults.list_forgotten = True
        await charger.reboot()
        await charger.wait_accepted()
        assert await central.ask("GetLocalListVersion", {}) == {"listVersion": 0}


async def test_a_reservation_is_for_the_group(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        reserve = reservation(parentIdTag="FAMILY")
        assert await central.ask("ReserveNow", reserve) == ACCEPTED
        assert await charger.present_card("CAT", 1) == "Blocked"
        info = {"status": "Accepted", "parentIdTag": "family"}
        central.rules["Authorize"] = {"idTagInfo": info}
        assert await charger.present_card("BOB", 1) == "Accepted"
        await charger.plug(1)
        assert (await central.expect("StartTransaction"))["reservationId"] == 5
        assert charger.connector(1).reserved is None


async def test_any_connector_may_use_a_reservation_for_any(central: Central) -> None:
    async with make(central, connectors=2) as charger:
        await charger.wait_idle()
        assert await central.ask("ReserveNow", reservation(0)) == ACCEPTED
        assert charger.connector(1).status == "Reserved"
        # The same one again changes it.
        assert await central.ask("ReserveNow", reservation(0)) == ACCEPTED
        assert charger.connector(2).status == "Available"
        # Moved to a connector of its own, and back.
        assert await central.ask("ReserveNow", reservation(2)) == ACCEPTED
        assert [one.status for one in charger.connectors[1:]] == [
            "Available",
            "Reserved",
        ]
        assert await central.ask("ReserveNow", reservation(0)) == ACCEPTED
        await charger.plug(1)
        assert await charger.present_card("card", 1) == "Accepted"
        assert (await central.expect("StartTransaction"))["reservationId"] == 5
        assert charger.connector(2).status == "Available"


async def test_nobody_else_charges_by_plugging_in(central: Central) -> None:
    async with make(central, auto_start_tag="no-card") as charger:
        await charger.wait_idle()
        assert await central.ask("ReserveNow", reservation()) == ACCEPTED
        await charger.plug(1)
        await charger.wait_idle()
        assert charger.connector(1).transaction is None


@pytest.mark.parametrize("how", ["fault", "availability"])
async def test_a_reservation_ends_with_its_connector(
    central: Central, how: str
) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        assert await central.ask("ReserveNow", reservation()) == ACCEPTED
        if how == "fault":
            await charger.set_status(1, "Faulted", error_code="OtherError")
            await charger.set_status(1, None)
        else:
            for kind in ("Inoperative", "Operative"):
                await central.ask(
                    "ChangeAvailability", {"connectorId": 1, "type": kind}
                )
        assert charger.connector(1).reserved is None
        await charger.wait_for(lambda: charger.connector(1).status == "Available")


async def test_faults_of_reservations(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        charger.faults.reservations_rejected = True
        answer = await central.ask("ReserveNow", reservation())
        assert answer == {"status": "Rejected"}
        charger.faults.reservations_rejected = False
        charger.faults.reservations_hidden = True
        central.clear()
        assert await central.ask("ReserveNow", reservation()) == ACCEPTED
        await charger.wait_idle()
        assert charger.connector(1).status == "Reserved"
        assert {one["status"] for one in central.of("StatusNotification")} <= {
            "Available"
        }
        await charging(charger)
        assert "reservationId" not in central.of("StartTransaction")[0]
        await charger.unplug(1)
        charger.faults.reservations_hidden = False
        assert await central.ask("ReserveNow", reservation()) == ACCEPTED
        await charger.reboot()
        await charger.wait_accepted()
        assert charger.connector(1).status == "Reserved"
        charger.faults.reservations_forgotten = True
        await charger.reboot()
        await charger.wait_accepted()
        assert charger.connector(1).status == "Available"
