"""Passwords are masked before a frame is kept or logged."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
import json
import logging
import sys
from types import FrameType
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import CommandError
from custom_components.ocpp_cs.csms.security import masking
from custom_components.ocpp_cs.csms.security.masking import Mask, hidden_texts
from custom_components.ocpp_cs.csms.v16.configuration_keys import PASSWORDS
from tests.csms.central import configured
from tests.csms.test_central_system import World, until, world

__all__ = ["world"]

SECRET = "S3cr3t-{0}"
HEX = "C0FFEE00" * 5


def _key(name: str, value: str, **more: Any) -> dict[str, Any]:
    return {"key": name, "readonly": False, "value": value, **more}


@pytest.mark.parametrize(
    ("frame", "masked"),
    [
        (
            '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"@"}]',
            '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"***"}]',
        ),
        (
            '{"key":"A","value":"1"},{"value":"@","a":false,"key":"authorizationkey"}',
            '{"key":"A","value":"1"},{"value":"***","a":false,"key":"authorizationkey"}',
        ),
        # Odd spellings, and no spaces where they are usual, or too many.
        ('{"Key" : "Authorization_Key" , "Value" : "@"}', None),
        ('{"key":"AUTHORISATIONKEY","value":"@"}', None),
        ('{"key":"\\u0041uthorization\\u004Bey","value":"@"}', None),
        ('{"AuthorizationKey":"@"}', '{"AuthorizationKey":"***"}'),
        ('{"key":"AuthorizationKey=@"}', '{"key":"***"}'),
        ('{"key":"AuthorizationKey","value":{"text":["@"]}}', None),
        ('{"data":"{\\"key\\":\\"AuthorizationKey\\",\\"value\\":\\"@\\"}"}', None),
        # Broken ones.
        ('{"key":"AuthorizationKey","value":"@', None),
        ('{"key":"AuthorizationKey","value":"@\\', None),
        ('{"key":"AuthorizationKey","value":@}', None),
        ('{"key":"AuthorizationKey,"value":"@"}', None),
        ('{"value:"@","key":"AuthorizationKey"}', None),
        ("{'key':'AuthorizationKey','value':'@'}", None),
        ("{key:AuthorizationKey,value:@}", None),
        ('"value":"@","key":"AuthorizationKey"', None),
        ('{"key":"AuthorizationKey","value":"@"', None),
        ('{"key":"A","value":"1","key":"AuthorizationKey","value":"@"}', None),
        ('{"key":"AuthorizationKey"],"value":"@"}', None),
        ('[{"value":"@","key":"AuthorizationKey"]', None),
        ('{"x":["AuthorizationKey","@"]}', '{"x":["AuthorizationKey","***"]}'),
    ],
)
@pytest.mark.parametrize("secret", [HEX, "0123456789", "a'b", "null0", "x"])
def test_a_password_is_masked(frame: str, masked: str | None, secret: str) -> None:
    shown = PASSWORDS.masked(frame.replace("@", secret).encode()).decode()
    if masked is not None:
        assert shown == masked
    frame = frame.replace("@", "")
    assert secret not in shown or secret in frame
    assert "***" in shown


@pytest.mark.parametrize(
    "frame",
    [
        b'[2,"1","Authorize",{"idTag":"AABBCCDD"}]',
        b'[3,"1",{"configurationKey":[{"key":"A"}],"unknownKey":["AuthorizationKey"]}]',
        b'[2,"1","A",{"key":"AuthorizeRemoteTxRequests","value":"true"}]',
        b'{"key":"AuthorizationKey","readonly":false}',
        b'{"info":"\\u00e4"}',
        b"\xff\xfe auth",
        b'["B","AuthorizationKey"]',
    ],
)
def test_all_else_stays(frame: bytes) -> None:
    assert PASSWORDS.masked(frame) == frame


def test_a_value_before_its_name_is_masked_before_the_frame_is_cut() -> None:
    frame = orjson.dumps({"value": SECRET, "more": "x" * 3000, "key": "AuthKey"})
    assert SECRET not in PASSWORDS.masked(frame)[:2000].decode()


def test_little_is_masked_of_a_long_frame() -> None:
    frame = b'{"key":"AuthorizationKey"}' + b"{}" * 500_000
    assert len(PASSWORDS.masked(frame)) == masking._LONGEST


@pytest.mark.parametrize(
    "piece",
    [
        b'"authkey",',
        b'{"authkey":1},',
        b'{"authkey":[',
        b'["authkey"',
        b"{[",
        b"}]",
        b'"\\u0041uthkey":',
    ],
)
def test_the_work_grows_no_faster_than_the_frame(piece: bytes) -> None:
    few = _lines_run(lambda: PASSWORDS.masked(b"authkey" + piece * 200))
    many = _lines_run(lambda: PASSWORDS.masked(b"authkey" + piece * 800))
    assert many < 5 * few


def _lines_run(work: Callable[[], object]) -> int:
    """Return how many lines of the module are run."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if frame.f_code.co_filename != masking.__file__:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def test_what_is_hidden_is_masked_everywhere() -> None:
    frame = orjson.dumps([4, "1", "InternalError", f"not {SECRET.lower()}!", {}])
    assert b"not ***!" in Mask(()).masked(frame, hidden_texts(SECRET))
    quoted = 'a"b\\c'
    frame = orjson.dumps([4, "1", "InternalError", f"not {quoted}!", {}])
    assert b"not ***!" in Mask(()).masked(frame, hidden_texts(quoted))


