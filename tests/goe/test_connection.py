"""Why OCPP does not connect, in the charger's words and in ours."""

from dataclasses import replace
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.goe.client import GoEClient
from custom_components.ocpp_cs.goe.connection import (
    Mark,
    arrived,
    classify,
    failure,
    wait_for_ocpp,
)
from custom_components.ocpp_cs.goe.enums import OcppFailure
from custom_components.ocpp_cs.goe.errors import ApiLockedError, OcppNotConnectedError
from custom_components.ocpp_cs.goe.model import OcppState
from simulator import GoE
from tests.simulator.central import Central

from .devices import POLL, SERIAL, http

# Captured (see docs of the go-e API), all but the numbers.
CAPTURED = (
    "esp_transport_connect() failed with -1,\n"
    "transport_error={error}, tls_error_code={tls}, tls_flags={flags}, "
    "esp_ws_handshake_status_code={status}, errno={errno}"
)
TIMEOUT = "ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT"
NO_HOST = "ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST"


def text(error: str = "ESP_OK", **numbers: Any) -> str:
    values = {"tls": 0, "flags": 0, "status": 0, "errno": 0} | numbers
    return CAPTURED.format(error=error, **values)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (text(TIMEOUT, errno=119), OcppFailure.TIMEOUT),
        (text(NO_HOST, errno=111), OcppFailure.REFUSED),
        (text(NO_HOST, errno=104), OcppFailure.LOST),
        (text(NO_HOST, errno=116), OcppFailure.TIMEOUT),
        (text(NO_HOST, errno=118), OcppFailure.HOST_UNREACHABLE),
        (text(NO_HOST, errno=0), OcppFailure.OTHER),
        (text(NO_HOST, errno="9" * 5000), OcppFailure.OTHER),
        (text("ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME"), OcppFailure.DNS),
        (text("ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED"), OcppFailure.TLS),
        (text("ESP_FAIL", tls=-9984), OcppFailure.TLS),
        (text("ESP_FAIL", tls="0x2700", flags="0x8"), OcppFailure.TLS_TRUST),
        (text("ESP_FAIL", tls=9984, flags=12), OcppFailure.TLS_TRUST),
        (text("ESP_FAIL", tls=9984, flags=4), OcppFailure.TLS_NAME),
        (text("ESP_FAIL", tls=9984, flags=1), OcppFailure.TLS_DATE),
        (text("ESP_FAIL", tls=9984, flags=512), OcppFailure.TLS_DATE),
        (text("ESP_FAIL", flags="0x4000"), OcppFailure.TLS),
        (text(status=426), OcppFailure.NOT_ENCRYPTED),
        (text("ESP_FAIL", tls="0x0"), OcppFailure.OTHER),
        (text(status=401), OcppFailure.UNAUTHORIZED),
        (text(status=403), OcppFailure.UNAUTHORIZED),
        (text(status=404), OcppFailure.NOT_FOUND),
        (text(status=200), OcppFailure.HTTP_STATUS),
        (text(status=503), OcppFailure.HTTP_STATUS),
        # What the server answered says more than what the socket says after it.
        (text(NO_HOST, status=404, errno=104), OcppFailure.NOT_FOUND),
        ("Invalid URI", OcppFailure.INVALID_URL),
        ("", OcppFailure.OTHER),
        ("something new", OcppFailure.OTHER),
    ],
)
def test_classify(words: str, expected: OcppFailure) -> None:
    assert classify(words) is expected


@given(st.text())
def test_any_words(words: str) -> None:
    assert classify(words) in OcppFailure


CONNECTED = replace(
    OcppState.read({}),
    enabled=True,
    connected=True,
    connected_at=5000,
    accepted=True,
    uptime=9000,
)


@pytest.mark.parametrize(
    ("mark", "changes", "expected"),
    [
        (None, {}, True),
        (4000, {}, True),
        # The connection to the central system before is still there.
        (6000, {}, False),
        (6000, {"connected_at": None}, True),
        # It was booted since, and counts from 0 again.
        (20000, {}, True),
        (6000, {"uptime": None}, False),
        (4000, {"accepted": None}, False),
    ],
)
def test_arrived(mark: int | None, changes: dict[str, Any], expected: bool) -> None:
    state = replace(CONNECTED, **changes)
    assert arrived(state, Mark(uptime=mark), accepted=True) is expected


def test_connected_may_be_enough() -> None:
    state = replace(CONNECTED, accepted=False)
    assert not arrived(state, Mark(), accepted=True)
    assert arrived(state, Mark(), accepted=False)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"enabled": False}, OcppFailure.OFF),
        ({"accepted": False}, OcppFailure.NOT_ACCEPTED),
        ({"connected": False}, OcppFailure.NO_ATTEMPT),
        (
            {"connected": False, "last_error": text(status=404), "last_error_at": 4500},
            OcppFailure.NOT_FOUND,
        ),
        (
            {"connected": False, "last_error": text(status=404), "last_error_at": None},
            OcppFailure.NOT_FOUND,
        ),
        # Of the time before the change.
        (
            {"connected": False, "last_error": text(status=404), "last_error_at": 3999},
            OcppFailure.NO_ATTEMPT,
        ),
    ],
)
def test_failure(changes: dict[str, Any], expected: OcppFailure) -> None:
    assert failure(replace(CONNECTED, **changes), Mark(uptime=4000)) is expected


async def test_a_charger_that_does_not_answer_for_a_while(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    await client.write({"ocppu": f"{central.url}/{SERIAL}", "ocppe": True})
    http(charger).busy = 4
    state = await wait_for_ocpp(client, "ws://x", mark=Mark(), wait=1e6, poll=POLL)
    assert state.accepted
    assert http(charger).busy == 0
    http(charger).busy = True
    with pytest.raises(ApiLockedError):
        await wait_for_ocpp(client, "ws://x", mark=Mark(), wait=0, poll=POLL)


async def test_ocpp_was_switched_off(client: GoEClient) -> None:
    with pytest.raises(OcppNotConnectedError) as raised:
        await wait_for_ocpp(client, "ws://x", mark=Mark(), wait=0, poll=POLL)
    assert (raised.value.failure, raised.value.text) == (OcppFailure.OFF, None)


async def test_one_failure_is_not_enough(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    """Home Assistant may just have been starting to listen."""
    central.status = 404
    charger.link.backoff = (20.0, 20.0)
    await client.write({"ocppu": f"{central.url}/{SERIAL}", "ocppe": True})
    seen: list[OcppState] = []

    def watch(state: OcppState) -> None:
        if state.last_error:
            central.status = None
        seen.append(state)

    state = await wait_for_ocpp(
        client, "ws://x", mark=Mark(), wait=1e6, poll=POLL, on_state=watch
    )
    assert state.accepted
    assert any(state.last_error for state in seen)
