"""What a report says in words: a step, or what fits, by the report's name."""

import asyncio
from collections.abc import Awaitable, Callable
import json
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from custom_components.ocpp_cs.chargers.naming import device_identifier
from custom_components.ocpp_cs.const import DOMAIN
from tests.integration.conftest import wait_for

from .charger import ACCEPTED, Charger
from .replay import Replay

type Json = Any
type Step = Callable[[Replay], Awaitable[None]]
type Fits = Callable[[Json], bool]

STEPS: dict[str, Step] = {}
"""Report -> its `py` step."""
FITS: dict[tuple[str, str], Fits] = {}
"""Report and action -> whether a payload, or an answer, is as wanted."""
ANSWERS: dict[tuple[str, str], Json] = {}
"""Report and action -> how the charger answers."""
SETTINGS: dict[str, dict[str, Json]] = {
    # Silence is waited for; half a minute each time would be all of the test.
    "timxon_silent_on_absolute": {"call_timeout": 5},
    "anker_no_availability_at_the_start": {"call_timeout": 5},
}
"""Report -> settings of the charger."""


def _step(name: str) -> Callable[[Step], Step]:
    def add(step: Step) -> Step:
        STEPS[name] = step
        return step

    return add


def _periods(payload: Json) -> Json:
    return payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"]


def _profile(payload: Json) -> Json:
    return payload["csChargingProfiles"]


def _limit_is(value: float, tolerance: float = 0.0) -> Fits:
    return lambda payload: abs(_periods(payload)[0]["limit"] - value) <= tolerance


