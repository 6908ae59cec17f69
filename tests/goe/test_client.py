"""The client on the simulated charger, over real HTTP."""

import asyncio
from typing import Any

import aiohttp
import pytest

from custom_components.ocpp_cs.goe.client import GoEClient
from custom_components.ocpp_cs.goe.enums import Generation, ModelStatus, Suitability
from custom_components.ocpp_cs.goe.errors import (
    ApiLockedError,
    ApiOffError,
    KeysRefusedError,
    NotGoEError,
    UnauthorizedError,
    UnreachableError,
)
from simulator import GoE

from .devices import FAST_CLIENT, SERIAL, device, http, sets


async def test_who_it_is(client: GoEClient) -> None:
    identity = await client.identify()
    assert identity.serial == SERIAL
    assert identity.model == "go-eCharger_V4"
    assert identity.generation is Generation.V4
    assert identity.firmware.text == "59.4"
    assert identity.name == f"go-eCharger {SERIAL}"
    assert identity.manufacturer == "go-e"
    assert identity.max_current == 16


async def test_only_what_is_needed_is_asked_for(
    charger: GoE, client: GoEClient
) -> None:
    await client.state()
    await client.status()
    requests = http(charger).requests
    assert len(requests) == 2
    for request in requests:
        assert request.startswith("/api/status?filter=")
        assert len(request) < 450
        assert "%" not in request


async def test_nothing_is_asked_for(charger: GoE, client: GoEClient) -> None:
    assert await client.read([]) == {}
    assert (await client.write({})).keys == ()
    assert http(charger).requests == []


async def test_state_and_status(charger: GoE, client: GoEClient) -> None:
    state = await client.state()
    assert state.suitability is Suitability.GOOD
    assert state.ocpp.enabled is False
    assert state.ocpp.url == ""
    assert state.settings["amp"] == 16
    status = await client.status()
    assert status.identity == state.identity
    assert status.model_status is ModelStatus.FALLBACK_DEFAULT
    assert (status.rssi, status.wifi_connected, status.reboot_count) == (-61, True, 0)
    await charger.reboot()
    assert (await client.status()).reboot_count == 1


async def test_strings_keep_their_quotes(charger: GoE, client: GoEClient) -> None:
    url = 'ws://192.168.0.10:9000/a b+c&d="ü%20"'
    written = await client.write({"ocppu": url, "ocppf": 6})
    assert written.keys == ("ocppu", "ocppf")
    assert written.before == {"ocppu": "", "ocppf": None}
    assert charger.api.values["ocppu"] == url
    assert sets(charger)[0].startswith(
        "ocppu=%22ws%3A%2F%2F192.168.0.10%3A9000%2Fa%20b"
    )
    await client.write({"ocppf": None})
    assert charger.api.values["ocppf"] is None


async def test_what_is_there_is_not_written(charger: GoE, client: GoEClient) -> None:
    assert (await client.write({"amp": 16, "acs": 0, "lmo": 3})).keys == ()
    assert sets(charger) == []
    assert (await client.write({"amp": 16, "acs": 1})).keys == ("acs",)
    assert sets(charger) == ["acs=1"]
    # Known values are not read again.
    before = len(http(charger).requests)
    await client.write({"acs": 0}, present={"acs": 1})
    assert len(http(charger).requests) == before + 1


async def test_reads_back_what_was_written(charger: GoE, client: GoEClient) -> None:
    for current in range(6, 16):
        await client.write({"amp": current})
        assert await client.read(["amp"]) == {"amp": current}
    # Without waiting, the old value is what is shown.
    await client.write({"amp": 16})
    client._settled_at = 0
    http(charger).logic_seconds = 1e6
    await client.write({"amp": 15}, present={"amp": 16})
    client._settled_at = 0
    assert await client.read(["amp"]) == {"amp": 16}


async def test_the_others_of_a_refused_write(charger: GoE, client: GoEClient) -> None:
    with pytest.raises(KeysRefusedError) as raised:
        await client.write({"lmo": 4, "amp": 99, "nonsense": 1})
    assert raised.value.refusals == {
        "amp": "amp: failed: Value 99 exceeds range 6 to 32 (99)",
        "nonsense": "nonsense: tried to set unknown api key (1)",
    }
    assert charger.api.values["lmo"] == 4


async def test_an_old_firmware_does_not_say_which_was_refused(
    session: aiohttp.ClientSession,
) -> None:
    async with device(firmware="053.1") as charger:
        client = GoEClient(session, http(charger).url, **FAST_CLIENT)
        with pytest.raises(KeysRefusedError) as raised:
            await client.write({"lmo": 4, "amp": 99})
        words = "1 succeeded and 1 failed"
        assert raised.value.refusals == {"lmo": words, "amp": words}


