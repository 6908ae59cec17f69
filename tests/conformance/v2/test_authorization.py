"""Tokens that are asked for, their groups, the cache, and the list (C, D, N14)."""

from typing import Any

import pytest

from tests.conformance.charge_point import Json
from tests.conformance.home import Home
from tests.conformance.tags import BLOCKED, EXPIRED, FAMILY, SECOND, UNKNOWN, VALID

from .cases import case, cases
from .conftest import MASTER, MASTERS
from .station import ACCEPTED, REJECTED, Station, Visit, reading, sampled, token


def _group(info: Json) -> str | None:
    group = info.get("groupIdToken")
    return None if group is None else str(group["idToken"])


@cases(
    "C_02",
    "C_06",
    "C_07",
    tag=[UNKNOWN, BLOCKED, EXPIRED],
    told=[("Invalid", "Unknown"), ("Blocked", "Invalid"), ("Expired", "Invalid")],
    shown=["invalid", "blocked", "expired"],
)
async def test_refused(
    home: Home,
    station: Station,
    number: str,
    tag: str,
    told: tuple[str, ...],
    shown: str,
) -> None:
    info = await station.ask(tag)
    assert info["status"] in told
    await home.shows_event("authorization", shown)
    await home.shows_charging("off")
    assert await home.sessions() == []


