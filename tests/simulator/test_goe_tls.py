"""The go-e's TLS keys: set over HTTP, obeyed in real handshakes, told in ocpple."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
import json
from pathlib import Path
import ssl
from typing import Any

import aiohttp
import pytest

from simulator import GoE
from simulator.vendors.goe_errors import last_error
from tests.goe.pem import Pair, authority, leaf, server_context
from tests.simulator.central import Central
from tests.simulator.helpers import FAST
from tests.simulator.test_goe_http import Api

CA = authority()
OTHER_CA = authority("Somebody else")
SERVER = leaf(CA, "127.0.0.1")
CLIENT = leaf(CA, common_name="237512")


@pytest.fixture
async def fresh() -> AsyncIterator[Api]:
    """A charger as it leaves the factory, with the HTTP API on."""
    options: dict[str, Any] = FAST | {"reboot_seconds": 0.01}
    async with (
        aiohttp.ClientSession() as session,
        GoE("", "237512", http_port=0, **options) as charger,
    ):
        assert charger.http is not None
        charger.http.logic_seconds = 0
        charger.global_roots = OTHER_CA.pem
        yield Api(charger, session)


async def connect(fresh: Api, central: Central, **keys: object) -> None:
    """Set what is given, then point the charger at the central system over wss."""
    literals = {name: json.dumps(value) for name, value in keys.items()}
    if literals:
        assert await fresh.set(**literals) == (200, dict.fromkeys(literals, True))
    url = central.url.replace("ws:", "wss:") + "/237512"
    await fresh.set(ocppu=json.dumps(url), ocppe="true")


OURS = {"ocppg": False, "ocppsc": CA.pem}


async def failure(fresh: Api) -> str:
    """Return what the charger tells once it has failed."""
    await fresh.charger.wait_for(lambda: fresh.charger.api.errors()[0] is not None)
    assert not fresh.charger.connected
    values = await fresh.status("ocpple,ocpplea,ocppc")
    assert values["ocppc"] is False
    assert isinstance(values["ocpplea"], int)
    return str(values["ocpple"])


@pytest.mark.parametrize(
    ("server", "keys"),
    [
        (SERVER, OURS),
        (leaf(OTHER_CA, "127.0.0.1"), {"ocppg": True}),
        (leaf(CA, "other.example"), OURS | {"ocppcn": True}),
        (leaf(OTHER_CA, "other.example"), {"ocppss": True}),
        # It knows no better: without a time no certificate is too old.
        (leaf(OTHER_CA, "x", end=datetime(2001, 1, 1, tzinfo=UTC)), {"ocppss": True}),
    ],
)
async def test_trusted(
    fresh: Api, tmp_path: Path, server: Pair, keys: dict[str, object]
) -> None:
    async with Central(tls=server_context(tmp_path, server)) as central:
        await connect(fresh, central, **keys)
        await fresh.charger.wait_accepted()
        assert central.paths == ["/ocpp/237512"]
        values = await fresh.status("ocpple,ocpplea,ocppc,ocppsc")
        assert values == {
            "ocpple": None,
            "ocpplea": None,
            "ocppc": True,
            "ocppsc": "ocppsc" in keys,
        }


@pytest.mark.parametrize(
    ("server", "keys", "code", "flags"),
    [
        (SERVER, {"ocppg": False, "ocppsc": OTHER_CA.pem}, 0x2700, 8),
        (SERVER, {"ocppg": False}, 0x2700, 8),
        # What is in the firmware goes before a certificate of one's own.
        (SERVER, {"ocppg": True, "ocppsc": CA.pem}, 0x2700, 8),
        (leaf(CA, "other.example"), OURS, 0x2700, 4),
        (leaf(CA, "127.0.0.1", begin=datetime(2024, 1, 1, tzinfo=UTC)), OURS, 0, 0),
        (
            leaf(CA, "127.0.0.1", end=datetime(2024, 1, 1, tzinfo=UTC)),
            OURS,
            0x2700,
            1,
        ),
    ],
)
async def test_not_trusted(
    fresh: Api,
    tmp_path: Path,
    server: Pair,
    keys: dict[str, object],
    code: int,
    flags: int,
) -> None:
    if not code:
        # The clock is not set after a power failure.
        fresh.charger.clock.freeze(datetime(1970, 1, 1, 0, 1, tzinfo=UTC))
        code, flags = 0x2700, 0x200
    async with Central(tls=server_context(tmp_path, server)) as central:
        await connect(fresh, central, **keys)
        assert await failure(fresh) == (
            "esp_transport_connect() failed with -1,\n"
            "transport_error=ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED, "
            f"tls_error_code={code}, tls_flags={flags}, "
            "esp_ws_handshake_status_code=0, errno=0"
        )
        assert central.paths == []


async def test_with_a_clock_of_1970_what_is_valid_since_then_is_trusted(
    fresh: Api, tmp_path: Path
) -> None:
    fresh.charger.clock.freeze(datetime(1970, 1, 1, 0, 1, tzinfo=UTC))
    async with Central(tls=server_context(tmp_path, SERVER)) as central:
        await connect(fresh, central, **OURS)
        await fresh.charger.wait_accepted()


async def test_certificate_of_its_own(fresh: Api, tmp_path: Path) -> None:
    tls = server_context(tmp_path, SERVER, clients=CA)
    async with Central(tls=tls) as central:
        await connect(fresh, central, **OURS)
        # It has none to show.
        assert "ESP_OK" not in await failure(fresh)
        await fresh.set(
            ocppcc=json.dumps(CLIENT.pem), ocppck=json.dumps(CLIENT.key_pem)
        )
        # At the next attempt, without another word.
        await fresh.charger.wait_accepted()
        values = await fresh.status("ocppcc,ocppck,ocppsc")
        assert values == {"ocppcc": True, "ocppck": True, "ocppsc": True}
        # A reboot keeps them; what is set to nothing is unset.
        await fresh.charger.reboot()
        await fresh.charger.wait_accepted()
        await fresh.set(ocppcc='""', ocppck='""')
        values = await fresh.status("ocppcc,ocppck,ocppsc")
        assert values == {"ocppcc": False, "ocppck": False, "ocppsc": True}
        await fresh.charger.reboot()
        assert "ESP_OK" not in await failure(fresh)


@pytest.mark.parametrize("key", ["ocppsc", "ocppcc", "ocppck"])
@pytest.mark.parametrize(
    "text",
    ["no PEM", CA.pem[:200], CA.pem.replace("M", "?")],
    ids=["no PEM", "cut off", "no base64"],
)
async def test_what_is_no_certificate_is_refused_when_set(
    fresh: Api, key: str, text: str
) -> None:
    fresh.charger.version = (60, 5)
    raw = json.dumps(text)
    what = "key" if key == "ocppck" else "certificate"
    answer = {key: f"{key}: failed: invalid {what} ({raw})"}
    assert await fresh.set(**{key: raw}) == (500, answer)
    assert await fresh.status(key) == {key: False}
    right = {"ocppsc": CA.pem, "ocppcc": CLIENT.pem, "ocppck": CLIENT.key_pem}[key]
    assert await fresh.set(**{key: json.dumps(right)}) == (200, {key: True})
    assert await fresh.set(**{key: '""'}) == (200, {key: True})
    assert await fresh.status(key) == {key: False}


async def test_older_firmware_finds_out_when_it_connects(
    fresh: Api, tmp_path: Path
) -> None:
    async with Central(tls=server_context(tmp_path, SERVER)) as central:
        await connect(fresh, central, ocppg=False, ocppsc="no PEM")
        assert "ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED" in await failure(fresh)
        # Back without TLS: nothing of it is in the way.
        async with Central() as plain:
            await fresh.set(ocppu=json.dumps(f"{plain.url}/237512"))
            await fresh.charger.wait_accepted()
            assert plain.paths == ["/ocpp/237512"]


async def test_tls_where_none_is_spoken(fresh: Api) -> None:
    async with Central() as central:
        await connect(fresh, central, **OURS)
        assert "ESP_OK" not in await failure(fresh)
        assert central.paths == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ssl.SSLError(1, "alert unknown ca"), "tls_error_code=30592, tls_flags=0"),
        (ssl.SSLEOFError(8, "the end"), "tls_error_code=29312, tls_flags=0"),
    ],
)
def test_what_the_server_did(error: Exception, words: str) -> None:
    assert words in last_error(error, None)
    assert "ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED" in last_error(error, None)
