"""HTTP and OCPP of one go-e together: what the one does shows in the other."""

from collections.abc import AsyncIterator
import errno
import json
import socket
import ssl
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from websockets.exceptions import InvalidURI

from simulator import Car, GoE
from simulator.vendors.goe_errors import last_error
from tests.simulator.central import Central
from tests.simulator.helpers import FAST, default_profile

OPTIONS: dict[str, Any] = FAST | {"reboot_seconds": 0.01}


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as running:
        yield running


async def get(
    charger: GoE, session: aiohttp.ClientSession, path: str, **more: Any
) -> tuple[int, str]:
    assert charger.http is not None
    async with session.get(charger.http.url + path, **more) as answer:
        return answer.status, await answer.text()


async def test_what_was_set_shows_a_second_later(
    session: aiohttp.ClientSession,
) -> None:
    async with GoE("", "237512", http_port=0, **OPTIONS) as charger:
        assert charger.http is not None
        charger.http.logic_seconds = 1e9
        assert await get(charger, session, "/api/set?amp=10&nonsense=1") == (
            500,
            json.dumps(
                {"amp": True, "nonsense": "nonsense: tried to set unknown api key (1)"},
                separators=(",", ":"),
            ),
        )
        assert charger.api.values["amp"] == 10
        shown = await get(charger, session, "/api/status?filter=amp,acs")
        assert shown == (200, '{"amp":16,"acs":0}')
        charger.http.logic_seconds = 0
        await get(charger, session, "/api/set?amp=10")
        assert await get(charger, session, "/api/status?filter=amp") == (
            200,
            '{"amp":10}',
        )


async def test_token(session: aiohttp.ClientSession) -> None:
    async with GoE("", "237512", http_port=0, **OPTIONS) as charger:
        assert charger.http is not None
        charger.http.token = "T"
        path = "/api/status?filter=sse"
        assert (await get(charger, session, path))[0] == 401
        for token, status in (("X", 403), ("T", 200)):
            headers = {"Authorization": f"Bearer {token}"}
            answer = await get(charger, session, path, headers=headers)
            assert answer[0] == status


async def test_locked_for_a_while(session: aiohttp.ClientSession) -> None:
    async with GoE("", "237512", http_port=0, **OPTIONS) as charger:
        assert charger.http is not None
        charger.http.busy = 2
        statuses = [
            (await get(charger, session, "/api/status?filter=sse"))[0] for _ in range(3)
        ]
        assert statuses == [500, 500, 200]


async def test_old_firmware(session: aiohttp.ClientSession) -> None:
    async with GoE("", "1", http_port=0, firmware="051.3", **OPTIONS) as charger:
        old, plain = quote('["sse"]'), "sse,fwv"
        answer = await get(charger, session, f"/api/status?filter={old}")
        assert answer == (200, '{"sse":"1"}')
        answer = await get(charger, session, f"/api/status?filter={plain}")
        assert answer == (200, "{}")
        answer = await get(charger, session, "/api/set?amp=10&lmo=9")
        assert answer == (500, "1 succeeded and 1 failed")


async def test_the_last_of_two_addresses_counts(
    session: aiohttp.ClientSession, central: Central
) -> None:
    async with GoE("", "237512", http_port=0, **OPTIONS) as charger:
        charger.reconnect_seconds = 1e9
        first, second = (quote(f'"{central.url}/{n}"', safe="") for n in (1, 2))
        await get(charger, session, f"/api/set?ocppu={first}&ocppe=true")
        answer = await get(charger, session, "/api/status?filter=ocpps,ocppc")
        # It takes about four seconds.
        assert answer == (200, '{"ocpps":true,"ocppc":false}')
        charger.reconnect_seconds = 0
        await get(charger, session, f"/api/set?ocppu={second}")
        await charger.wait_accepted()
        assert central.paths == ["/ocpp/2"]


async def test_no_pause_where_it_is_not_allowed(central: Central) -> None:
    async with GoE(central.url, "237512", **OPTIONS) as charger:
        await charger.plug(1, Car())
        await charger.wait_for(lambda: charger.connector(1).transaction_id is not None)
        await charger.wait_idle()
        await central.ask("SetChargingProfile", default_profile(0))
        assert charger.connector(1).offered_current == 0
        assert charger.api.get("modelStatus") == 28
        charger.api.set({"acp": "false"})
        assert charger.connector(1).offered_current == 6
        assert charger.api.get("modelStatus") == 20
        charger.api.set({"frc": "1"})
        assert charger.connector(1).offered_current == 0


@pytest.mark.parametrize(
    ("error", "status", "parts"),
    [
        (
            TimeoutError(),
            None,
            ["ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT", "tls_error_code=0", "errno=119"],
        ),
        (ConnectionRefusedError(errno.ECONNREFUSED, ""), None, ["errno=111"]),
        # Another number than here.
        (OSError(errno.EHOSTUNREACH, ""), None, ["TO_HOST", "errno=118"]),
        (OSError(), None, ["errno=0"]),
        (socket.gaierror(-2, ""), None, ["CANNOT_RESOLVE_HOSTNAME", "errno=0"]),
        (ssl.SSLError(1, ""), None, ["SSL_HANDSHAKE_FAILED", "tls_flags=0"]),
        (ValueError(), 404, ["ESP_OK", "esp_ws_handshake_status_code=404"]),
        (InvalidURI("x", "y"), None, ["Invalid URI"]),
    ],
)
def test_last_error(error: Exception, status: int | None, parts: list[str]) -> None:
    text = last_error(error, status)
    for part in parts:
        assert part in text