@case("C_08")
async def test_cached(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.plug_in()
    assert (await visit.present(VALID))["status"] == "Accepted"
    await visit.charge()
    await home.shows_charging("on")
    assert (await home.session())["id_tag"] == VALID


@case("C_20")
async def test_cached_and_invalid(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.plug_in()
    info = await visit.present(UNKNOWN)
    assert info["status"] in ("Invalid", "Unknown")
    await visit.event("Ended", "Deauthorized", reason="DeAuthorized")
    await home.shows_charging("off")


@case("C_37")
async def test_clear_cache(home: Home, station: Station) -> None:
    station.answers["ClearCache"] = ACCEPTED
    assert await home.act("clear_cache") == {"status": "accepted"}
    assert station.asked("ClearCache") == [{}]


@case("C_38")
async def test_clear_cache_refused(home: Home, station: Station) -> None:
    station.answers["ClearCache"] = REJECTED
    with home.told("Garage refused ClearCache: Rejected"):
        await home.act("clear_cache")
    assert station.asked("ClearCache") == [{}]


async def _another_of_the_group(home: Home, station: Station, *, asks: bool) -> None:
    """Start with one token, and stop with another of its group."""
    visit = station.visit()
    await visit.plug_in([reading(sampled(1000, "Transaction.Begin"))])
    assert _group(await visit.present(VALID)) == FAMILY
    await visit.charge()
    await home.shows_charging("on")
    if asks:
        info = await station.ask(SECOND)
        assert (info["status"], _group(info)) == ("Accepted", FAMILY)
    assert _group(await visit.stop(SECOND)) == FAMILY
    await visit.rest()
    await visit.leave()
    await home.shows_charging("off")
    session = await home.session()
    assert (session["id_tag"], session["energy_wh"]) == (VALID, 7200)


@case("C_39")
async def test_group(home: Home, station: Station) -> None:
    info = await station.ask(SECOND)
    assert (info["status"], _group(info)) == ("Accepted", FAMILY)
    await _another_of_the_group(home, station, asks=True)


@cases("C_40", "C_43", asks=[False, True])
async def test_group_on_the_list(
    home: Home, station: Station, number: str, asks: bool
) -> None:
    station.answers["SendLocalList"] = ACCEPTED
    entries = [_entry(VALID), _entry(SECOND, "accepted" if not asks else "invalid")]
    await home.act(
        "send_local_list",
        list_version=2,
        update_type="full",
        local_authorization_list=entries,
    )
    await _another_of_the_group(home, station, asks=asks)


async def _master_ends(home: Home, station: Station, ended: list[Visit]) -> None:
    for visit in ended:
        answer = await visit.event(
            "Ended",
            "StopAuthorized",
            id_token=MASTER,
            reason="MasterPass",
            values=[reading(sampled(8200, "Transaction.End"))],
        )
        info = answer["idTokenInfo"]
        assert (info["status"], _group(info)) == ("Accepted", MASTERS)
    sessions = {one["connector_id"]: one for one in await home.sessions()}
    for visit in ended:
        session = sessions[visit.evse]
        assert session["reason"] == "master_pass"
        assert session["id_tag"] == {1: VALID, 2: SECOND}[visit.evse]
        assert session["energy_wh"] == 7200


@cases("C_47", "C_48", "C_49", number_ended=[2, 1, 2])
@pytest.mark.parametrize("evses", [2])
async def test_master_pass(
    home: Home, station: Station, number: str, number_ended: int
) -> None:
    visits = [station.visit(evse) for evse in (1, 2)]
    for visit, tag in zip(visits, (VALID, SECOND), strict=True):
        await visit.authorize(tag, evse=True)
        await visit.charge()
        await home.shows("switch", f"{visit.evse}/charging", "on")
    info = await station.ask(MASTER)
    assert (info["status"], _group(info)) == ("Accepted", MASTERS)
    await _master_ends(home, station, visits[:number_ended])
    await home.shows("switch", "1/charging", "off")
    left = "off" if number_ended == 2 else "on"
    await home.shows("switch", "2/charging", left)


# The list (D).


def _entry(tag: str, status: str | None = "accepted") -> Json:
    """Return an entry as an operator gives it."""
    info = {} if status is None else {"id_tag_info": {"status": status}}
    return {"id_tag": tag, **info}


def _told(tag: str, status: str | None = "Accepted") -> Json:
    info = {} if status is None else {"idTokenInfo": {"status": status}}
    return {"idToken": token(tag), **info}


async def _send(
    home: Home, station: Station, update_type: str, version: int, entries: list[Any]
) -> Json:
    """Send a list; return what the station was sent."""
    station.answers["SendLocalList"] = ACCEPTED
    answer = await home.act(
        "send_local_list",
        list_version=version,
        update_type=update_type,
        local_authorization_list=entries,
    )
    assert answer["status"] == "accepted"
    return station.asked("SendLocalList")[-1]


@cases(
    "D_01",
    "D_02",
    "D_03",
    "D_04",
    update_type=["full", "differential", "differential", "full"],
    entries=[
        [_entry(VALID), _entry(SECOND)],
        [_entry(SECOND)],
        [_entry(SECOND, None)],
        [],
    ],
    told=[[_told(VALID), _told(SECOND)], [_told(SECOND)], [_told(SECOND, None)], None],
)
async def test_send_list(
    home: Home,
    station: Station,
    number: str,
    update_type: str,
    entries: list[Json],
    told: list[Json] | None,
) -> None:
    if update_type == "differential":
        await _send(home, station, "full", 2, [_entry(VALID)])
    sent = await _send(home, station, update_type, 3, entries)
    listed = {} if told is None else {"localAuthorizationList": told}
    kind = {"full": "Full", "differential": "Differential"}[update_type]
    assert sent == {"versionNumber": 3, "updateType": kind, **listed}
    # The next one has a greater version.
    station.answers["GetLocalListVersion"] = {"versionNumber": 3}
    answer = await home.act(
        "send_local_list", update_type="full", local_authorization_list=[_entry(VALID)]
    )
    assert answer["list_version"] > 3
    assert station.asked("SendLocalList")[-1]["versionNumber"] > 3


@cases("D_08", "D_09", version=[7, 0])
async def test_list_version(
    home: Home, station: Station, number: str, version: int
) -> None:
    before = len(station.asked("GetLocalListVersion"))
    station.answers["GetLocalListVersion"] = {"versionNumber": version}
    assert await home.act("get_local_list_version") == {"list_version": version}
    assert station.asked("GetLocalListVersion")[before:] == [{}]


@case("N_46")
async def test_list_after_customer_information(home: Home, station: Station) -> None:
    station.answers["GetLocalListVersion"] = {"versionNumber": 2}
    station.answers["SendLocalList"] = ACCEPTED
    await home.act("send_local_list", update_type="full")
    version = station.asked("SendLocalList")[-1]["versionNumber"]
    station.answers["GetLocalListVersion"] = {"versionNumber": version}

    def answer(request: Json) -> Json:
        station.soon(
            lambda: station.call(
                "NotifyCustomerInformation",
                requestId=request["requestId"],
                generatedAt="2030-01-02T03:04:05Z",
                seqNo=0,
                tbc=False,
                data=f"{VALID} was here",
            )
        )
        return ACCEPTED

    station.answers["CustomerInformation"] = answer
    told = await home.act("customer_information", id_tag=VALID, report=True, clear=True)
    assert told["data"] == f"{VALID} was here"
    (asked,) = station.asked("CustomerInformation")
    del asked["requestId"]
    assert asked == {"report": True, "clear": True, "idToken": token(VALID)}
    sent = (await station.is_asked("SendLocalList", 2))[-1]
    assert sent["versionNumber"] > version
    assert sent["updateType"] == "Differential"
    assert sent["localAuthorizationList"] == [_told(VALID, None)]
