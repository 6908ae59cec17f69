"""The local list of a station of OCPP 2.0.1, kept in step (D01, D02)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.access.local_list import LocalList, SentList
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import NoLocalListError
from tests.csms.test_central_system import World, until

from .station import V2Station, device_model, variable

type Json = dict[str, Any]

ITEMS = "ItemsPerMessage"
OK = {"status": "accepted"}


class Keeper:
    """What a station does with its list."""

    def __init__(self) -> None:
        """Have none."""
        self.version = 0
        self.tags: dict[tuple[str, str], Json] = {}
        self.sent: list[tuple[str, int, int]] = []
        self.refusals: list[str] = []

    def send(self, payload: Json) -> Json:
        """Answer SendLocalList."""
        entries = payload.get("localAuthorizationList", [])
        self.sent.append(
            (payload["updateType"], payload["versionNumber"], len(entries))
        )
        if self.refusals:
            return {"status": self.refusals.pop(0)}
        if payload["updateType"] == "Full":
            self.tags.clear()
        elif payload["versionNumber"] <= self.version:
            return {"status": "VersionMismatch"}
        for entry in entries:
            key = (entry["idToken"]["idToken"], entry["idToken"]["type"])
            if "idTokenInfo" in entry:
                self.tags[key] = entry["idTokenInfo"]
            else:
                del self.tags[key]
        self.version = payload["versionNumber"]
        return {"status": "Accepted"}

    def tell(self, payload: Json) -> Json:
        """Answer GetLocalListVersion."""
        return {"versionNumber": self.version}


@pytest.fixture
def keeper() -> Keeper:
    """Return the list of the station."""
    return Keeper()


def model(enabled: str) -> list[Json]:
    """Return the device model of a station with a list of two tags a message."""
    return [
        *device_model(),
        variable(
            "LocalAuthListCtrlr",
            "Enabled",
            enabled,
            data_type="boolean",
            mutability="ReadWrite",
        ),
        variable("LocalAuthListCtrlr", ITEMS, "2", data_type="integer"),
        variable("LocalAuthListCtrlr", "Entries", "0", data_type="integer", maxLimit=6),
    ]


@pytest.fixture
async def charge_point(
    world: World, keeper: Keeper, request: pytest.FixtureRequest
) -> AsyncIterator[ChargePoint]:
    """Return a station that is set up; its list is on unless a test says otherwise."""
    charge_point = world.adopt()
    async with V2Station.of(
        world,
        model=model(getattr(request, "param", "true")),
        SendLocalList=keeper.send,
        GetLocalListVersion=keeper.tell,
    ) as station:
        station.answers["SetVariables"] = station.set_variables
        await station.booted(world)
        await until(charge_point.link._setup.done)
        yield charge_point


def wanted(local_list: LocalList, **tags: Json) -> None:
    """Say what is to be on the list."""
    local_list.wanted = lambda: tags


async def test_it_is_sent_in_pieces_and_then_changed(
    charge_point: ChargePoint, keeper: Keeper
) -> None:
    """ItemsPerMessage: the first piece replaces the list, the others add to it."""
    local_list = charge_point.local_list
    expiry = {"expiry_date": "2099-01-01T00:00:00Z", "parent_id_tag": "G"}
    wanted(local_list, A=OK, B=OK | expiry, E004010203040506=OK, D=OK, F=OK)
    await local_list.keep()
    assert keeper.sent == [
        ("Full", 1, 2),
        ("Differential", 2, 2),
        ("Differential", 3, 1),
    ]
    assert keeper.tags["B", "ISO14443"] == {
        "status": "Accepted",
        "cacheExpiryDateTime": "2099-01-01T00:00:00Z",
        "groupIdToken": {"idToken": "G", "type": "Central"},
    }
    assert ("E004010203040506", "ISO15693") in keeper.tags
    keeper.sent.clear()
    await local_list.keep()
    assert not keeper.sent
    wanted(local_list, A=OK, B=OK | expiry)
    await local_list.keep()
    assert keeper.sent == [("Differential", 4, 2), ("Differential", 5, 1)]
    assert {tag for tag, _ in keeper.tags} == {"A", "B"}


@pytest.mark.parametrize("status", ["Failed", "VersionMismatch"])
async def test_changes_that_are_refused_are_followed_by_the_whole_list(
    charge_point: ChargePoint, keeper: Keeper, status: str
) -> None:
    """D01.FR.03."""
    local_list = charge_point.local_list
    wanted(local_list, A=OK)
    await local_list.keep()
    wanted(local_list, A=OK, B=OK)
    keeper.refusals = [status]
    await local_list.keep()
    assert keeper.sent[1:] == [("Differential", 2, 1), ("Full", 3, 2)]
    assert local_list.is_as_wanted


@pytest.mark.parametrize("charge_point", ["false"], indirect=True)
async def test_a_list_that_is_off_is_put_on(
    charge_point: ChargePoint, keeper: Keeper
) -> None:
    """D02.FR.03: version 0 may mean that it is off."""
    local_list = charge_point.local_list
    wanted(local_list, A=OK)
    with pytest.raises(NoLocalListError):
        await local_list.send()
    await local_list.keep()
    assert keeper.sent == [("Full", 1, 1)]


async def test_a_list_of_another_version_of_ocpp_is_replaced(
    charge_point: ChargePoint, keeper: Keeper
) -> None:
    """Its entries had no types."""
    local_list = charge_point.local_list
    wanted(local_list, A=OK)
    # As it was stored before there was another version.
    local_list.sent = SentList.from_record({"version": 4, "entries": {"A": OK}})
    keeper.version = 4
    await local_list.send()
    assert keeper.sent == [("Full", 5, 1)]
    assert local_list.sent.protocol == "ocpp2.0.1"
    again = SentList.from_record(local_list.sent.as_record())
    assert again == local_list.sent
