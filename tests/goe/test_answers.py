"""Answers that are not to be trusted: other devices, other types, other formats."""

import json
from typing import Any

import aiohttp
from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.ocpp_cs.goe.client import GoEClient
from custom_components.ocpp_cs.goe.errors import (
    ApiOffError,
    KeysRefusedError,
    NotGoEError,
    UnexpectedAnswerError,
)
from custom_components.ocpp_cs.goe.model import (
    CONTROL_KEYS,
    IDENTITY_KEYS,
    OCPP_KEYS,
    STATE_KEYS,
    STATUS_KEYS,
    GoEState,
    GoEStatus,
)
from custom_components.ocpp_cs.goe.plan import Wishes, make_plan
from custom_components.ocpp_cs.goe.settings import SETTINGS, TLS
from custom_components.ocpp_cs.goe.values import Reader, parse_object, same
from tests.csms.strategies import JSON

from .devices import FAST_CLIENT, answering

PAGE = "<!DOCTYPE html><html><body>Welcome to your router</body></html>"
GOOD = {"sse": "000123", "typ": "go-eCharger", "fwv": "59.4"}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, PAGE, NotGoEError),
        (200, "  \n" + PAGE, NotGoEError),
        (404, PAGE, NotGoEError),
        (500, PAGE, NotGoEError),
        (200, "", NotGoEError),
        (200, "[1]", NotGoEError),
        (200, '"sse"', NotGoEError),
        (200, "{", NotGoEError),
        (200, '{"sse": NaN}', NotGoEError),
        (200, "[" * 5000, NotGoEError),
        (200, b"\xff\xfe{}", NotGoEError),
        (200, "{}", NotGoEError),
        (200, '{"sse": 123, "typ": "go-eCharger"}', NotGoEError),
        (200, '{"sse": "../1", "typ": "go-eCharger"}', NotGoEError),
        (200, '{"sse": "123", "typ": null}', NotGoEError),
        (200, '{"sse": "123456", "typ": "go-eController"}', NotGoEError),
        (302, "", NotGoEError),
        (404, "", ApiOffError),
        (404, "This URI does not exist", ApiOffError),
        (400, "Bad Request", UnexpectedAnswerError),
        (500, "Internal Server Error", UnexpectedAnswerError),
        (503, '{"sse": "123456"}', UnexpectedAnswerError),
        (200, json.dumps(GOOD | {"fna": "x" * 300_000}), UnexpectedAnswerError),
    ],
)
async def test_no_usable_answer(
    session: aiohttp.ClientSession, status: int, body: str | bytes, error: type
) -> None:
    headers = {"Location": "http://127.0.0.1:1/"} if status == 302 else {}
    async with answering(body, status, headers=headers) as host:
        with pytest.raises(error) as raised:
            await GoEClient(session, host, **FAST_CLIENT).identify()
        # In a log, or before a user's eyes.
        assert len(str(raised.value)) < 300


@pytest.mark.parametrize("status", [200, 400, 500])
async def test_a_body_counts_whatever_the_status(
    session: aiohttp.ClientSession, status: int
) -> None:
    body = GOOD | {"fna": "couldn't take api lock"}
    async with answering(json.dumps(body), status) as host:
        identity = await GoEClient(session, host, **FAST_CLIENT).identify()
        assert identity.name == "couldn't take api lock"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"amp": 1}, "amp: 1"),
        ({"amp": "true"}, "true"),
        ({"amp": False}, "amp: False"),
        ({}, "amp: no answer"),
        ({"other": True}, "amp: no answer"),
        ({"amp": "x" * 5000}, "x" * 300),
    ],
)
async def test_only_true_is_success(
    session: aiohttp.ClientSession, told: dict[str, Any], words: str
) -> None:
    async with answering(json.dumps(told)) as host:
        client = GoEClient(session, host, **FAST_CLIENT)
        with pytest.raises(KeysRefusedError) as raised:
            await client.write({"amp": 7}, present={})
        assert raised.value.refusals == {"amp": words}


@given(
    st.binary(max_size=60) | st.builds(lambda value: json.dumps(value).encode(), JSON)
)
def test_any_body(body: bytes) -> None:
    value = parse_object(body)
    assert value is None or isinstance(value, dict)
    # A client that has this for an answer raises nothing else.


ODD = JSON | st.sampled_from(
    [0, 1, 2, 3, 255, -1, 2**63, 2**70, 1.0, 6.5, True, False, None, "", [], {}, [{}]]
)
KEYS = st.sampled_from(sorted({*STATE_KEYS, *STATUS_KEYS}))


@given(st.dictionaries(KEYS, ODD, max_size=30), st.booleans())
def test_any_values(values: dict[str, Any], named: bool) -> None:
    if named:
        values |= GOOD
    state, status = GoEState.read(values), GoEStatus.read(values)
    assert (state is None) == (status is None)
    if state is None or status is None:
        return
    identity = state.identity
    assert identity.serial.isalnum() or "_" in identity.serial
    for key, value in state.settings.items():
        assert SETTINGS[key].fits(value)
    plan = make_plan(state, Wishes(url="ws://10.0.0.1:9000/1"))
    for change in plan.changes:
        assert not same(change.old, change.new)
        assert SETTINGS[change.key].fits(change.new)
        # What goes out is JSON.
        assert orjson.loads(orjson.dumps(change.old)) == change.old
    assert status.rssi is None or -128 <= status.rssi <= 0


def test_the_filters_name_every_key_once() -> None:
    assert len(set(STATE_KEYS)) == len(STATE_KEYS)
    assert {*IDENTITY_KEYS, *OCPP_KEYS} <= {*STATUS_KEYS}
    assert SETTINGS.keys() <= {*OCPP_KEYS, *CONTROL_KEYS, *TLS}


def test_values_of_other_types() -> None:
    reader = Reader({"a": 1, "b": True, "c": 2.0, "d": " x ", "e": 2.5, "f": {"g": 1}})
    assert (reader.flag("a"), reader.flag("b")) == (None, True)
    assert (reader.number("a"), reader.number("b"), reader.number("c")) == (1, None, 2)
    assert (reader.number("e"), reader.number("a", 2), reader.number("z")) == (
        None,
    ) * 3
    assert (reader.text("d"), reader.text("a"), reader.text("d", 0)) == ("x", None, "")
    assert reader.items("f") == ({"g": 1},)
    assert reader.items("a") == ()
    assert Reader({"l": [{"g": 1}, 2, None]}).items("l") == ({"g": 1},)
    assert Reader({"l": {}}).items("l") == ()
    assert same(16, 16.0)
    assert not same(1, True)
    assert not same(None, False)
    assert not same("1", 1)