def _issues(replay: Replay) -> list[ir.IssueEntry]:
    return [
        issue
        for issue in ir.async_get(replay.hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    ]


# Answers of chargers.

ANSWERS["grizzl2_error_of_four", "GetConfiguration"] = lambda payload: (
    # As it is sent, an error of four elements.
    '[4,"$id","FormationViolation",""]'
    if payload.get("key")
    else {
        "configurationKey": [
            {"key": "HeartbeatInterval", "readonly": False, "value": 300},
            {"key": "NumberOfConnectors", "readonly": True, "value": 1},
        ]
    }
)


def _timxon(payload: Json) -> Json:
    profile = _profile(payload)
    if profile["chargingProfilePurpose"] != "TxDefaultProfile":
        return {"status": "NotSupported"}
    kind = profile["chargingProfileKind"]
    return ACCEPTED if kind == "Relative" else None


ANSWERS["timxon_silent_on_absolute", "SetChargingProfile"] = _timxon
ANSWERS["only_the_station_maximum", "SetChargingProfile"] = lambda payload: (
    ACCEPTED
    if _profile(payload)["chargingProfilePurpose"] == "ChargePointMaxProfile"
    else {"status": "NotSupported"}
)
ANSWERS["remote_start_names_the_connector", "RemoteStartTransaction"] = lambda payload: (
    ACCEPTED if "connectorId" in payload else {"status": "Rejected"}
)
ANSWERS["projectev_no_values_when_idle", "TriggerMessage"] = lambda payload: (
    {"status": "Rejected"} if payload["requestedMessage"] == "MeterValues" else ACCEPTED
)
ANSWERS["measurands_rejected_above_the_maximum", "ChangeConfiguration"] = (
    lambda payload: (
        {"status": "Rejected"}
        if payload["key"] == "MeterValuesSampledData"
        and payload["value"].count(",") > 2
        else ACCEPTED
    )
)
ANSWERS["anker_no_availability_at_the_start", "ChangeAvailability"] = None
ANSWERS["anker_no_availability_at_the_start", "SetChargingProfile"] = lambda payload: (
    ACCEPTED
    if _profile(payload)["chargingProfileKind"] == "Relative"
    else {"status": "Rejected"}
)
ANSWERS["anker_no_availability_at_the_start", "GetConfiguration"] = {
    "configurationKey": [
        {"key": "NumberOfConnectors", "readonly": 1, "value": "1"},
        {"key": "HeartbeatInterval", "readonly": 0, "value": "300"},
    ],
    "unknownKey": ["SupportedFeatureProfiles"],
}


# What fits.

FITS["alfen_transaction_id_of_64_bits", "RemoteStopTransaction"] = lambda payload: (
    0 < payload["transactionId"] < 2**31
)
FITS["grizzl2_error_of_four", "get_configuration"] = lambda answer: all(
    isinstance(one["value"], str) for one in answer["configuration_key"]
)
FITS["authorize_with_connector", "Authorize"] = lambda answer: (
    answer["idTagInfo"]["status"] == "Accepted"
)
FITS["free_vend_no_tag", "StartTransaction"] = lambda answer: (
    answer["idTagInfo"]["status"] == "Accepted" and answer["transactionId"] > 0
)
FITS["teison_no_word_of_units", "SetChargingProfile"] = lambda payload: (
    _profile(payload)["chargingSchedule"]["chargingRateUnit"] == "A"
    and _limit_is(16)(payload)
)
for _name in ("timxon_silent_on_absolute", "anker_no_availability_at_the_start"):
    FITS[_name, "SetChargingProfile"] = lambda payload: (
        _profile(payload)["chargingProfileKind"] == "Relative"
        and _limit_is(10)(payload)
    )
FITS["huawei_zero_ends_the_session", "SetChargingProfile"] = _limit_is(0)
FITS["remote_start_names_the_connector", "RemoteStartTransaction"] = lambda payload: (
    payload["connectorId"] == 1
)
FITS["viaris_schedule_from_the_stars", "get_composite_schedule"] = lambda answer: (
    answer["status"] == "accepted"
    and len(answer["charging_schedule"]["charging_schedule_period"]) == 2
)
FITS["projectev_no_values_when_idle", "TriggerMessage"] = lambda payload: (
    payload["requestedMessage"] == "MeterValues"
)
FITS["scame_numbers_in_the_configuration", "get_configuration"] = lambda answer: (
    {one["key"]: one.get("value") for one in answer["configuration_key"]}.items()
    >= {"HeartbeatInterval": "300", "LocalPreAuthorize": "true"}.items()
)
FITS["measurands_beyond_the_maximum", "ChangeConfiguration"] = lambda payload: (
    payload["key"] == "MeterValuesSampledData" and payload["value"].count(",") > 4
)
FITS["watts_with_a_floating_phase", "SetChargingProfile"] = lambda payload: (
    _profile(payload)["chargingSchedule"]["chargingRateUnit"] == "W"
    and _limit_is(2385, 15)(payload)
)
FITS["anker_no_availability_at_the_start", "get_configuration"] = lambda answer: all(
    isinstance(one["readonly"], bool) for one in answer["configuration_key"]
)


# Steps.


@_step("beny_comma_before_the_first_sample")
async def _(replay: Replay) -> None:
    now = replay.filled({"now_plus_s": 0})
    values = (
        '[,{"value":"7000","measurand":"Power.Active.Import","unit":"W"},'
        '{"value":"30.4","measurand":"Current.Import","unit":"A"}]'
    )
    await replay.charger.exchange(
        f'[2,"b1","MeterValues",{{"connectorId":1,"transactionId":'
        f'{replay.transaction_id},"meterValue":[{{"timestamp":"{now}",'
        f'"sampledValue":{values}}}]}}]',
        "b1",
    )


async def _told_what_to_enter(
    replay: Replay, path: str, subprotocols: tuple[str, ...] | None
) -> None:
    before = len(replay.log_lines)
    for _ in range(5):
        try:
            await replay.charger.connect(path, subprotocols=subprotocols)
            await replay.charger.boot(chargePointVendor="Acme", chargePointModel="One")
        except InvalidStatus, ConnectionClosed:
            pass
        await replay.charger.disconnect()
    await wait_for(replay.hass, lambda: _issues(replay))
    assert len(replay.log_lines) - before <= 2


@_step("grizzl_no_id_in_the_path")
async def _(replay: Replay) -> None:
    await _told_what_to_enter(replay, "/", None)


@_step("evec_no_id_but_the_protocol")
async def _(replay: Replay) -> None:
    await _told_what_to_enter(replay, "/", ("ocpp1.6",))


@_step("text_pong")
async def _(replay: Replay) -> None:
    # -1 is no call of a charger (OCPP-J 1.6 has no answer to what is no message).
    assert all(frame[1] == "-1" for frame in replay.charger.stray)
    assert len([one for one in replay.log_lines if "pong" in one]) <= 1


@_step("compressed_without_agreement")
async def _(replay: Replay) -> None:
    websocket = replay.charger.websocket
    text = json.dumps([2, "z", "Heartbeat", {}]).encode()
    frame = bytearray(Frame(Opcode.TEXT, text).serialize(mask=True))
    frame[0] |= 0x40  # RSV1
    websocket.transport.write(bytes(frame))
    await websocket.wait_closed()
    assert websocket.close_code == 1002
    await replay.charger.connect()
    await replay.charger.boot()
    await replay.charger.disconnect()
    assert not any("Traceback" in line for line in replay.log_lines)


@_step("data_transfer_of_17000")
async def _(replay: Replay) -> None:
    payload = {"vendorId": "EV-BOX", "messageId": "x", "data": "d" * 17_000}
    text = json.dumps([2, "f1", "DataTransfer", payload])
    third = len(text) // 3
    answer = await replay.charger.exchange(
        [text[:third], text[third : 2 * third], text[2 * third :]], "f1"
    )
    assert "status" in answer


@_step("huawei_empty_vendor")
async def _(replay: Replay) -> None:
    for _ in range(3):
        answer = await replay.charger.boot(**replay.case["identity"])
        assert answer["status"] == "Accepted"
    device = dr.async_get(replay.hass).async_get_device_by_identifier(
        device_identifier(replay.cpid), replay.entry.entry_id
    )
    assert device is not None and (device.name or "").strip()


@_step("legrand_error_called_error")
async def _(replay: Replay) -> None:
    charge_point = replay.entry.runtime_data.central_system.charge_points[replay.cpid]
    assert charge_point.whole.status == "faulted"
    assert charge_point.connectors[1].status == "available"


@_step("abb_start_again_after_a_drop")
async def _(replay: Replay) -> None:
    start = replay.filled(
        {
            "connectorId": 1,
            "idTag": "20:69:C0:21",
            "meterStart": 100,
            "timestamp": {"now_plus_s": -60},
        }
    )
    first = await replay.call("StartTransaction", start)
    await replay.charger.disconnect()
    await replay.charger.connect()
    again = await replay.call("StartTransaction", start)
    assert first["transactionId"] == again["transactionId"]


@_step("metron_boot_again_and_again")
async def _(replay: Replay) -> None:
    await asyncio.sleep(2)
    written = [one["key"] for one in replay.charger.asked("ChangeConfiguration")]
    assert len(written) == len(set(written))
    # One set-up at most: there was one before.
    assert len(replay.charger.heard) <= 4, replay.charger.heard


@_step("foxess_probe_before_2_0_1")
async def _(replay: Replay) -> None:
    charger = replay.charger
    for _ in range(2):
        await charger.connect()
        await asyncio.sleep(0.5)
        await charger.disconnect()
        await charger.connect(subprotocols=("ocpp2.0.1",))
        answer = await charger.call(
            "BootNotification",
            {
                "reason": "PowerUp",
                "chargingStation": {"vendorName": "FoxESS", "model": "A022KP1"},
            },
        )
        assert answer["status"] == "Pending"
        pending = replay.entry.runtime_data.central_system.pending[charger.cpid]
        assert pending.protocol == "ocpp2.0.1"
        await charger.disconnect()
    assert not _issues(replay)


async def _is_pending(replay: Replay, cpid: str) -> None:
    central_system = replay.entry.runtime_data.central_system
    answer = await replay.charger.boot()
    assert answer["status"] == "Pending"
    assert cpid in central_system.pending


@_step("path_with_the_whole_url")
async def _(replay: Replay) -> None:
    await replay.charger.connect("/ws://192.168.0.5:9000/CP_1/SERIAL_1234")
    await _is_pending(replay, "SERIAL_1234")


@_step("plus_and_stars_in_the_id")
async def _(replay: Replay) -> None:
    await replay.charger.connect("/+49*861*0125*0013")
    await _is_pending(replay, "+49*861*0125*0013")


@_step("basic_with_an_empty_password")
async def _(replay: Replay) -> None:
    # RP059 and nothing behind the colon.
    await replay.charger.connect(headers={"Authorization": "Basic UlAwNTk6"})
    await _is_pending(replay, "RP059")


@_step("wallbox_boots_after_4_s")
async def _(replay: Replay) -> None:
    # Connected by the replay, and not booted yet.
    await asyncio.sleep(3.5)
    assert replay.charger.heard == []
    assert (await replay.charger.boot())["status"] == "Accepted"


@_step("grizzl_mini_heeds_level_0_only")
async def _(replay: Replay) -> None:
    charger = replay.charger
    offered = 32.0

    async def values() -> None:
        sample = {"measurand": "Current.Import", "unit": "A", "value": str(offered)}
        await replay.call(
            "MeterValues",
            {
                "connectorId": 1,
                "transactionId": "$tx",
                "meterValue": [
                    {"timestamp": {"now_plus_s": 0}, "sampledValue": [sample]}
                ],
            },
        )

    def heed(payload: Json) -> Json:
        nonlocal offered
        if _profile(payload)["stackLevel"] == 0:
            offered = float(_periods(payload)[0]["limit"])
        return ACCEPTED

    charger.answers["SetChargingProfile"] = heed
    await replay.service(
        "number", "set_value", "1_current_limit", {"value": 10}, {"fails": None}
    )
    for _ in range(100):
        await values()
        if offered == 10 or _issues(replay):
            return
        await asyncio.sleep(1)
    pytest.fail("neither in force nor told")


@_step("measurands_rejected_above_the_maximum")
async def _(replay: Replay) -> None:
    taken = [
        payload["value"].split(",")
        for payload in replay.charger.asked("ChangeConfiguration")
        if payload["key"] == "MeterValuesSampledData"
    ]
    assert len(taken[-1]) <= 3
    assert {"Energy.Active.Import.Register", "Power.Active.Import"} <= set(taken[-1])


@_step("flood_of_diagnostics_status")
async def _(replay: Replay) -> None:
    before = len(replay.log_lines)
    for _ in range(300):
        assert (
            await replay.call("DiagnosticsStatusNotification", {"status": "Idle"}) == {}
        )
    assert len(replay.log_lines) - before <= 3


@_step("wallbox_flaps")
async def _(replay: Replay) -> None:
    charger = replay.charger
    before = len(charger.asked("GetConfiguration")), len(replay.log_lines)
    for _ in range(5):
        await charger.disconnect()
        await charger.connect()
        await charger.boot()
        await charger.status("Available")
        await asyncio.sleep(0.5)
    assert len(charger.asked("GetConfiguration")) - before[0] <= 5
    assert len(replay.log_lines) - before[1] <= 15


@_step("second_link_before_the_first_ends")
async def _(replay: Replay) -> None:
    first = replay.charger
    async with Charger(first.url, first.cpid) as second:
        await second.connect()
        await second.boot()
        await first.disconnect()
        assert await second.call("Heartbeat")
        await second.status("Preparing")
        await replay.shows("1_status", "preparing")


@_step("alfen_fault_told_again_and_again")
async def _(replay: Replay) -> None:
    told: list[Json] = []
    charge_point = replay.entry.runtime_data.central_system.charge_points[replay.cpid]
    stop = charge_point.listen(
        lambda kind, data: told.append(data) if kind == "fault" else None
    )
    before = len(replay.log_lines)
    for _ in range(20):
        await replay.call(
            "StatusNotification",
            {
                "connectorId": 0,
                "errorCode": "OtherError",
                "status": "Faulted",
                "info": "Modbus lost, safe mode",
                "timestamp": {"now_plus_s": 0},
            },
        )
        await replay.call("Heartbeat")
    await replay.hass.async_block_till_done()
    stop()
    assert len(told) == 1
    assert len(replay.log_lines) - before <= 2


@_step("amperfied_schedule_of_nothing")
async def _(replay: Replay) -> None:
    with pytest.raises(HomeAssistantError) as err:
        await replay.act("get_composite_schedule", {"connector_id": 1, "duration": 60})
    assert "Rejected" in str(err.value)
    assert not any("Traceback" in record.getMessage() for record in replay.log.records)
    assert not any(record.exc_info for record in replay.log.records)


@_step("goe_400_with_all_it_was_asked")
async def _(replay: Replay) -> None:
    from aiohttp import ClientSession, web

    from custom_components.ocpp_cs.goe.client import GoEClient

    async def status(request: web.Request) -> web.Response:
        wanted = request.query.get("filter", "").split(",")
        known = {"sse": "123456", "car": 1, "fwv": "60.4", "typ": "go-eCharger"}
        return web.json_response(
            {key: known.get(key) for key in wanted if key in known}, status=400
        )

    app = web.Application()
    app.router.add_get("/api/status", status)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with ClientSession() as session:
            client = GoEClient(session, f"127.0.0.1:{port}")
            assert dict(await client.read(["sse", "fwv", "unheard_of"])) == {
                "sse": "123456",
                "fwv": "60.4",
            }
    finally:
        await runner.cleanup()


async def huawei_ends_the_session(replay: Replay, payload: Json) -> None:
    """End the transaction when the limit is 0, and tell no status after it."""
    if _periods(payload)[0]["limit"] != 0 or replay.transaction_id is None:
        return
    number, replay.transaction_id = replay.transaction_id, None
    await replay.call(
        "StopTransaction",
        {
            "transactionId": number,
            "meterStop": 1500,
            "timestamp": {"now_plus_s": 0},
            "reason": "Other",
        },
    )


AFTER = {
    ("huawei_zero_ends_the_session", "SetChargingProfile"): huawei_ends_the_session
}
"""Report and action -> what the charger does once it has answered."""

LATE_BOOT = {"wallbox_boots_after_4_s"}
"""Reports whose charger is looked at before it boots."""
