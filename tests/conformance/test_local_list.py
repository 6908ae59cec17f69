"""The list of tags that the charge point keeps for itself."""

from .cases import case
from .charge_point import ChargePoint
from .home import Home
from .tags import SECOND, VALID


def _entries(*id_tags: str) -> list[dict[str, object]]:
    return [{"id_tag": one, "id_tag_info": {"status": "accepted"}} for one in id_tags]


def _frame(update_type: str, version: int, *id_tags: str) -> dict[str, object]:
    return {
        "listVersion": version,
        "updateType": update_type,
        "localAuthorizationList": [
            {"idTag": one, "idTagInfo": {"status": "Accepted"}} for one in id_tags
        ],
    }


async def _version(home: Home, cp: ChargePoint, version: int) -> None:
    before = len(cp.asked("GetLocalListVersion"))
    cp.answers["GetLocalListVersion"] = {"listVersion": version}
    assert await home.act("get_local_list_version") == {"list_version": version}
    assert cp.asked("GetLocalListVersion")[before:] == [{}]


@case("TC_042_1_CSMS", "Get local list version, not supported")
async def test_version_not_supported(home: Home, cp: ChargePoint) -> None:
    # 5.10: so says a charge point that has no list.
    await _version(home, cp, -1)
    await home.shows_status("available")


@case("TC_042_2_CSMS", "Get local list version, empty")
async def test_version_empty(home: Home, cp: ChargePoint) -> None:
    await _version(home, cp, 0)
    await home.shows_status("available")


@case("TC_043_1_CSMS", "Send local list, not supported")
async def test_not_supported(home: Home, cp: ChargePoint) -> None:
    cp.answers["SendLocalList"] = {"status": "NotSupported"}
    with home.told("Garage refused SendLocalList: NotSupported"):
        await home.act(
            "send_local_list",
            list_version=1,
            update_type="full",
            local_authorization_list=_entries(VALID),
        )
    assert cp.asked("SendLocalList")[0] == _frame("Full", 1, VALID)
    await home.shows_status("available")


@case("TC_043_3_CSMS", "Send local list, failed")
async def test_failed(home: Home, cp: ChargePoint) -> None:
    cp.answers["SendLocalList"] = {"status": "Failed"}
    with home.told("Garage refused SendLocalList: Failed"):
        await home.act(
            "send_local_list",
            list_version=1,
            update_type="full",
            local_authorization_list=_entries(VALID),
        )
    assert cp.asked("SendLocalList")[0] == _frame("Full", 1, VALID)
    await _version(home, cp, 0)


@case("TC_043_4_CSMS", "Send local list, full")
async def test_full(home: Home, cp: ChargePoint) -> None:
    cp.answers["SendLocalList"] = {"status": "Accepted"}
    answer = await home.act(
        "send_local_list",
        list_version=3,
        update_type="full",
        local_authorization_list=_entries(VALID, SECOND),
    )
    assert answer["status"] == "accepted"
    assert cp.asked("SendLocalList") == [_frame("Full", 3, VALID, SECOND)]
    await _version(home, cp, 3)


@case("TC_043_5_CSMS", "Send local list, differential")
async def test_differential(home: Home, cp: ChargePoint) -> None:
    cp.answers["SendLocalList"] = {"status": "Accepted"}
    await home.act(
        "send_local_list",
        list_version=3,
        update_type="full",
        local_authorization_list=_entries(VALID),
    )
    await _version(home, cp, 3)
    answer = await home.act(
        "send_local_list",
        list_version=4,
        update_type="differential",
        local_authorization_list=_entries(SECOND),
    )
    assert answer["status"] == "accepted"
    # Only what is new, and with a greater version.
    assert cp.asked("SendLocalList") == [
        _frame("Full", 3, VALID),
        _frame("Differential", 4, SECOND),
    ]
    await _version(home, cp, 4)