@pytest.mark.parametrize(
    ("data", "cleaned"),
    [
        (
            {"configurationKey": [_key("A", "1"), _key("authorization_key", "x")]},
            {
                "configurationKey": [
                    _key("A", "1"),
                    {"key": "authorization_key", "readonly": False},
                ]
            },
        ),
        ({"AuthorizationKey": "x", "a": [1, None]}, {"a": [1, None]}),
        ({"key": "AuthorizationKey", "value": {"x": 1}}, {"key": "AuthorizationKey"}),
        ("x", "x"),
        ([[]], [[]]),
    ],
)
def test_values_are_taken_out_of_data(data: Any, cleaned: Any) -> None:
    assert PASSWORDS.cleaned(data) == cleaned


class Told:
    """All that is told of a charge point."""

    def __init__(
        self, charge_point: ChargePoint, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Collect its events, and all that is logged by us."""
        self.events: list[Any] = []
        self.more: list[Any] = []
        charge_point.listen(lambda kind, data: self.events.append((kind, data)))
        self._charge_point = charge_point
        caplog.set_level(logging.DEBUG)
        self._caplog = caplog

    @property
    def text(self) -> str:
        """Return all of it."""
        charge_point = self._charge_point
        logged = [
            one.getMessage()
            # The fixture looks after the test.
            for one in self._caplog.get_records("call")
            if not one.name.startswith("websockets.client")
        ]
        told = (
            logged,
            self.events,
            self.more,
            list(charge_point.frames),
            charge_point.configuration,
            charge_point.deviations.counts,
            charge_point.refused_settings,
            charge_point.capabilities,
        )
        return repr(told)


@pytest.fixture
async def told(world: World, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Told]:
    """Return what is told of a charge point; the password is not in it."""
    told = Told(world.adopt(), caplog)
    yield told
    assert HEX.lower() not in told.text.lower()


_ANSWERS = [
    '{"configurationKey":[%s],"unknownKey":[]}',
    '{"ConfigurationKey":[%s]}',
    # Mended.
    '{"configurationKey":[%s,],}',
    '{"configurationKey":[%s]',
    # Beyond repair.
    '{"configurationKey":[%s]]]}}',
    '{"configurationKey":[%s "',
]
_KEYS = [
    '{"key":"AuthorizationKey","readonly":false,"value":"@"}',
    '{"value":"@","key":"AUTHORIZATIONKEY","readonly":false}',
    '{"Key":"Authorization_Key","Readonly":"false","Value":"@"}',
    '{"key":"AuthorizationKey","readonly":false,"value":["@"]}',
]


@pytest.mark.parametrize("answer", _ANSWERS)
@pytest.mark.parametrize("key", _KEYS)
async def test_a_charge_point_that_tells_its_password(
    world: World, told: Told, answer: str, key: str
) -> None:
    number = '{"key":"NumberOfConnectors","readonly":true,"value":"1"}'
    text = answer % f"{key},{number}".replace("@", HEX)
    charge_point = world.central_system.charge_points["CP1"]
    asked = 0
    async with connect(
        f"ws://127.0.0.1:{world.central_system.port}/CP1",
        subprotocols=["ocpp1.6"],  # type: ignore[list-item]
    ) as box:

        async def serve() -> None:
            nonlocal asked
            with suppress(ConnectionClosed):
                async for message in box:
                    kind, number, action, *_ = json.loads(message)
                    if kind != 2:
                        continue
                    if action == "GetConfiguration":
                        asked += 1
                        await box.send(f'[3,"{number}",{text}]')
                    else:
                        await box.send(f'[3,"{number}",{{"status":"Accepted"}}]')

        serving = asyncio.create_task(serve())
        await until(lambda: charge_point.ready)
        try:
            told.more.append(
                await charge_point.commands.call(
                    "get_configuration", key=["AuthorizationKey"]
                )
            )
        except CommandError as err:
            told.more.append((str(err), repr(err), err.__dict__))
        assert asked >= 2
        if charge_point.configuration:
            assert configured(charge_point, "NumberOfConnectors") == "1"
            # Which ones there are may be known.
            if '"key"' in key and "key" in answer and "_" not in key:
                assert charge_point.capabilities.lists_password
    await serving


@pytest.mark.parametrize("name", ["AuthorizationKey", "authorizationKEY", "Auth_Key"])
@pytest.mark.parametrize(
    "answer",
    [
        {"status": "Accepted"},
        {"status": "Rejected"},
        {"status": "NotSupported"},
        {"status": f"{HEX}"},
        [4, "InternalError", f"cannot store {HEX.lower()}", {"value": HEX}],
        [4, "NotImplemented", f"AuthorizationKey {HEX}", {"value": HEX}],
        [4, HEX],
    ],
)
async def test_a_password_that_is_written(
    world: World, told: Told, name: str, answer: Any
) -> None:
    def say(payload: dict[str, Any]) -> Any:
        sent.append(payload)
        return answer

    sent: list[dict[str, Any]] = []
    charge_point = world.central_system.charge_points["CP1"]
    async with world.client(ChangeConfiguration=say) as client:
        if isinstance(answer, list):
            send = client.websocket.send

            async def as_error(text: str) -> None:
                kind, number, payload = json.loads(text)[:3]
                if kind == 3 and payload == answer:
                    text = json.dumps([4, number, *answer[1:]])
                await send(text)

            client.websocket.send = as_error  # type: ignore[assignment,method-assign]
        await client.boot()
        await until(lambda: charge_point.ready)
        for value in (HEX, HEX):
            try:
                told.more.append(
                    await charge_point.commands.call(
                        "change_configuration", key=name, value=value
                    )
                )
            except CommandError as err:
                told.more.append((str(err), repr(err), err.__dict__, err.__cause__))
    assert {"key": name, "value": HEX} in sent
    assert [one for one in charge_point.frames if name in one[2]]


@pytest.mark.parametrize("value", ["a", "Accepted", "RebootRequired"])
async def test_a_password_that_is_a_word_of_the_answer(
    world: World, value: str
) -> None:
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot()
        await until(lambda: charge_point.ready)
        answer = await charge_point.commands.set_password(value)
    assert answer == {"status": "accepted"}


async def test_the_frames_of_other_settings_are_complete(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot()
        await until(lambda: charge_point.ready)
        await charge_point.commands.call("change_configuration", key="A", value=HEX)
    assert [one for one in charge_point.frames if HEX in one[2]]