async def test_a_long_write_goes_in_pieces(charger: GoE, client: GoEClient) -> None:
    long = "ws://192.168.0.10:9000/" + "x" * 250
    await client.write({"ocppu": long, "ocppd": "T" * 20, "fna": "n" * 200})
    assert [query.partition("=")[0] for query in sets(charger)] == ["ocppu", "fna"]
    assert charger.api.values["ocppd"] == "T" * 20
    assert charger.api.values["fna"] == "n" * 200


async def test_one_at_a_time(charger: GoE, client: GoEClient) -> None:
    await asyncio.gather(
        *(client.identify() for _ in range(5)), client.write({"acs": 1})
    )
    assert http(charger).most_at_once == 1


async def test_a_locked_api_is_asked_again(charger: GoE, client: GoEClient) -> None:
    http(charger).busy = 2
    assert (await client.identify()).serial == SERIAL
    assert len(http(charger).requests) == 3
    http(charger).busy = True
    with pytest.raises(ApiLockedError, match="couldn't take api lock"):
        await client.read(["sse"])


async def test_api_switched_off(charger: GoE, client: GoEClient) -> None:
    charger.api.values["hai"] = False
    with pytest.raises(ApiOffError, match="This URI does not exist"):
        await client.identify()


async def test_token(charger: GoE, session: aiohttp.ClientSession) -> None:
    http(charger).token = "s3cret"
    for token, sent in ((None, False), ("", False), (" ", False), ("wrong", True)):
        client = GoEClient(session, http(charger).url, token=token)
        with pytest.raises(UnauthorizedError) as raised:
            await client.identify()
        assert raised.value.token_sent is sent
    client = GoEClient(session, http(charger).url, token=" s3cret\n")
    assert (await client.identify()).serial == SERIAL


@pytest.mark.parametrize("token", ["a\r\nHost: b", "ü"])
async def test_no_token(session: aiohttp.ClientSession, token: str) -> None:
    with pytest.raises(ValueError):
        GoEClient(session, "127.0.0.1", token=token)


@pytest.mark.parametrize("host", ["", "a b", "http://", "1.2.3.4:x", "a@b", "a..b:80"])
async def test_no_host(session: aiohttp.ClientSession, host: str) -> None:
    with pytest.raises(ValueError):
        GoEClient(session, host)


async def test_unknown_keys_of_a_pro(session: aiohttp.ClientSession) -> None:
    async with device(model="go-eCharger_Pro", firmware="60.3") as charger:
        client = GoEClient(session, http(charger).url, **FAST_CLIENT)
        assert await client.read(["sse", "nonsense"]) == {"sse": SERIAL}
        identity = await client.identify()
        assert identity.generation is Generation.PRO
        # What it does not list any more is not known, rather than null.
        assert "psm" not in (await client.state()).settings


@pytest.mark.parametrize("firmware", ["051.2", "053.1"])
async def test_a_firmware_that_is_too_old_is_recognized(
    session: aiohttp.ClientSession, firmware: str
) -> None:
    async with device(model="go-eCharger", firmware=firmware) as charger:
        client = GoEClient(session, http(charger).url, **FAST_CLIENT)
        identity = await client.identify()
        assert identity.firmware.text == firmware
        assert identity.generation is Generation.V3


async def test_wattpilot(session: aiohttp.ClientSession) -> None:
    options: dict[str, Any] = {
        "model": "wattpilot_V2",
        "vendor": "fronius",
        "firmware": "40.7",
        "serial": "91022316",
    }
    async with device(**options) as charger:
        state = await GoEClient(session, http(charger).url, **FAST_CLIENT).state()
        assert state.identity.serial == "91022316"
        assert state.identity.generation is Generation.WATTPILOT
        assert state.suitability is Suitability.GOOD


async def test_nobody_there(session: aiohttp.ClientSession) -> None:
    async with device() as charger:
        url = http(charger).url
    client = GoEClient(session, url)
    with pytest.raises(UnreachableError) as raised:
        await client.identify()
    assert f"http://{raised.value.host}" == url


async def test_no_answer_in_time(session: aiohttp.ClientSession) -> None:
    writers = []
    server = await asyncio.start_server(
        lambda _reader, writer: writers.append(writer), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    client = GoEClient(session, f"127.0.0.1:{port}", request_timeout=0.05)
    with pytest.raises(UnreachableError, match="in time"):
        await client.identify()
    server.close()
    for writer in writers:
        writer.close()


@pytest.mark.parametrize(
    ("bytes_sent", "error"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", NotGoEError),
        (b"", UnreachableError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", UnreachableError),
    ],
)
async def test_no_http(
    session: aiohttp.ClientSession, bytes_sent: bytes, error: type[Exception]
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(bytes_sent)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(error):
            await GoEClient(session, f"127.0.0.1:{port}").identify()
